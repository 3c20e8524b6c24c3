import type { Disk } from "corrigenda/files";
import { fetchSplit } from "./download.ts";
import { findSplit, type HubOptions } from "./hub.ts";
import { hub, ielts, ieltsSample } from "./ielts.ts";
import { openTextTable, type TextTable, tableFormat } from "./table.ts";
import type { Declaration } from "./types.ts";
import { user } from "./user.ts";

export interface SourceOptions<Column extends string> {
  /** A file of the user's; the hub is not asked then. */
  readonly from?: string | undefined;
  readonly dataset: string;
  readonly split: string;
  /** Where fetched files are kept. */
  readonly folder: string;
  readonly hub: HubOptions;
  readonly columns: readonly Column[];
}

/** Rows and where they come from. */
export interface Source<Column extends string> {
  readonly table: TextTable<Column>;
  /** The files that are read, fetched ones included. */
  readonly files: readonly string[];
  /** The commit of a data set of the hub. */
  readonly revision?: string;
  readonly declaration: Declaration;
}

const SAMPLE = /(?:^|\/)data\/sample\/ielts\/[^/]+$/;
const KNOWN = "chillies/IELTS-writing-task-2-evaluation";

/** Opens a local file, or a split of a data set of the hub, pinned and fetched. */
export async function openSource<Column extends string>(
  disk: Disk,
  { from, dataset, split, folder, hub: options, columns }: SourceOptions<Column>,
): Promise<Source<Column>> {
  if (from !== undefined) {
    const table = await openTextTable(disk, [from], tableFormat(from), columns);
    return { table, files: [from], declaration: SAMPLE.test(from) ? ieltsSample : user };
  }
  const found = await findSplit(dataset, split, options);
  const files = await fetchSplit(disk, folder, found, options);
  const table = await openTextTable(disk, files, found.format, columns);
  return { table, files, revision: found.revision, declaration: dataset === KNOWN ? ielts : hub };
}
