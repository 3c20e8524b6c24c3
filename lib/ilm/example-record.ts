import type { MaskedDocument } from "./mask-document.ts";
import type { Spans } from "./mask-hierarchical.ts";

/** Masked documents as bytes, one record after the other. */
export interface Records {
  readonly bytes: Uint8Array;
  /** Bytes and examples of each record. */
  readonly index: readonly { readonly bytes: number; readonly examples: number }[];
}

/** Types fit into three bits. */
const TYPE_BITS = 3;
const MOST_TYPES = 1 << TYPE_BITS;

/** Collects records. */
export interface RecordWriter {
  add(document: MaskedDocument): void;
  /** What was collected since the last call. */
  take(): Records;
}

/**
 * A record: bytes of the text, the text as UTF-8, number of examples; of each example the number of spans; of each span
 * (units since the end of the one before) × 8 + type, then units of the span. All numbers are LEB128, offsets are UTF-16 units.
 */
export function recordWriter(): RecordWriter {
  let buffer = Buffer.allocUnsafe(1 << 16);
  let [at, index]: [number, { bytes: number; examples: number }[]] = [0, []];
  const reserve = (more: number): void => {
    if (at + more <= buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (at + more));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  };
  const number = (value: number): void => {
    let rest = value;
    while (rest > 127) {
      buffer[at++] = (rest & 127) | 128;
      rest = Math.floor(rest / 128);
    }
    buffer[at++] = rest;
  };
  return {
    add: ({ text, examples }) => {
      const start = at;
      const size = Buffer.byteLength(text);
      reserve(size + 20);
      number(size);
      at += buffer.write(text, at);
      number(examples.length);
      for (const spans of examples) {
        reserve(5 + 4 * spans.length);
        number(spans.length / 3);
        let end = 0;
        for (let span = 0; span < spans.length; span += 3) {
          const [type = 0, from = 0, length = 0] = [spans[span], spans[span + 1], spans[span + 2]];
          if (type >= MOST_TYPES || from < end)
            throw new RangeError(`no record for type ${type} at ${from}, behind ${end}`);
          number((from - end) * MOST_TYPES + type);
          number(length);
          end = from + length;
        }
      }
      index.push({ bytes: at - start, examples: examples.length });
    },
    take: () => {
      const taken = { bytes: buffer.subarray(0, at), index };
      buffer = Buffer.allocUnsafe(buffer.length);
      [at, index] = [0, []];
      return taken;
    },
  };
}

/** Reads the record at `from`, and where the next one begins. Throws RangeError where it is cut off. */
export function readRecord(bytes: Uint8Array, from = 0): { readonly document: MaskedDocument; readonly next: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = from;
  const number = (): number => {
    let [value, unit] = [0, 1];
    for (;;) {
      const byte = buffer[at++];
      if (byte === undefined) throw new RangeError("the record is cut off");
      value += (byte & 127) * unit;
      if (byte < 128) return value;
      unit *= 128;
    }
  };
  const size = number();
  const text = buffer.toString("utf8", at, at + size);
  at += size;
  const examples: Spans[] = [];
  for (let left = number(); left > 0; left--) {
    const spans: number[] = [];
    let end = 0;
    for (let more = number(); more > 0; more--) {
      const gap = number();
      const start = end + Math.floor(gap / MOST_TYPES);
      const length = number();
      spans.push(gap % MOST_TYPES, start, length);
      end = start + length;
    }
    examples.push(spans);
  }
  return { document: { text, examples }, next: at };
}
