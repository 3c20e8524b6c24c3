import type { LiteParse, LiteParseConfig, ParseResult } from "@llamaindex/liteparse";
import type { EnginePage } from "./document.ts";
import { turnOf } from "./turn.ts";
import type { PdfFailure } from "./types.ts";

/** Pages of a file, as PDFium reads them. */
export interface Range {
  /** Pages of the whole file. */
  readonly total: number;
  readonly pages: readonly EnginePage[];
  readonly damaged: readonly number[];
}

/** Reads ranges of pages. Rejects with an EngineError. */
export interface Engine {
  /** How many pages to ask for after the first. */
  readonly later: number;
  /** @param from from 1 @param to may lie behind the last page */
  read(path: string, from: number, to: number): Promise<Range>;
  close(): void;
}

export class EngineError extends Error {
  readonly code: PdfFailure;

  constructor(code: PdfFailure, cause: unknown) {
    super(code, { cause });
    this.code = code;
  }
}

/** The first pages of a file are read together: most papers are no longer. */
export const FIRST = 32;

/** Opening a file again is cheap, a new worker is not. */
const LATER_HERE = 16;
const LATER_IN_WORKERS = 64;

/** Nothing is computed that is not used: no OCR, no images, no Markdown. */
const CONFIG: Partial<LiteParseConfig> = {
  ocrEnabled: false,
  quiet: true,
  numWorkers: 1,
  outputFormat: "json",
  imageMode: "off",
  extractLinks: false,
  continueOnPageError: true,
};

type Settings = ConstructorParameters<typeof LiteParse>[0];

/** In this process: what takes PDFium down takes the process down. */
export function engineHere(): Engine {
  return { later: LATER_HERE, read: (path, from, to) => readRange(path, { from, to }, {}), close: () => undefined };
}

/**
 * In worker processes, which are killed when they take too long. The first range of each file goes to workers that
 * stay; a later range gets a worker of its own, since a worker's range is fixed at its start.
 */
export async function engineInWorkers(workers: number, timeoutMs: number): Promise<Engine> {
  const { LiteParse } = await import("@llamaindex/liteparse");
  const alone = { parseTimeoutMs: timeoutMs, poolSize: 1 };
  const first = new LiteParse({ ...CONFIG, ...alone, poolSize: workers, targetPages: `1-${FIRST}` });
  return {
    later: LATER_IN_WORKERS,
    read: (path, from, to) =>
      from === 1 && to === FIRST ? settle(path, first.parse(path), alone) : readRange(path, { from, to }, alone),
    close: () => first.close(),
  };
}

async function readRange(path: string, { from, to }: { from: number; to: number }, pool: Settings): Promise<Range> {
  const { LiteParse } = await import("@llamaindex/liteparse");
  const engine = new LiteParse({ ...CONFIG, ...pool, targetPages: `${from}-${to}` });
  return settle(path, engine.parse(path), pool).finally(() => engine.close());
}

async function settle(path: string, parsing: Promise<ParseResult>, pool: Settings): Promise<Range> {
  const result = await parsing.catch((error: unknown) => {
    throw new EngineError(codeOf(error), error);
  });
  const damaged = result.pageErrors.map(({ pageNum }) => pageNum);
  return { total: result.totalPages, pages: await stoodUp(path, result.pages, pool), damaged };
}

/** Pages printed sideways are read again, turned: the engine finds words in upright text only. */
async function stoodUp(path: string, pages: readonly EnginePage[], pool: Settings): Promise<readonly EnginePage[]> {
  const turns = new Map(
    pages.map((page) => [page.pageNum, turnOf(page)] as const).filter(([, turn]) => turn.angle !== 0),
  );
  if (turns.size === 0) return pages;
  const { LiteParse } = await import("@llamaindex/liteparse");
  const pageOrientationCorrections = [...turns].map(([page, { angle }]) => ({ page, angle }));
  const targetPages = [...turns.keys()].join(",");
  const engine = new LiteParse({ ...CONFIG, ...pool, targetPages, pageOrientationCorrections });
  try {
    const turned = new Map((await engine.parse(path)).pages.map((page) => [page.pageNum, page]));
    return pages.map((page) => ({ ...(turned.get(page.pageNum) ?? page), turn: turns.get(page.pageNum) }));
  } catch (error) {
    throw new EngineError(codeOf(error), error);
  } finally {
    engine.close();
  }
}

/** The engine says in words what went wrong. */
function codeOf(error: unknown): PdfFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === "ParseTimeoutError") return "timeout";
  if (/password/i.test(message)) return "encrypted";
  if (/worker exited|worker already exited/.test(message)) return "crashed";
  if (/not found/.test(message)) return "missing";
  return "broken";
}
