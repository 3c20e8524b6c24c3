import type { HttpReply } from "./types.ts";

const MASK = "[key]";
/** Shorter ones stand for no key ("none", "offline"), and are words that a reply may hold. */
const SHORTEST = 8;

/** A text without the key that was sent to the service: servers and proxies echo headers in what they answer. */
export function withoutKey(said: string, key: string): string {
  return key.length < SHORTEST ? said : said.replaceAll(key, MASK);
}

/** An answer without the key, headers included: both may be kept. */
export function replyWithoutKey(reply: HttpReply, key: string): HttpReply {
  const { status, headers, text } = reply;
  const isEchoed = (): boolean => text.includes(key) || Object.values(headers).some((value) => value.includes(key));
  if (key.length < SHORTEST || !isEchoed()) return reply;
  const clean = Object.entries(headers).map(([name, value]) => [name, withoutKey(value, key)]);
  return { status, headers: Object.fromEntries(clean) as Record<string, string>, text: withoutKey(text, key) };
}

/** A stream of bytes without the key, also where it lies across two parts. Parts without it pass as they are. */
export async function* bytesWithoutKey(parts: AsyncIterable<Uint8Array>, key: string): AsyncGenerator<Uint8Array> {
  const secret = Buffer.from(key);
  if (secret.length < SHORTEST) return yield* parts;
  let held: Buffer = Buffer.alloc(0);
  for await (const part of parts) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    let rest = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    for (let at = rest.indexOf(secret); at >= 0; at = rest.indexOf(secret)) {
      yield Buffer.concat([rest.subarray(0, at), Buffer.from(MASK)]);
      rest = rest.subarray(at + secret.length);
    }
    const open = beginningAtEnd(rest, secret);
    held = rest.subarray(rest.length - open);
    if (rest.length > open) yield rest.subarray(0, rest.length - open);
  }
  if (held.length > 0) yield held;
}

/** How many of the last bytes may be the beginning of the secret. */
function beginningAtEnd(bytes: Buffer, secret: Buffer): number {
  for (let n = Math.min(bytes.length, secret.length - 1); n > 0; n--)
    if (bytes.subarray(bytes.length - n).equals(secret.subarray(0, n))) return n;
  return 0;
}

/** A parsed JSON value without the key. */
export function valueWithoutKey<T>(value: T, key: string): T {
  const said = JSON.stringify(value);
  return key.length < SHORTEST || !said.includes(key) ? value : (JSON.parse(withoutKey(said, key)) as T);
}
