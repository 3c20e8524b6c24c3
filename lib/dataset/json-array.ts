import { type Json, parseJson } from "corrigenda/json";

/** One item of a JSON array, or what is wrong where one should be. */
export interface ArrayItem {
  /** From 0. */
  readonly index: number;
  /** Where it starts, from 0. */
  readonly byte: number;
  readonly value?: Json;
  /** Absent where there is a value. */
  readonly problem?: string;
}

/** A longer item is taken for one whose end is lost. */
const LIMIT_BYTES = 16 * 2 ** 20;
const [QUOTE, COMMA, OPEN, BACKSLASH, CLOSE, OPEN_BRACE, CLOSE_BRACE] = [34, 44, 91, 92, 93, 123, 125];

/**
 * The items of a JSON array, one at a time: memory is one block plus the longest item. An item that is not JSON is reported and the
 * rest goes on; where the array itself breaks (it ends early, a bracket is never closed), the last item says so.
 */
export async function* readJsonArray(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ArrayItem> {
  const scanner = new Scanner();
  for await (const part of bytes) {
    yield* scanner.feed(part);
    if (scanner.broken) return;
  }
  yield* scanner.end();
}

/** "before" the array, "inside" it, "after" it. */
type State = "before" | "inside" | "after";

class Scanner {
  /** Nothing that follows can be trusted. */
  broken = false;
  #state: State = "before";
  #index = 0;
  /** Bytes before the block that is read. */
  #offset = 0;
  /** Of the item that is read, from the byte behind the last comma. */
  #parts: Uint8Array[] = [];
  #start = 0;
  #size = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  *feed(block: Uint8Array): Generator<ArrayItem> {
    let from = 0;
    for (let at = 0; at < block.length && !this.broken; at++) {
      const byte = block[at] ?? 0;
      if (this.#state !== "inside") {
        yield* this.#outside(byte, this.#offset + at);
        from = at + 1;
      } else if (this.#ends(byte)) {
        this.#keep(block.subarray(from, at));
        yield* this.#item(byte === COMMA);
        from = at + 1;
        this.#start = this.#offset + from;
        if (byte === CLOSE) this.#state = "after";
      }
    }
    if (this.#state === "inside" && !this.broken) this.#keep(block.slice(from));
    this.#offset += block.length;
    if (this.#size > LIMIT_BYTES)
      yield this.#break("an item of more than 16 MiB: is its end lost? the rest is not read");
  }

  *end(): Generator<ArrayItem> {
    if (this.#state === "before") yield this.#break("not a JSON array: the file is empty");
    else if (this.#state === "inside") yield this.#break("the array ends in the middle: is the file cut off?");
  }

  /** Whether a byte ends the item: a comma or the array's bracket, outside of the item's own texts and brackets. */
  #ends(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN || byte === OPEN_BRACE) this.#depth += 1;
    else if (this.#depth === 0) return byte === COMMA || byte === CLOSE;
    else if (byte === CLOSE || byte === CLOSE_BRACE) this.#depth -= 1;
    return false;
  }

  *#outside(byte: number, at: number): Generator<ArrayItem> {
    if (isSpace(byte) || (this.#state === "before" && at < 3 && BOM[at] === byte)) return;
    this.#start = at;
    if (this.#state === "after") yield this.#break("text behind the end of the array");
    else if (byte !== OPEN) yield this.#break("not a JSON array: write one object a line and name the file .jsonl");
    this.#state = "inside";
    this.#start = at + 1;
  }

  *#item(isFollowed: boolean): Generator<ArrayItem> {
    const text = textOf(this.#parts);
    const lead = text.length - text.trimStart().length;
    const place = { index: this.#index, byte: this.#start + lead };
    [this.#parts, this.#size] = [[], 0];
    if (text.trim() === "") {
      if (isFollowed || this.#index > 0) yield { ...place, problem: "a comma without an item" };
    } else {
      const value = parseJson(text);
      yield value === undefined ? { ...place, problem: "not JSON" } : { ...place, value };
    }
    this.#index += 1;
  }

  #keep(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }

  #break(problem: string): ArrayItem {
    this.broken = true;
    return { index: this.#index, byte: this.#start, problem };
  }
}

/** Most items lie within one block: their bytes are not copied. */
function textOf(parts: readonly Uint8Array[]): string {
  const [first = new Uint8Array(), ...others] = parts;
  const bytes = others.length === 0 ? Buffer.from(first.buffer, first.byteOffset, first.length) : Buffer.concat(parts);
  return bytes.toString("utf8");
}

const BOM = [0xef, 0xbb, 0xbf];

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}
