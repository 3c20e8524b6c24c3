import { StudyError } from "corrigenda/error";
import type { LabelingConfig } from "./config.ts";
import { itemId } from "./items.ts";
import { type Locate, pageMentions } from "./mentions.ts";
import { extractionId, type Process } from "./names.ts";
import type { Asked, Fields, Mention, PageRow, Verdict } from "./records.ts";
import { askedOf, type ReplyRecord } from "./replies.ts";
import { mentionPages, pageItems } from "./rows.ts";
import type { Tables } from "./study.ts";

/** The lines of a process's mentions.jsonl. */
export async function* mentionLines(
  process: Process,
  tables: Tables,
  replies: AsyncIterable<ReplyRecord>,
  { REASONING_INPUT, locate }: Pick<LabelingConfig, "REASONING_INPUT"> & { readonly locate: Locate },
): AsyncGenerator<string> {
  const mentions =
    process === "extraction"
      ? extractedMentions(tables.pages(), replies, locate)
      : judgedMentions(process, tables.mentions(), replies, REASONING_INPUT);
  for await (const mention of mentions) yield JSON.stringify(mention);
}

/** The mentions that the extraction found: pages and replies come in the same order. */
export async function* extractedMentions(
  pages: AsyncIterable<PageRow>,
  replies: AsyncIterable<ReplyRecord>,
  locate: Locate,
): AsyncGenerator<Mention> {
  const next = follower(replies);
  for await (const page of pages) {
    if (!page.prefilter.keep) continue;
    const reply = await next(extractionId(page.document, page.page));
    const { answer } = reply;
    if (answer?.process !== "extraction") continue;
    yield* pageMentions(page, { ...answer, asked: askedOf(reply) }, locate);
  }
}

/**
 * Every mention of the stage before, in order, with what a later process says of it. None is lost: what the reply leaves
 * out, what failed and what was not asked keeps its earlier verdict and says so.
 */
export async function* judgedMentions(
  process: Exclude<Process, "extraction">,
  before: AsyncIterable<Mention>,
  replies: AsyncIterable<ReplyRecord>,
  which: LabelingConfig["REASONING_INPUT"],
): AsyncGenerator<Mention> {
  const next = follower(replies);
  for await (const page of mentionPages(before)) {
    const replied = new Map<string, ReplyRecord>();
    for (const item of pageItems(process, page, which)) {
      const reply = await next(itemId(item));
      if (item.process !== "extraction") for (const { id } of item.mentions) replied.set(id, reply);
    }
    for (const mention of page) yield advanced(process, mention, replied.get(mention.id));
  }
}

/** Hands out replies in their order, each for the request that it answers. */
function follower(replies: AsyncIterable<ReplyRecord>): (id: string) => Promise<ReplyRecord> {
  const rest = replies[Symbol.asyncIterator]();
  return async (id) => {
    const { value } = (await rest.next()) as { value: ReplyRecord | undefined };
    if (value?.custom_id === id) return value;
    throw new StudyError(
      "stage",
      `replies.jsonl has ${value ? value.custom_id : "no line"} where ${id} is due; collect the stage again with --again`,
      { facts: { id } },
    );
  };
}

/** A verdict that says nothing. */
function silent(state: Verdict["state"], reason: string | null, argument: string | null = null): Verdict {
  return { state, valid: null, reason, note: null, fields: null, changed: [], overrides: false, argument };
}

function advanced(process: "judge" | "reasoning", mention: Mention, reply: ReplyRecord | undefined): Mention {
  if (!reply) return withVerdict(process, mention, silent("not asked", null));
  const asked = askedOf(reply);
  const { answer } = reply;
  if (!answer || answer.process === "extraction")
    return withVerdict(process, mention, silent("failed", reply.error), asked);
  const said = answer.verdicts.find(({ id }) => id === mention.id);
  if (!said) {
    const verdict = silent("left out", "the reply does not speak of it", answer.argument);
    return withVerdict(process, mention, verdict, asked);
  }
  const fields = known(process, mention, said);
  const before = mention.valid ?? true; // the extraction took it for a data set
  const changed = [...(said.valid === before ? [] : ["valid"]), ...differing(mention, fields, said.valid)];
  const { valid, reason, note } = said;
  const { argument } = answer;
  const overrides = mention.valid !== null && valid !== mention.valid;
  const verdict: Verdict = { state: "answered", valid, reason, note, fields, changed, overrides, argument };
  return { ...withVerdict(process, mention, verdict, asked), ...fields, valid };
}

function withVerdict(process: "judge" | "reasoning", mention: Mention, verdict: Verdict, asked?: Asked): Mention {
  return {
    ...mention,
    verdicts: { ...mention.verdicts, [process]: verdict },
    ...(asked && { asked: { ...mention.asked, [process]: asked } }),
  };
}

/** The reasoning is not asked for every field: what it does not speak of stays. Invalid mentions have no classification. */
function known(
  process: "judge" | "reasoning",
  mention: Mention,
  { fields, valid }: { readonly fields: Fields; readonly valid: boolean },
): Fields {
  if (process === "judge") return fields;
  return {
    ...fields,
    data_type: mention.data_type,
    relevance: mention.relevance,
    context: valid ? (fields.context ?? mention.context) : null,
    specificity: valid ? (fields.specificity ?? mention.specificity) : null,
  };
}

/** What is not valid has no classification: that is no change of its own. */
function differing(mention: Mention, fields: Fields, valid: boolean): string[] {
  const names = Object.keys(fields) as (keyof Fields)[];
  const judged = names.filter((name) => valid || (name !== "context" && name !== "specificity"));
  return judged.filter((name) => fields[name] !== mention[name]);
}
