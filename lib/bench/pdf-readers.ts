import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { buffer } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Disk } from "corrigenda/files";
import { type Page, type PdfRow, readPdf, readPdfs } from "corrigenda/pdf";

/** Ways to read the text of PDFs, all of them to the end. */
export interface PdfReaders {
  /** Text in reading order with its places, in this process. */
  ours(files: readonly string[]): Promise<void>;
  /** The same, in processes of their own. */
  workers(files: readonly string[]): Promise<void>;
  /** Text items alone, as the engine finds them. */
  engine(files: readonly string[]): Promise<void>;
  pdfjs(files: readonly string[]): Promise<void>;
  pdftotext(files: readonly string[]): Promise<void>;
}

/** What pdf.js is used for here. */
interface PdfJs {
  getDocument(options: { data: Uint8Array; verbosity: number }): {
    readonly promise: Promise<{
      numPages: number;
      getPage(page: number): Promise<{ getTextContent(): Promise<unknown> }>;
    }>;
    destroy(): Promise<void>;
  };
}

/** @param pdfjs folder of pdfjs-dist */
export function pdfReaders(disk: Disk, pdfjs: string): PdfReaders {
  return {
    ours: (files) => each(files, (file) => drain(readPdf(disk, file))),
    workers: (files) => drain(readPdfs(disk, files)),
    engine: async (files) => {
      const { LiteParse } = await import("@llamaindex/liteparse");
      const engine = new LiteParse({ ocrEnabled: false, quiet: true, numWorkers: 1, outputFormat: "json" });
      await each(files, (file) => engine.parse(disk.resolve(file)));
    },
    pdfjs: async (files) => {
      const { getDocument }: PdfJs = await import(pathToFileURL(`${pdfjs}/legacy/build/pdf.mjs`).href);
      await each(files, async (file) => {
        const data = new Uint8Array(await (await disk.blob(file)).arrayBuffer());
        const loading = getDocument({ data, verbosity: 0 });
        const paper = await loading.promise;
        for (let page = 1; page <= paper.numPages; page++) await (await paper.getPage(page)).getTextContent();
        await loading.destroy();
      });
    },
    pdftotext: (files) =>
      each(files, (file) => promisify(execFile)("pdftotext", [disk.resolve(file), "-"], { maxBuffer: 2 ** 26 })),
  };
}

async function each(files: readonly string[], read: (file: string) => Promise<unknown>): Promise<void> {
  for (const file of files) await read(file);
}

async function drain(rows: AsyncIterable<PdfRow>): Promise<void> {
  for await (const row of rows) if (!row.ok) throw new Error(row.sentence);
}

/** What pdfkit is used for here. */
interface Drawing extends AsyncIterable<Uint8Array> {
  addPage(options: { size: readonly [number, number]; margin: number }): Drawing;
  fontSize(points: number): Drawing;
  text(text: string, x: number, y: number, options: { lineBreak: boolean }): Drawing;
  end(): void;
}

/** A PDF that shows these pages again and again, until it has so many. */
export async function typesetPdf(pages: readonly Page[], count: number): Promise<Uint8Array> {
  const Kit = createRequire(import.meta.url)("pdfkit") as new (options: object) => Drawing;
  const drawing = new Kit({ autoFirstPage: false });
  for (let n = 0; n < count; n++) {
    const { text, spans, width = 0, height = 0 } = pages[n % pages.length] ?? { text: "", spans: [] };
    drawing.addPage({ size: [width, height], margin: 0 }).fontSize(9);
    for (const { start, end, box } of spans) {
      drawing.text(text.slice(start, end), box.x, box.y, { lineBreak: false });
    }
  }
  drawing.end();
  return buffer(drawing);
}
