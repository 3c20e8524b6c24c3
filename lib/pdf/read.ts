import type { Disk } from "corrigenda/files";
import { createDocumentReader, type DocumentReader, type EnginePage } from "./document.ts";
import { type Engine, EngineError, engineHere, FIRST, type Range } from "./engine.ts";
import { pageProblem, problem } from "./problems.ts";
import type { PdfRow } from "./types.ts";

/** A PDF says what it is somewhere in its first bytes. */
const HEAD = 1024;

/**
 * Reads a PDF page by page; memory stays flat over any number of pages. Damaged pages are rows that say so, and the
 * others go on; where the file cannot be read, or holds no text, the last row says why.
 */
export async function* readPdf(disk: Disk, file: string): AsyncGenerator<PdfRow> {
  const engine = engineHere();
  yield* rowsOf(file, startPdf(disk, file, engine), engine);
}

/** A file whose first pages are being read. */
export interface Started {
  readonly path: string;
  readonly first: Promise<Range>;
}

/** Begins to read; a failure waits in the promise. */
export function startPdf(disk: Disk, file: string, engine: Engine): Started {
  const path = disk.resolve(file);
  const first = inspect(disk, file).then(() => engine.read(path, 1, FIRST));
  first.catch(() => undefined);
  return { path, first };
}

async function inspect(disk: Disk, file: string): Promise<void> {
  const size = await disk.size(file);
  if (size === undefined) throw new EngineError("missing", undefined);
  if (size === 0) throw new EngineError("empty", undefined);
  const head = await disk.readAt(file, 0, Math.min(HEAD, size));
  if (!/\.pdf$/i.test(file) || !new TextDecoder("latin1").decode(head).includes("%PDF-")) {
    throw new EngineError("not-pdf", undefined);
  }
}

export async function* rowsOf(file: string, started: Started, engine: Engine): AsyncGenerator<PdfRow> {
  const reader = createDocumentReader();
  let hasText = false;
  try {
    for await (const { damaged, ended } of feed(reader, started, engine)) {
      for (const page of reader.take(ended)) {
        hasText ||= page.text !== "";
        yield damaged.has(page.page) ? pageProblem(file, page.page) : { ok: true, file, page };
      }
    }
    if (!hasText) yield problem(file, "no-text");
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    yield problem(file, error.code, error.cause);
  }
}

interface Fed {
  /** Pages that could not be read. */
  readonly damaged: ReadonlySet<number>;
  readonly ended: boolean;
}

/** Hands range after range to the reader. The next one is being read while the pages of this one are used. */
async function* feed(reader: DocumentReader, { path, first }: Started, engine: Engine): AsyncGenerator<Fed> {
  const damaged = new Set<number>();
  // A range is not kept while its pages are used: hence the function.
  const add = (range: Range): number => {
    for (const page of range.damaged) damaged.add(page);
    reader.add(withDamaged(range));
    return range.total;
  };
  let next: Promise<Range> | undefined = first;
  for (let read = FIRST; next; read += engine.later) {
    const ended: boolean = read >= add(await next);
    next = ended ? undefined : engine.read(path, read + 1, read + engine.later);
    next?.catch(() => undefined);
    yield { damaged, ended };
  }
}

/** Pages that could not be read keep their place. */
function withDamaged({ pages, damaged }: Range): readonly EnginePage[] {
  const empty = damaged.map((pageNum) => ({ pageNum, width: 0, height: 0, textItems: [] }));
  return empty.length === 0 ? pages : [...pages, ...empty].sort((a, b) => a.pageNum - b.pageNum);
}
