import type { Disk } from "corrigenda/files";
import { type Engine, engineInWorkers, type Range } from "./engine.ts";
import { pdftotextEngine } from "./pdftotext.ts";
import { rowsOf, startPdf } from "./read.ts";
import type { PdfRow } from "./types.ts";

export interface ReadPdfsOptions {
  /** Processes that read at the same time. */
  readonly workers?: number;
  /** For each range of pages; a worker that takes longer is killed, and the next file goes on. */
  readonly timeoutMs?: number;
  /** What takes the words out of a file. "pdftotext" has to be installed, and knows no time limit. Default "pdfium". */
  readonly reader?: "pdfium" | "pdftotext";
}

/**
 * Reads many PDFs with all cores; their rows come in the order of the files, each file's pages together. PDFium works in
 * processes of its own: a file that hangs it or takes it down becomes a row, and the others go on.
 */
export async function* readPdfs(
  disk: Disk,
  files: Iterable<string>,
  { workers = 2, timeoutMs = 60_000, reader = "pdfium" }: ReadPdfsOptions = {},
): AsyncGenerator<PdfRow> {
  const engine = reader === "pdfium" ? await engineInWorkers(workers, timeoutMs) : pdftotextEngine();
  try {
    for (const { file, ranges } of inAdvance(disk, files, { engine, workers })) yield* rowsOf(file, ranges);
  } finally {
    engine.close();
  }
}

interface Begun {
  readonly file: string;
  readonly ranges: AsyncGenerator<Range>;
}

/** Files in order, as many begun as there are workers, and one more to keep them busy. */
function* inAdvance(
  disk: Disk,
  files: Iterable<string>,
  { engine, workers }: { readonly engine: Engine; readonly workers: number },
): Generator<Begun> {
  const begun: Begun[] = [];
  for (const file of files) {
    begun.push({ file, ranges: startPdf(disk, file, engine) });
    const next = begun.length > workers ? begun.shift() : undefined;
    if (next) yield next;
  }
  yield* begun;
}
