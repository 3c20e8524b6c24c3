import type { DataInput, RowOrBad } from "corrigenda/dataset";
import { StudyError } from "corrigenda/error";
import { readBea2019 } from "./bea2019.ts";
import { skipped } from "./error-row.ts";
import { readFce } from "./fce.ts";
import { readLongman } from "./longman.ts";
import { readM2 } from "./m2.ts";
import { parseMarked } from "./marked.ts";
import { prepare, sampled } from "./prepare.ts";
import { readCsvRows, readJsonRows } from "./prepared.ts";
import type { DraftRow, Row } from "./row.ts";

/** What a SAMPLE_TYPE argument stands for. */
export interface SampleSource {
  /** The data set's part of a custom_id: letters and digits. */
  readonly code: string;
  /** "fu": all rows; "sp": a sample of 30. */
  readonly size: "fu" | "sp";
  /** Files to look for, relative to the workspace; the first that exists is read. `dataset` names its declaration. */
  readonly candidates: readonly { readonly dataset: string; readonly file: string }[];
  rows(input: DataInput): AsyncIterable<RowOrBad<Row>>;
}

type Read = (input: DataInput) => AsyncIterable<RowOrBad<DraftRow>>;

const PREPARED = "data/prepared/whyfix";
const BUNDLED = "data/sample/whyfix";

/** SAMPLE_TYPEs that stand for a prepared file; R keeps Longman's sentences with one replacement, A all of them. */
const NAMED = {
  longman: { dataset: "longman", code: "lg" },
  fce: { dataset: "fce", code: "fce" },
  R: { dataset: "longman", code: "lg", sample: true, one: true },
  A: { dataset: "longman", code: "lg", sample: true },
  "sample-longman": { dataset: "longman", code: "lg", bundled: true },
  "sample-fce": { dataset: "fce", code: "fce", bundled: true },
} as const;

interface Named {
  readonly dataset: string;
  readonly code: string;
  readonly sample?: boolean;
  readonly one?: boolean;
  readonly bundled?: boolean;
}

/** `<kind>:<file>`: a file of the user's, in a form that one of the readers knows. */
const KINDS: Readonly<Record<string, { readonly dataset: string; readonly code: string; readonly read: Read }>> = {
  m2: { dataset: "user", code: "m2", read: (input) => readM2(input) },
  csv: { dataset: "user", code: "csv", read: readCsvRows },
  json: { dataset: "user", code: "json", read: readJsonRows },
  jfleg: { dataset: "jfleg", code: "jfleg", read: (input) => readM2(input) },
  bea2019: { dataset: "bea2019", code: "fce", read: (input) => (isM2(input) ? readM2(input) : readBea2019(input)) },
  "fce-xml": { dataset: "fce", code: "fce", read: readFce },
  "longman-m2": { dataset: "longman", code: "lg", read: readLongman },
};

/** Reads a SAMPLE_TYPE argument. Throws StudyError "config" where it is none. */
export function sampleSource(sampleType: string, embedding: "small" | "large"): SampleSource {
  const named: Named | undefined = Object.hasOwn(NAMED, sampleType)
    ? NAMED[sampleType as keyof typeof NAMED]
    : undefined;
  if (named) return prepared(named, embedding);
  const [kind = "", file] = split(sampleType);
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!known || file === undefined) throw unknown(sampleType);
  if (file === "") throw new StudyError("config", `SAMPLE_TYPE '${sampleType}' names no file; write ${kind}:<file>`);
  const candidates = [{ dataset: known.dataset, file }];
  return { code: known.code, size: "fu", candidates, rows: (input) => prepare(known.read(input)) };
}

function prepared(named: Named, embedding: "small" | "large"): SampleSource {
  const file = `${named.dataset}_with_collocation_${embedding}.json`;
  const bundled = { dataset: "sample", file: `${BUNDLED}/${file}` };
  const own = { dataset: named.dataset, file: `${PREPARED}/${file}` };
  const all = (input: DataInput): AsyncIterable<RowOrBad<Row>> => prepare(readJsonRows(input));
  const some = (input: DataInput): AsyncIterable<RowOrBad<Row>> =>
    sampled(named.one ? oneReplacement(all(input)) : all(input));
  return {
    code: named.code,
    size: named.sample ? "sp" : "fu",
    candidates: named.bundled ? [bundled] : [own, bundled],
    rows: named.sample ? some : all,
  };
}

async function* oneReplacement(rows: AsyncIterable<RowOrBad<Row>>): AsyncGenerator<RowOrBad<Row>> {
  for await (const item of rows) {
    yield !item.ok || isOneReplacement(item.row)
      ? item
      : skipped(item.place, "not the one replacement of its sentence");
  }
}

function isOneReplacement(row: Row): boolean {
  const edits = parseMarked(row.formatted_sentence).filter((piece) => typeof piece === "object");
  const replaces = edits.every((edit) => edit.learner !== undefined && edit.editor !== undefined);
  return edits.length === 1 && replaces && (row.single_edit ?? row.sentence_in_dataset === row.learner_sentence);
}

function isM2(input: DataInput): boolean {
  return input.file.endsWith(".m2");
}

function split(sampleType: string): readonly [string, string?] {
  const at = sampleType.indexOf(":");
  return at < 0 ? [sampleType] : [sampleType.slice(0, at), sampleType.slice(at + 1)];
}

function unknown(sampleType: string): StudyError {
  const kinds = Object.keys(KINDS).map((kind) => `${kind}:<file>`);
  const known = [...Object.keys(NAMED), ...kinds].join(", ");
  return new StudyError("config", `SAMPLE_TYPE '${sampleType}' is not known; known are ${known}`);
}
