import type { JsonObject } from "corrigenda/json";
import type { GroupExport } from "./export.ts";
import { type WhyfixItem, whyfixPrompt } from "./prompts.ts";
import { resultLine } from "./read.ts";
import type { Setup } from "./setup.ts";
import { cellItems, type MatchedById, stepGroups } from "./steps.ts";

/** What a script knows of the groups of one step. */
export interface Submitted {
  readonly step: 1 | 3;
  /** Ids of the service's files and batches that carried the step. */
  readonly files: readonly string[];
  readonly batches: readonly string[];
  /** The request line of an item, and the raw reply that is kept for it. */
  line(item: WhyfixItem, id: string): string;
  kept(item: WhyfixItem): Promise<JsonObject | undefined>;
}

/** The groups of a step with the lines of their files, lazily. */
export function exportGroups(
  { experiment, source, rows }: Setup,
  matched: MatchedById,
  submitted: Submitted,
): GroupExport[] {
  const prompt = whyfixPrompt(experiment);
  const { files, batches } = submitted;
  return stepGroups(experiment, submitted.step, { dataset: source.code, sampleSize: source.size }).map((group) => ({
    ...group,
    tasks: () => cellItems(group.cells, rows, matched).map((item) => submitted.line(item, prompt.id(item))),
    files: () => files.map((id) => JSON.stringify({ id, object: "file", purpose: "batch" })),
    batches: () => batches.map((id) => JSON.stringify({ id, object: "batch" })),
    results: async function* () {
      for (const item of cellItems(group.cells, rows, matched)) {
        const raw = await submitted.kept(item);
        if (raw) yield resultLine(prompt.id(item), raw);
      }
    },
  }));
}
