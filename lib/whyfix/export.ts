import type { Json, JsonObject } from "corrigenda/json";
import { parseJson } from "corrigenda/json";
import { formatId } from "./cell.ts";
import type { Row } from "./data/index.ts";
import { checkDate } from "./date.ts";
import type { Experiment } from "./experiment.ts";
import { METHODS } from "./methods.ts";
import type { StructuredRecord } from "./record.ts";
import type { Group, MatchedById } from "./steps.ts";

/** Values that can be gone through again. */
export type Source<T> = () => AsyncIterable<T> | Iterable<T>;

/** What is known of one submitted group. */
export interface GroupExport extends Group {
  /** Request lines as they travelled. */
  readonly tasks: Source<string>;
  /** The service's file and batch objects, as JSON texts. */
  readonly files: Source<string>;
  readonly batches: Source<string>;
  /** Result lines, the chosen one for each custom_id (see resultLine). */
  readonly results: Source<string>;
}

export interface ExportInput {
  readonly experiment: Experiment;
  /** The run's DATE, MMDD-HHMM. */
  readonly date: string;
  readonly groups: readonly GroupExport[];
  readonly records: Source<StructuredRecord>;
  /** The rows of each dataset, by its code. */
  readonly rows: Readonly<Record<string, Source<Row>>>;
  readonly matched: MatchedById;
}

/** A file to be written whole: writing it again gives the same lines, never more. */
export interface ExportFile {
  /** Below the export folder. */
  readonly path: string;
  lines(): AsyncIterable<string>;
}

/** Which lines go to which file, with the names of the original study. */
export function exportPlan(input: ExportInput): readonly ExportFile[] {
  checkDate(input.date);
  const updated = `df_examples_updated_${input.date}.jsonl`;
  return [
    ...input.groups.flatMap((group) => groupFiles(group, input.date)),
    ...structuredFiles(input),
    { path: updated, lines: () => mergedRows(input) },
  ];
}

function groupFiles({ name, tasks, files, batches, results }: GroupExport, date: string): ExportFile[] {
  const folder = `batchFile/${name}-${date}`;
  return [
    { path: `${folder}/tasks_batch_${name}.jsonl`, lines: () => once(tasks, "custom_id") },
    { path: `${folder}/openaiFileObjects.jsonl`, lines: () => once(files, "id") },
    { path: `${folder}/batchJobObjects.jsonl`, lines: () => once(batches, "id") },
    { path: `batchResult/${name}-${date}/batchResult.jsonl`, lines: () => once(results, "custom_id") },
  ];
}

/** The lines of a source, the first of each id; lines without one are kept as they are. */
async function* once(source: Source<string>, field: "id" | "custom_id"): AsyncGenerator<string> {
  const seen = new Set<string>();
  for await (const line of source()) {
    const id = (parseJson(line) as JsonObject | undefined)?.[field];
    if (typeof id === "string") {
      if (seen.has(id)) continue;
      seen.add(id);
    }
    yield line;
  }
}

/** One file per dataset, input and length, with the explanations; what cannot be placed has a file of its own. */
function structuredFiles({ experiment, date, groups, records }: ExportInput): ExportFile[] {
  const { levels } = experiment;
  const explained = groups.flatMap(({ cells }) => cells.filter(({ method }) => METHODS[method].kind !== "knowledge"));
  const places = new Set<string>();
  for (const { dataset, input, length } of explained) {
    const name = levels.dataset.find(({ code }) => code === dataset)?.name ?? dataset;
    places.add(`${name}_${input}_${length}`);
  }
  const knowledge = new Set(
    levels.method.filter(({ code }) => METHODS[code].kind === "knowledge").map(({ name }) => name),
  );
  const placeOf = ({ dataset, input_type, output_length }: StructuredRecord): string => {
    const input = levels.input.find(({ name }) => name === input_type)?.code;
    const place = `${dataset}_${input}_${output_length}`;
    return places.has(place) ? place : "unplaced";
  };
  return [...places, "unplaced"].map((place) => ({
    path: `structured_api_data_${place}_${date}.jsonl`,
    lines: async function* () {
      for await (const record of records()) {
        if (!knowledge.has(record.method ?? "") && placeOf(record) === place) yield JSON.stringify(record);
      }
    },
  }));
}

/** Each row of each dataset, once, with what step 1 matched for it: null where there is no answer. */
async function* mergedRows({ groups, rows, matched }: ExportInput): AsyncGenerator<string> {
  const tasks = groups.flatMap(({ cells }) => cells.filter(({ method }) => METHODS[method].kind === "knowledge"));
  for (const [dataset, source] of Object.entries(rows)) {
    const own = tasks.filter((cell) => cell.dataset === dataset);
    for await (const row of source()) {
      const columns = own.map((cell): [string, Json] => {
        const list = cell.method === "Cause" ? "causes" : "academic_writing";
        return [
          `${list}_${dataset}_${cell.sample_size}_${cell.input}_${cell.length}`,
          matched.get(formatId(cell, row.index)) ?? null,
        ];
      });
      yield JSON.stringify({ dataset, ...row, ...Object.fromEntries(columns) });
    }
  }
}
