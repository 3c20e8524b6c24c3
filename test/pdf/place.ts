import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, type Disk, nodeDisk } from "corrigenda/files";
import { type Page, type PdfRow, readPdf } from "corrigenda/pdf";
import { afterAll, beforeAll } from "vitest";
import { makePdf, type PageSpec } from "./fixture.ts";

/** A folder for the PDFs of one test file. */
export interface Place {
  disk(): Disk;
  write(file: string, pages: Iterable<PageSpec>, options?: object): Promise<void>;
  /** The pages of a PDF that holds these; throws where it cannot be read. */
  read(pages: Iterable<PageSpec>): Promise<Page[]>;
}

export function usePlace(): Place {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pdf-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const disk = (): Disk => nodeDisk(folder);
  const write: Place["write"] = async (file, pages, options) => disk().write(file, await makePdf(pages, options));
  return {
    disk,
    write,
    read: async (pages) => {
      await write("a.pdf", pages);
      return pagesOf(await collect(readPdf(disk(), "a.pdf")));
    },
  };
}

export function pagesOf(rows: readonly PdfRow[]): Page[] {
  return rows.map((row) => {
    if (!row.ok) throw new Error(row.sentence);
    return row.page;
  });
}
