import { type Json, parseJson } from "corrigenda/json";
import type { NewReply, StoredReply } from "./types.ts";

const RAW = ',"raw":';
const END = Buffer.from("}\n");

/** Records as lines, joined; and the byte length of each. The raw reply is copied as it came, never re-written. */
export function encodeRecords(replies: readonly NewReply[], at: number): { bytes: Buffer; lengths: number[] } {
  const parts: Uint8Array[] = [];
  const lengths: number[] = [];
  for (const reply of replies) {
    const head = Buffer.from(
      `{"key":"${reply.key}","run":${JSON.stringify(reply.run)},"via":${JSON.stringify(reply.via)},"at":${at},"usd":${reply.usd}${RAW}`,
    );
    const raw = oneLine(reply.raw);
    parts.push(head, raw, END);
    lengths.push(head.length + raw.length + END.length);
  }
  return { bytes: Buffer.concat(parts), lengths };
}

/** A record's line as a reply; undefined where the line is torn or foreign. */
export function decodeRecord(line: string): StoredReply | undefined {
  const value = parseJson(line) as (Record<string, Json> & StoredReply) | undefined;
  if (typeof value !== "object" || value === null) return undefined;
  return typeof value.key === "string" && value.key.length === 64 && "raw" in value ? value : undefined;
}

/** In JSON text a line break can only stand between tokens, where a space says the same. */
function oneLine(raw: string | Uint8Array): Uint8Array {
  const bytes = typeof raw === "string" ? Buffer.from(raw) : raw;
  if (!bytes.includes(10) && !bytes.includes(13)) return bytes;
  return Uint8Array.from(bytes, (byte) => (byte === 10 || byte === 13 ? 32 : byte));
}
