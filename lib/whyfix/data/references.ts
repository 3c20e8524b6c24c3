import type { DataInput, RowOrBad } from "corrigenda/dataset";
import { bad } from "./error-row.ts";
import { readCsv } from "./prepared.ts";
import { isAbsent } from "./prepared-row.ts";
import { Row } from "./row.ts";

/** The reference explanations of a row, as Longman's ground truth file has them. */
export const Reference = Row.pick({ index: true, longman_explantion: true, longman_see_note_explantion: true });
export type Reference = Pick<Row, "index" | "longman_explantion" | "longman_see_note_explantion">;

/** A ground truth file: CSV with index, longman_explantion, longman_see_note_explantion. */
export async function* readReferences(input: DataInput): AsyncGenerator<RowOrBad<Reference>> {
  for await (const { place, value } of readCsv(input)) {
    if (typeof value === "string") {
      yield bad(place, value);
      continue;
    }
    const present = Object.entries(value).filter(([, text]) => !isAbsent(text));
    const parsed = Reference.safeParse({ ...Object.fromEntries(present), index: Number(value.index) });
    if (parsed.success) yield { ok: true, place, row: parsed.data };
    else yield bad(place, "no whole number in column 'index'");
  }
}

/** Adds each row's reference explanations, matched by index. */
export async function* withReferences(
  rows: AsyncIterable<RowOrBad<Row>>,
  references: ReadonlyMap<number, Reference>,
): AsyncGenerator<RowOrBad<Row>> {
  for await (const item of rows) {
    yield item.ok ? { ...item, row: { ...item.row, ...references.get(item.row.index) } } : item;
  }
}
