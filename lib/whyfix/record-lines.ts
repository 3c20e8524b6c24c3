import type { Outcome } from "corrigenda/provider";
import type { Answer } from "./parse.ts";
import type { WhyfixItem } from "./prompts.ts";
import { blockedRecord, type RecordContext, structuredRecord } from "./record.ts";
import type { Blocked } from "./steps.ts";

/** What came of a stage's requests, streamed. */
export type Outcomes = AsyncIterable<Outcome<WhyfixItem, Answer>>;

/** A stage's table: a record for every outcome, then for every row that could not be asked. */
export async function* recordLines(
  context: RecordContext,
  outcomes: Outcomes,
  blocked: Iterable<Blocked> = [],
): AsyncGenerator<string> {
  for await (const outcome of outcomes) yield JSON.stringify(structuredRecord(context, outcome));
  for (const item of blocked) yield JSON.stringify(blockedRecord(context, item));
}
