/** The largest reply to one request; a longer one counts as a connection that broke off. */
export const MOST_REPLY_BYTES = 32 * 2 ** 20;

/** A reply's text after its content encoding was undone: a small gzip may hold gigabytes. Throws where it is longer. */
export async function replyText(reply: Response): Promise<string> {
  if (reply.body === null) return "";
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of reply.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > MOST_REPLY_BYTES) throw new RangeError(`a reply is longer than ${MOST_REPLY_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
