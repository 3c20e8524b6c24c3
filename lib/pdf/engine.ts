import type { LiteParse, LiteParseConfig, ParseResult } from "@llamaindex/liteparse";
import type { EnginePage } from "./document.ts";
import { turnOf } from "./turn.ts";
import type { PdfFailure } from "./types.ts";

/** Pages of a file, as PDFium reads them. */
export interface Range {
  readonly pages: readonly EnginePage[];
  readonly damaged: readonly number[];
}

/** Reads files, range after range. Throws an EngineError. */
export interface Engine {
  read(path: string): AsyncGenerator<Range>;
  close(): void;
}

export class EngineError extends Error {
  readonly code: PdfFailure;

  constructor(code: PdfFailure, cause: unknown) {
    super(code, { cause });
    this.code = code;
  }
}

/** Pages that are read together in this process: while these are used, the next are being read. */
const TOGETHER = 32;
/** In workers: most papers have no more pages; behind them each range starts a worker, and so is longer. */
const FIRST = 32;
const LATER = 64;
/** The engine stops at 1,000 pages unless told otherwise. */
const ALL = 1_000_000;

/** Nothing is computed that is not used: no OCR, no images, no Markdown. */
const CONFIG: Partial<LiteParseConfig> = {
  ocrEnabled: false,
  quiet: true,
  numWorkers: 1,
  outputFormat: "json",
  imageMode: "off",
  extractLinks: false,
  continueOnPageError: true,
  maxPages: ALL,
};

type Settings = ConstructorParameters<typeof LiteParse>[0];

/** In this process: what takes PDFium down takes the process down. */
export function engineHere(): Engine {
  return { read: readHere, close: () => undefined };
}

async function* readHere(path: string): AsyncGenerator<Range> {
  const { LiteParse } = await import("@llamaindex/liteparse");
  const batches = new LiteParse(CONFIG).parseBatches(path, { batchSize: TOGETHER });
  try {
    for await (const { result } of batches) yield await rangeOf(path, result, {});
  } catch (error) {
    throw engineError(error);
  }
}

/**
 * In worker processes, which are killed when they take too long. The first range of each file goes to workers that
 * stay; a later range gets a worker of its own, since a worker's range is fixed at its start.
 */
export async function engineInWorkers(workers: number, timeoutMs: number): Promise<Engine> {
  const { LiteParse } = await import("@llamaindex/liteparse");
  const one = { ...CONFIG, parseTimeoutMs: timeoutMs, poolSize: 1 };
  const first = new LiteParse({ ...one, poolSize: workers, targetPages: `1-${FIRST}` });
  const readLater = async (path: string, from: number): Promise<ParseResult> => {
    const engine = new LiteParse({ ...one, targetPages: `${from}-${from + LATER - 1}` });
    return engine.parse(path).finally(() => engine.close());
  };
  return {
    read: async function* (path) {
      try {
        const result = await first.parse(path);
        yield await rangeOf(path, result, one);
        for (let from = FIRST + 1; from <= result.totalPages; from += LATER) {
          yield await rangeOf(path, await readLater(path, from), one);
        }
      } catch (error) {
        throw engineError(error);
      }
    },
    close: () => first.close(),
  };
}

async function rangeOf(path: string, { pages, pageErrors }: ParseResult, settings: Settings): Promise<Range> {
  return { pages: await stoodUp(path, pages, settings), damaged: pageErrors.map(({ pageNum }) => pageNum) };
}

/** Pages printed sideways are read again, turned: the engine finds words in upright text only. */
async function stoodUp(path: string, pages: readonly EnginePage[], settings: Settings): Promise<readonly EnginePage[]> {
  const turns = new Map(
    pages.map((page) => [page.pageNum, turnOf(page)] as const).filter(([, turn]) => turn.angle !== 0),
  );
  if (turns.size === 0) return pages;
  const { LiteParse } = await import("@llamaindex/liteparse");
  const pageOrientationCorrections = [...turns].map(([page, { angle }]) => ({ page, angle }));
  const targetPages = [...turns.keys()].join(",");
  const engine = new LiteParse({ ...CONFIG, ...settings, targetPages, pageOrientationCorrections });
  try {
    const turned = new Map((await engine.parse(path)).pages.map((page) => [page.pageNum, page]));
    return pages.map((page) => ({ ...(turned.get(page.pageNum) ?? page), turn: turns.get(page.pageNum) }));
  } finally {
    engine.close();
  }
}

/** The engine says in words what went wrong. */
function engineError(error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  const code = (): PdfFailure => {
    if (error instanceof Error && error.name === "ParseTimeoutError") return "timeout";
    if (/password/i.test(message)) return "encrypted";
    if (/worker exited|worker already exited/.test(message)) return "crashed";
    return /not found/.test(message) ? "missing" : "broken";
  };
  return new EngineError(code(), error);
}
