import type { Disk } from "corrigenda/files";
import { createDocumentReader, type EnginePage } from "./document.ts";
import { type Engine, EngineError, engineHere, FIRST_RANGE, type Range } from "./engine.ts";
import { pageProblem, problem } from "./problems.ts";
import type { PdfRow } from "./types.ts";

/** Later ranges are longer: each opens the file again. */
const RANGE = 64;
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
  const first = inspect(disk, file).then(() => engine.read(path, 1, FIRST_RANGE));
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
    for await (const { range, ended } of rangesOf(started, engine)) {
      reader.add(withDamaged(range));
      const damaged = new Set(range.damaged);
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

/** The next range is being read while this one is used. */
async function* rangesOf(
  { path, first }: Started,
  engine: Engine,
): AsyncGenerator<{ readonly range: Range; readonly ended: boolean }> {
  let next: Promise<Range> | undefined = first;
  for (let read = FIRST_RANGE; next; read += RANGE) {
    const range: Range = await next;
    const ended = read >= range.total;
    next = ended ? undefined : engine.read(path, read + 1, read + RANGE);
    next?.catch(() => undefined);
    yield { range, ended };
  }
}

/** Pages that could not be read keep their place. */
function withDamaged({ pages, damaged }: Range): readonly EnginePage[] {
  const empty = damaged.map((pageNum) => ({ pageNum, width: 0, height: 0, textItems: [] }));
  return empty.length === 0 ? pages : [...pages, ...empty].sort((a, b) => a.pageNum - b.pageNum);
}
