import { existsSync, readFileSync } from "node:fs";
import {
  type consolidate,
  type Entry,
  LabelingConfig,
  type LabelingItem,
  type Mention,
  type PageRow,
  type ReplyRecord,
} from "corrigenda/labeling";
import type { ModelReply } from "corrigenda/provider";
import { describe } from "vitest";

const WORLD_BANK = "../shared/data/worldbank";

/** One paper through the original pipeline; only where it lies beside the repository. */
export const worldBank = existsSync(WORLD_BANK)
  ? (name: string): string => readFileSync(`${WORLD_BANK}/wb_gold_ghana_${name}.json`, "utf8")
  : undefined;

/** Skips aloud where the files are not there. */
export function describeWorldBank(title: string, body: (read: (name: string) => string) => void): void {
  describe.skipIf(!worldBank)(worldBank ? title : `${title} (skipped: ${WORLD_BANK} is not there)`, () => {
    if (worldBank) body(worldBank);
  });
}

export const config: LabelingConfig = LabelingConfig.parse({});

export function entry(changes: Partial<Entry> = {}): Entry {
  return {
    raw_name: "Demographic and Health Survey (DHS)",
    harmonized_name: "Demographic and Health Survey",
    acronym: "DHS",
    context: "primary",
    specificity: "properly_named",
    relevance: "directly_relevant",
    mentioned_in: "We use the Demographic and Health Survey (DHS).",
    producer: null,
    data_type: "Survey",
    ...changes,
  };
}

export function page(changes: Partial<PageRow> = {}): PageRow {
  return {
    ...{ document: "doc_a", name: "doc_a", page: 3, width: null, height: null, spans: [] },
    ...{ text: "We use the Demographic and Health Survey (DHS). It is large.", raw: "" },
    prefilter: { name: "none", keep: true, score: 0, cues: [] },
    ...changes,
  };
}

export function reply(text: string, finish: ModelReply["finish"] = "stop"): ModelReply {
  const usage = { input: 10, cached: 0, cacheWrite: 0, output: 5, reasoning: 0 };
  return { text, finish, model: "m-1", usage };
}

export const asked = {
  ...{ custom_id: "doc_a-page-2", provider: "offline", model: "m-1", usd: 0.1 },
  ...{ tokens: { input: 10, cached: 0, output: 5, reasoning: 0 }, mentions: 1 },
};

export const silent = { state: "answered", valid: null, reason: null, note: null, fields: null } as const;

export function mention(changes: Partial<Mention> = {}): Mention {
  const { raw_name, mentioned_in, ...fields } = entry();
  return {
    ...{ id: "doc_a#3.1", document: "doc_a", name: "doc_a", page: 3, group: 1, raw_name, dataset_used: true },
    ...{
      mentioned_in: mentioned_in ?? "",
      sent: mentioned_in,
      quoted: mentioned_in,
      ...fields,
      year: null,
      valid: null,
    },
    evidence: {
      ...{ state: "found", of: "text", quote: { start: 0, end: 47 }, match: "exact" },
      ...{ name: { start: 11, end: 46 }, sentence: { start: 0, end: 47 }, boxes: { name: [], sentence: [] } },
    },
    verdicts: { extraction: { ...silent, changed: [], overrides: false, argument: null } },
    asked: { extraction: asked },
    ...changes,
  };
}

export function replyRecord(changes: Partial<ReplyRecord> = {}): ReplyRecord {
  return {
    ...{
      ...asked,
      process: "extraction",
      document: "doc_a",
      page: 3,
      group: null,
      ok: true,
      error: null,
      reason: null,
    },
    answer: { process: "extraction", dataset_used: true, entries: [entry()], unread: [], notes: [] },
    ...changes,
  };
}

export const judgeItem = (...mentions: Mention[]): LabelingItem => ({ process: "judge", mentions });
export const reasoningItem = (...mentions: Mention[]): LabelingItem => ({
  ...{ process: "reasoning", mentions, hash: "0123abcd" },
});

export async function* each<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows;
}

/** The data sets of all groups. */
export function all(groups: ReturnType<typeof consolidate>): string[] {
  return groups.flatMap(({ datasets }) => datasets.map(({ entry: { raw_name } }) => raw_name));
}
