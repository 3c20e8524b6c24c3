import { StudyError } from "corrigenda/error";
import { type Json, parseJson } from "corrigenda/json";
import type { Disk } from "./disk.ts";

const NEWLINE = 10;
/** No row, request or reply is longer; a line that is comes cut off here, and so is no JSON. */
const LONGEST_BYTES = 64 * 2 ** 20;

/** One line of a JSONL file: its value, or undefined where it is not JSON (`text` then holds it). */
export interface JsonlLine {
  /** From 1. */
  readonly line: number;
  readonly value?: Json;
  readonly text?: string;
}

/**
 * Splits a byte stream into lines, a block of whole lines at a time (a line's terminator removed; a last line
 * without one is given too). Memory is one block plus the longest line, of which `longest` bytes are kept at most.
 */
export async function* lineBlocks(bytes: AsyncIterable<Uint8Array>, longest = LONGEST_BYTES): AsyncGenerator<Buffer[]> {
  let rest: Buffer[] = [];
  let held = 0;
  const hold = (part: Buffer): void => {
    const kept = part.subarray(0, longest - held);
    if (kept.length > 0) rest.push(kept);
    held += kept.length;
  };
  for await (const part of bytes) {
    const block = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    const first = block.indexOf(NEWLINE);
    if (first < 0) {
      hold(block);
      continue;
    }
    if (rest.length > 0) hold(block.subarray(0, first));
    const lines = [rest.length > 0 ? Buffer.concat(rest) : block.subarray(0, first)];
    let start = first + 1;
    for (let end = block.indexOf(NEWLINE, start); end >= 0; end = block.indexOf(NEWLINE, start)) {
      lines.push(block.subarray(start, end));
      start = end + 1;
    }
    [rest, held] = [[], 0];
    if (start < block.length) hold(block.subarray(start));
    yield lines;
  }
  if (rest.length > 0) yield [Buffer.concat(rest)];
}

/** The lines of a JSONL file; blank lines are passed over, a line that is not JSON comes with its text. */
export async function* readJsonl(disk: Disk, path: string, from = 0): AsyncGenerator<JsonlLine> {
  let line = 0;
  for await (const block of lineBlocks(disk.read(path, from))) {
    for (const bytes of block) {
      line += 1;
      const text = bytes.toString("utf8").replace(line === 1 ? /^\uFEFF/ : /\r$/, "");
      if (text.trim() === "") continue;
      const value = parseJson(text);
      yield value === undefined ? { line, text } : { line, value };
    }
  }
}

/** A whole small file as text, a byte order mark removed. */
export async function readText(disk: Disk, path: string, limitBytes = 64 * 2 ** 20): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of disk.read(path)) {
    parts.push(part);
    size += part.length;
    if (size > limitBytes)
      throw new StudyError("files", `${disk.resolve(path)} is larger than ${limitBytes} bytes; stream it`);
  }
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}
