import { parseYaml } from "corrigenda/cli";
import { type DataInput, openQuestions, openTextTable, type RowOrBad } from "corrigenda/dataset";
import { type Disk, memoryDisk } from "corrigenda/files";
import type { z } from "zod";
import type { Eater } from "./malformed.ts";

type Originals = Eater["originals"];

/** The reader of a data set: whatever it meets comes out as a row, or as a place and a reason. */
export function rowsEater(
  name: string,
  originals: Originals,
  read: (input: DataInput) => AsyncIterable<RowOrBad<unknown>>,
): Eater {
  return { name, originals, eat: (file, bytes) => checkRows(read({ file, bytes: inParts(bytes) })) };
}

/** Data sets of questions, by the format that the file's name ends in. */
export function questionsEater(name: string, dataset: string, originals: Originals): Eater {
  return {
    ...{ name, originals },
    eat: async (file, bytes) => {
      const disk = memoryDisk();
      await disk.write(file, bytes);
      const source = await openQuestions(disk, { dataset, split: "", from: file, folder: "", hub: {} });
      await checkRows(source.rows());
    },
  };
}

/** A table of texts, as many rows as it counts. @param disk a real one: DuckDB reads files by their path */
export function tableEater(name: string, originals: Originals, disk: Disk): Eater {
  return {
    ...{ name, originals },
    eat: async (file, bytes) => {
      await disk.write(file, bytes);
      const table = await openTextTable(disk, [file], file.endsWith(".csv") ? "csv" : "jsonl", ["prompt", "essay"]);
      let rows = 0;
      for await (const _ of table.rows()) rows += 1;
      if (rows !== table.count) throw new Error(`${table.count} rows were counted and ${rows} came out`);
    },
  };
}

/** Settings in YAML. */
export function yamlEater(name: string, originals: Originals, schema: z.ZodType): Eater {
  return textEater(name, originals, (text, file) => parseYaml(text, file, schema));
}

/** Whatever reads a whole text. */
export function textEater(name: string, originals: Originals, read: (text: string, file: string) => unknown): Eater {
  return { name, originals, eat: async (file, bytes) => void (await read(bytes.toString("utf8"), file)) };
}

async function checkRows(rows: AsyncIterable<RowOrBad<unknown>>): Promise<void> {
  for await (const row of rows) {
    if (row.place === "") throw new Error("a row without its place");
    if (!row.ok && (row.reason === "" || row.reason.length > 500)) throw new Error(`an unclear reason: ${row.reason}`);
  }
}

/** As a disk gives them: in pieces that end anywhere. */
async function* inParts(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
}
