import type { DataInput } from "corrigenda/dataset";

/** A line of a text file, its terminator removed. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** A file's text, part by part, a byte order mark removed. Bytes that are not UTF-8 become U+FFFD, which no row may hold. */
export async function* textsOf(input: DataInput): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8");
  for await (const part of input.bytes) yield decoder.decode(part, { stream: true });
  yield decoder.decode();
}

/** A file's lines, ended by LF or CRLF. */
export async function* linesOf(input: DataInput): AsyncGenerator<Line> {
  let number = 0;
  let rest = "";
  for await (const text of textsOf(input)) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) yield { number: ++number, text: part.replace(/\r$/, "") };
  }
  if (rest !== "") yield { number: ++number, text: rest.replace(/\r$/, "") };
}

/** Groups of lines between blank lines. */
export async function* blocksOf(input: DataInput): AsyncGenerator<Line[]> {
  let block: Line[] = [];
  for await (const line of linesOf(input)) {
    if (line.text.trim() !== "") block.push(line);
    else if (block.length > 0) {
      yield block;
      block = [];
    }
  }
  if (block.length > 0) yield block;
}
