import path from "node:path";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { exactPath } from "./quote.ts";

/** Types that a column of a CSV file can be given. */
export type CsvType = (typeof CSV_TYPES)[number];
const CSV_TYPES = ["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP"] as const;

const NAME = /^[A-Za-z0-9][\w.-]*$/;

/** Files that become a table. */
export type Source =
  | { readonly format: "jsonl" | "parquet"; readonly paths: readonly string[]; readonly manifest?: string }
  | { readonly format: "csv"; readonly paths: readonly string[]; readonly types: Readonly<Record<string, CsvType>> };

/**
 * CSV files (.tsv: tabs) with a header: a path, or a pattern such as "data/*.csv". A column is of numbers or truth values
 * where all its cells are; numbers that start with a zero ("00123") are texts. Empty cells and a bare NA are missing; in
 * quotes they are texts. @param types of columns that are not to be guessed
 */
export function csv(paths: string | readonly string[], types: Readonly<Record<string, CsvType>> = {}): Source {
  const other = Object.values(types).find((type) => !CSV_TYPES.includes(type));
  if (other !== undefined)
    throw new StudyError("dataset", `${other} is no type here; there are: ${CSV_TYPES.join(", ")}`);
  return { format: "csv", paths: [paths].flat(), types };
}

/** Files of one JSON object a line. Texts stay texts, also those that look like a date or a UUID. */
export function jsonl(paths: string | readonly string[]): Source {
  return { format: "jsonl", paths: [paths].flat() };
}

export function parquet(paths: string | readonly string[]): Source {
  return { format: "parquet", paths: [paths].flat() };
}

/**
 * The table of a finished stage, on the disk of results/: <study>/<run>/<stage>/<stage>.jsonl. @param run "<study>/<run>"
 * @param table another file of the stage: "ledger"
 */
export function stageTable(run: string, stage: string, table = stage): Source {
  const folder = `${run}/${stage}`;
  const names = [...run.split("/"), stage, table];
  if (names.length !== 4 || !names.every((name) => NAME.test(name)))
    throw new StudyError("config", `${folder}/${table}.jsonl is no stage's table; name the run as <study>/<run>`);
  return { format: "jsonl", paths: [`${folder}/${table}.jsonl`], manifest: `${folder}/manifest.json` };
}

/** Where the files lie. A path that exists is taken as it stands, anything else as a pattern. */
export async function placesOf(disk: Disk, source: Source): Promise<string[]> {
  if (source.format !== "csv" && source.manifest !== undefined && (await disk.size(source.manifest)) === undefined) {
    const folder = path.dirname(source.manifest);
    const [study] = folder.split("/");
    throw new StudyError(
      "stage",
      `${disk.resolve(folder)} has no manifest.json: the stage was not run, or has not finished; npm start makes the sample runs, docs/${study}.md says how to make others`,
    );
  }
  return Promise.all(
    source.paths.map(async (one) => {
      if ((await disk.size(one)) !== undefined) return exactPath(disk.resolve(one));
      return path.isAbsolute(one) ? one : `${exactPath(disk.resolve("."))}/${one}`;
    }),
  );
}
