import type { Disk } from "corrigenda/files";
import { createDocumentReader, type EnginePage } from "./document.ts";
import { type Engine, EngineError, engineHere, type Range } from "./engine.ts";
import { pageProblem, problem } from "./problems.ts";
import type { PdfRow } from "./types.ts";

/** A PDF says what it is somewhere in its first bytes. */
const HEAD = 1024;

/**
 * Reads a PDF page by page; memory stays flat over any number of pages. Damaged pages are rows that say so, and the
 * others go on; where the file cannot be read, or holds no text, the last row says why.
 */
export async function* readPdf(disk: Disk, file: string): AsyncGenerator<PdfRow> {
  yield* rowsOf(file, startPdf(disk, file, engineHere()));
}

/** Begins to read; a failure waits until it is asked for. */
export function startPdf(disk: Disk, file: string, engine: Engine): AsyncGenerator<Range> {
  return ahead(rangesOf(disk, file, engine));
}

async function* rangesOf(disk: Disk, file: string, engine: Engine): AsyncGenerator<Range> {
  const size = await disk.size(file);
  if (size === undefined) throw new EngineError("missing", undefined);
  if (size === 0) throw new EngineError("empty", undefined);
  const head = await disk.readAt(file, 0, Math.min(HEAD, size));
  if (!/\.pdf$/i.test(file) || !new TextDecoder("latin1").decode(head).includes("%PDF-")) {
    throw new EngineError("not-pdf", undefined);
  }
  yield* engine.read(disk.resolve(file));
}

/** The same, but the next one is always being made already. */
function ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  const begin = (): Promise<IteratorResult<T>> => {
    const next = source.next();
    next.catch(() => undefined);
    return next;
  };
  const hand = async function* (first: Promise<IteratorResult<T>>): AsyncGenerator<T> {
    let next = first;
    try {
      for (;;) {
        const { done, value } = await next;
        if (done) return;
        next = begin();
        yield value;
      }
    } finally {
      // Nobody waits for what nobody wants.
      source.return(undefined).catch(() => undefined);
    }
  };
  return hand(begin());
}

export async function* rowsOf(file: string, ranges: AsyncGenerator<Range>): AsyncGenerator<PdfRow> {
  const reader = createDocumentReader();
  const damaged = new Set<number>();
  let hasText = false;
  const take = function* (ended: boolean): Generator<PdfRow> {
    for (const page of reader.take(ended)) {
      hasText ||= page.text !== "";
      yield damaged.has(page.page) ? pageProblem(file, page.page) : { ok: true, file, page };
    }
  };
  try {
    for await (const range of ranges) {
      for (const page of range.damaged) damaged.add(page);
      reader.add(withDamaged(range));
      yield* take(false);
    }
    yield* take(true);
    if (!hasText) yield problem(file, "no-text");
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    yield problem(file, error.code, error.cause);
  }
}

/** Pages that could not be read keep their place. */
function withDamaged({ pages, damaged }: Range): readonly EnginePage[] {
  const empty = damaged.map((pageNum) => ({ pageNum, width: 0, height: 0, textItems: [] }));
  return empty.length === 0 ? pages : [...pages, ...empty].sort((a, b) => a.pageNum - b.pageNum);
}
