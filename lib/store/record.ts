import { type Json, parseJson } from "corrigenda/json";
import type { NewReply, StoredReply } from "./types.ts";

const RAW = ',"raw":';
const END = "}\n";
const UTF8_BYTES = 3;

/** Records as lines, joined; and the byte length of each. */
export interface Records {
  /** Hold until the next group is encoded. */
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
}

/** Encodes one group of records after the other into one buffer. The raw reply is copied as it came, never re-written. */
export function recordEncoder(): (replies: readonly NewReply[], at: number) => Records {
  let buffer = Buffer.allocUnsafe(64 << 10);
  let fill = 0;
  const reserve = (bytes: number): void => {
    if (fill + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, fill + bytes));
    buffer.copy(larger, 0, 0, fill);
    buffer = larger;
  };
  const add = ({ key, run, via, usd, raw }: NewReply, at: number): number => {
    const start = fill;
    const head = `{"key":"${key}","run":${JSON.stringify(run)},"via":${JSON.stringify(via)},"at":${at},"usd":${usd}${RAW}`;
    reserve((head.length + raw.length) * UTF8_BYTES + END.length);
    fill += buffer.write(head, fill);
    const from = fill;
    if (typeof raw === "string") fill += buffer.write(raw, fill);
    else {
      buffer.set(raw, fill);
      fill += raw.length;
    }
    ontoOneLine(buffer.subarray(from, fill));
    fill += buffer.write(END, fill);
    return fill - start;
  };
  return (replies, at) => {
    fill = 0;
    const lengths = replies.map((reply) => add(reply, at));
    return { bytes: buffer.subarray(0, fill), lengths };
  };
}

/** A record's line as a reply; undefined where the line is torn or foreign. */
export function decodeRecord(line: string): StoredReply | undefined {
  const value = parseJson(line) as (Record<string, Json> & StoredReply) | undefined;
  if (typeof value !== "object" || value === null) return undefined;
  return typeof value.key === "string" && value.key.length === 64 && "raw" in value ? value : undefined;
}

/** JSON has no NaN: a reply must not become unreadable over its price. */
export function priced(reply: NewReply): NewReply {
  return Number.isFinite(reply.usd) ? reply : { ...reply, usd: 0 };
}

/** In JSON text a line break can only stand between tokens, where a space says the same. */
function ontoOneLine(bytes: Uint8Array): void {
  for (const lineBreak of [10, 13])
    for (let at = bytes.indexOf(lineBreak); at >= 0; at = bytes.indexOf(lineBreak, at + 1)) bytes[at] = 32;
}
