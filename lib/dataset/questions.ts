import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { boolqQuestions } from "./boolq.ts";
import { fetchSplit } from "./download.ts";
import { gsm8kQuestions } from "./gsm8k.ts";
import { hotpotqaQuestions } from "./hotpotqa.ts";
import { findSplit, type HubOptions } from "./hub.ts";
import { hub } from "./ielts.ts";
import type { QuestionDraft, QuestionRow, QuestionSet } from "./question.ts";
import { type FileRecord, fileRecords, QUESTION_FORMATS, type QuestionFormat } from "./question-records.ts";
import { ownQuestions } from "./questions-own.ts";
import { fileFormat, mustExist } from "./table.ts";
import type { Declaration, RowOrBad } from "./types.ts";
import { user } from "./user.ts";

export interface QuestionOptions {
  /** A known data set, `<owner>/<name>` on the Hugging Face hub, or any name for a file of the user's. */
  readonly dataset: string;
  /** Of a data set of the hub. */
  readonly split: string;
  /** A local .csv, .json, .jsonl or .parquet file; the hub is not asked then. */
  readonly from?: string | undefined;
  /** At most so many questions; bad rows are not counted. */
  readonly limit?: number | undefined;
  /** Where fetched files are kept. */
  readonly folder: string;
  readonly hub: HubOptions;
}

/** Questions and where they come from. */
export interface QuestionSource {
  /** As traces name the data set. */
  readonly name: string;
  readonly declaration: Declaration;
  /** The files that are read, fetched ones included. */
  readonly files: readonly string[];
  /** The commit of a data set of the hub. */
  readonly revision?: string;
  /** All rows in their order, from the first one at every call. Memory: one block of the file and the ids seen. */
  rows(): AsyncGenerator<RowOrBad<QuestionRow>>;
}

const KNOWN: Readonly<Record<string, QuestionSet>> = {
  gsm8k: gsm8kQuestions,
  hotpotqa: hotpotqaQuestions("distractor"),
  "hotpotqa-fullwiki": hotpotqaQuestions("fullwiki"),
  boolq: boolqQuestions,
};

/** The data sets that have a name here. */
export const questionSets: readonly string[] = Object.keys(KNOWN);

/**
 * Opens questions: a local file, or a split of a data set of the hub, pinned and fetched. A data set of the user's has the columns
 * question, reference_answer and, if it likes, id (default: a hash of the question) and context.
 * Throws StudyError "config", "dataset", "files" or "network" with what to do.
 */
export async function openQuestions(disk: Disk, options: QuestionOptions): Promise<QuestionSource> {
  const { dataset, from, limit = Number.POSITIVE_INFINITY } = options;
  const [name, known] =
    Object.entries(KNOWN).find(([one, { hub: place }]) => one === dataset || place?.dataset === dataset) ?? [];
  const set = known ?? ownQuestions(from === undefined ? hub : user);
  const { files, format, revision } = from === undefined ? await fetched(disk, set, options) : await local(disk, from);
  return {
    name: name ?? dataset,
    declaration: set.declaration,
    files,
    ...(revision !== undefined && { revision }),
    rows: () => limited(rowsOf(disk, files, format, set), limit),
  };
}

interface Opened {
  readonly files: readonly string[];
  readonly format: QuestionFormat;
  readonly revision?: string;
}

async function local(disk: Disk, file: string): Promise<Opened> {
  const format = fileFormat(file, QUESTION_FORMATS);
  await mustExist(disk, [file]);
  return { files: [file], format };
}

async function fetched(disk: Disk, { hub: place }: QuestionSet, options: QuestionOptions): Promise<Opened> {
  const { dataset, split, folder, hub: how } = options;
  if (!place && !dataset.includes("/")) {
    const known = questionSets.filter((name) => KNOWN[name]?.hub).join(", ");
    throw new StudyError(
      "config",
      `the hub has no data set "${dataset}"; give ${known}, <owner>/<name>, or a file: --from`,
    );
  }
  const found = await findSplit(place?.dataset ?? dataset, split, how, place);
  return { files: await fetchSplit(disk, folder, found, how), format: found.format, revision: found.revision };
}

async function* rowsOf(
  disk: Disk,
  files: readonly string[],
  format: QuestionFormat,
  set: QuestionSet,
): AsyncGenerator<RowOrBad<QuestionRow>> {
  const seen = new Set<string>();
  for (const file of files)
    for await (const record of fileRecords(disk, file, format)) {
      const row = rowOf(record, set);
      const isTwin = row.ok && seen.has(row.row.id);
      if (row.ok) seen.add(row.row.id);
      yield isTwin ? bad(row.place, "an earlier row has the same id") : row;
    }
}

function rowOf({ place, value, problem }: FileRecord, set: QuestionSet): RowOrBad<QuestionRow> {
  if (problem !== undefined) return bad(place, problem);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return bad(place, "no object");
  const cells = Object.entries(value).filter(([, cell]) => cell !== null);
  const draft = set.read(Object.fromEntries(cells.map(([name, cell]) => [name.trim().toLowerCase(), cell])));
  if ("unfit" in draft) return bad(place, `"${draft.unfit}" is missing or not of its form`);
  return { ok: true, place, row: withId(draft) };
}

/** Without an id of its own, a question has the first 64 bits of its hash: the same in every file and order. */
function withId({ id, ...row }: QuestionDraft): QuestionRow {
  return {
    id: id ?? sha256([row.question, ...(row.context === undefined ? [] : [row.context])].join("\n")).slice(0, 16),
    ...row,
  };
}

async function* limited(
  rows: AsyncIterable<RowOrBad<QuestionRow>>,
  limit: number,
): AsyncGenerator<RowOrBad<QuestionRow>> {
  let left = limit;
  if (left <= 0) return;
  for await (const row of rows) {
    yield row;
    if (row.ok && --left <= 0) return;
  }
}

function bad(place: string, reason: string): RowOrBad<QuestionRow> {
  return { ok: false, kind: "bad", place, reason };
}
