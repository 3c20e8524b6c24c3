import { SEPARATOR } from "./corpus-text.ts";
import type { CorpusBlock } from "./mask-corpus.ts";

const RETURN = 13;

/**
 * A corpus file in blocks of whole documents, of about `bytes` each. Line ends are read as Python reads a text file's:
 * \r\n and \r count as \n.
 */
export async function* corpusBlocks(file: AsyncIterable<Uint8Array>, bytes = 1 << 18): AsyncGenerator<CorpusBlock> {
  const separator = Buffer.from(SEPARATOR);
  let [pending, waiting, first]: [Uint8Array[], number, number] = [[], 0, 0];
  const cut = (last: boolean): CorpusBlock | undefined => {
    const whole = Buffer.concat(pending);
    // A \r may be one half of a line end, and newlines one half of a separator: both wait for what follows.
    const end = last ? whole.length : whole.lastIndexOf(separator);
    if (end < 0) return undefined;
    const rest = last ? Buffer.alloc(0) : whole.subarray(end + separator.length);
    [pending, waiting] = [[rest], rest.length];
    return { bytes: whole.subarray(0, end), first };
  };
  for await (const part of withNewlines(file)) {
    pending.push(part);
    waiting += part.length;
    if (waiting < bytes) continue;
    const block = cut(false);
    if (!block) continue;
    yield block;
    first += separators(block.bytes) + 1;
  }
  const block = cut(true);
  if (block && block.bytes.length > 0) yield block;
}

function separators(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const separator = Buffer.from(SEPARATOR);
  let count = 0;
  for (let at = buffer.indexOf(separator); at >= 0; at = buffer.indexOf(separator, at + separator.length)) count += 1;
  return count;
}

/** Documents of a file, empty ones between two separators included. */
export async function countDocuments(file: AsyncIterable<Uint8Array>): Promise<number> {
  let documents = 0;
  for await (const block of corpusBlocks(file)) documents = block.first + separators(block.bytes) + 1;
  return documents;
}

/** The same bytes with \n for \r\n and \r. */
async function* withNewlines(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = false;
  for await (const part of file) {
    const buffer = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    if (!held && !buffer.includes(RETURN)) {
      yield buffer;
      continue;
    }
    const text: string = `${held ? "\r" : ""}${buffer.toString("latin1")}`;
    held = text.endsWith("\r");
    yield Buffer.from((held ? text.slice(0, -1) : text).replace(/\r\n?/g, "\n"), "latin1");
  }
  if (held) yield Buffer.from("\n");
}
