import { spawn } from "node:child_process";
import { once } from "node:events";
import { StudyError } from "corrigenda/error";
import { SaxesParser } from "saxes";
import type { EnginePage } from "./document.ts";
import { type Engine, EngineError, type Range } from "./engine.ts";

type Item = EnginePage["textItems"][number];

/** Pages that are handed on together. */
const TOGETHER = 32;

/**
 * Poppler's pdftotext, where it is installed: it mends files that PDFium refuses, and names the words' boxes. Pages
 * come while it reads. @throws StudyError "config" where the program is not installed
 */
export function pdftotextEngine(): Engine {
  return { read: readPages, close: () => undefined };
}

async function* readPages(path: string): AsyncGenerator<Range> {
  const child = spawn("pdftotext", ["-bbox", "-enc", "UTF-8", path, "-"], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(0, 2_000);
  });
  const closed = once(child, "close") as Promise<[number | null]>;
  closed.catch(() => undefined); // awaited below
  const { write, take } = pageReader();
  let pages = 0;
  try {
    for await (const text of child.stdout.setEncoding("utf8")) {
      write(text as string);
      for (let ready = take(TOGETHER); ready; ready = take(TOGETHER)) {
        pages += ready.length;
        yield { pages: ready, damaged: [] };
      }
    }
    const [code] = await closed.catch((cause: unknown) => Promise.reject(notThere(cause)));
    const rest = take(1, Number.POSITIVE_INFINITY) ?? [];
    if (rest.length > 0) yield { pages: rest, damaged: [] };
    if (code !== 0 || pages + rest.length === 0)
      throw new EngineError(
        /password/i.test(said) ? "encrypted" : "broken",
        new Error(said.trim().split("\n")[0] ?? ""),
      );
  } finally {
    child.kill();
  }
}

function notThere(cause: unknown): unknown {
  if ((cause as NodeJS.ErrnoException).code !== "ENOENT") return cause;
  return new StudyError(
    "config",
    "pdftotext is not installed: install poppler-utils, or read PDFs with PDF_READER: pdfium",
    { cause },
  );
}

/** Reads pdftotext's pages of words piece by piece. */
function pageReader(): {
  write(text: string): void;
  /** Up to `most` pages, once there are `least`. */
  take(least: number, most?: number): EnginePage[] | undefined;
} {
  const parser = new SaxesParser({ xmlns: false });
  const ready: EnginePage[] = [];
  let page: { width: number; height: number; items: Item[] } | undefined;
  let word: { readonly box: Omit<Item, "text">; text: string } | undefined;
  let count = 0;
  parser.on("error", (cause) => {
    throw new EngineError("broken", cause);
  });
  parser.on("opentag", ({ name, attributes }) => {
    const number = (key: string): number => Number((attributes as Record<string, string>)[key]);
    if (name === "page") page = { width: number("width"), height: number("height"), items: [] };
    if (name !== "word") return;
    const [x, y] = [number("xMin"), number("yMin")];
    word = { box: { x, y, width: number("xMax") - x, height: number("yMax") - y }, text: "" };
  });
  parser.on("text", (text) => {
    if (word) word.text += text;
  });
  parser.on("closetag", ({ name }) => {
    if (name === "word" && word) {
      page?.items.push({ ...word.box, text: word.text });
      word = undefined;
    }
    if (name === "page" && page) {
      count += 1;
      ready.push({ pageNum: count, width: page.width, height: page.height, textItems: page.items });
      page = undefined;
    }
  });
  return {
    // XML 1.0 forbids control characters, which some fonts map letters to.
    write: (text) => parser.write(text.replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, " ")),
    take: (least, most = least) => (ready.length < Math.max(1, least) ? undefined : ready.splice(0, most)),
  };
}
