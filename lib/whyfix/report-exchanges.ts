import type { ModelRequest } from "corrigenda/provider";
import { formatId } from "./cell.ts";
import type { WhyfixItem } from "./prompts.ts";
import { stepQuestion } from "./question.ts";
import type { PickedRecords } from "./report-records.ts";
import type { Setup } from "./setup.ts";
import type { MatchedById } from "./steps.ts";

/** What was sent for a record, and what came back. */
export interface Exchange {
  /** Identity of the request: the store and ledger.jsonl know it by this. */
  readonly key: string;
  readonly request: ModelRequest;
  /** The reply's text as received; undefined where there is none, or it is no longer kept. */
  readonly reply: string | undefined;
}

/** By custom_id. */
export type Exchanges = ReadonlyMap<string, Exchange>;

/** The items behind the records that a page shows. @param matched where step 3 was asked: what step 2 found */
export function* pickedItems(
  setup: Setup,
  picked: PickedRecords,
  matched: MatchedById | undefined,
): Generator<WhyfixItem> {
  const wanted = new Set([...picked.shown, ...picked.failures].map(({ original_custom_id }) => original_custom_id));
  const questions = [stepQuestion(setup, 1), ...(matched ? [stepQuestion(setup, 3, matched)] : [])];
  for (const { rows } of questions) {
    for (const item of rows()) if (wanted.has(formatId(item.cell, item.row.index))) yield item;
  }
}
