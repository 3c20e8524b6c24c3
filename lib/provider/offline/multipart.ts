import { StudyError } from "corrigenda/error";

/** One part of a multipart/form-data body. Its body is drained before the next part is read. */
export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly body: AsyncGenerator<Buffer>;
}

const HEADER_LIMIT_BYTES = 16_384;

/** The boundary a content-type header names, or undefined where the body is not multipart/form-data. */
export function boundaryOf(contentType: string): string | undefined {
  const found = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  return found?.[1] ?? found?.[2];
}

/** Reads the parts of a body as it arrives; memory is one piece of the stream. @see RFC 7578 */
export async function* readParts(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  const source = pieces(body);
  const mark = Buffer.from(`\r\n--${boundary}`, "latin1");
  for await (const _preamble of until(source, mark)); // what comes before the first boundary means nothing
  while ((await source.exactly(2)).toString("latin1") === "\r\n") {
    const headers = await readHeaders(source);
    const part = until(source, mark);
    const name = /[;\s]name="([^"]*)"/i.exec(headers)?.[1] ?? "";
    const filename = /filename="((?:[^"\\]|\\.)*)"/i.exec(headers)?.[1];
    yield { name, ...(filename !== undefined && { filename: unescaped(filename) }), body: part };
    for await (const _rest of part);
  }
}

interface Source {
  readonly held: Buffer;
  more(): Promise<void>;
  take(bytes: number): Buffer;
  exactly(bytes: number): Promise<Buffer>;
}

function pieces(body: AsyncIterable<Uint8Array>): Source {
  const iterator = body[Symbol.asyncIterator]();
  let held: Buffer = Buffer.from("\r\n"); // the first boundary may stand at the very start
  const take = (bytes: number): Buffer => {
    const taken = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return taken;
  };
  const more = async (): Promise<void> => {
    const next = await iterator.next();
    if (next.done) throw new StudyError("network", "the form ended before its last boundary");
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
  };
  return {
    get held() {
      return held;
    },
    more,
    take,
    exactly: async (bytes) => {
      while (held.length < bytes) await more();
      return take(bytes);
    },
  };
}

async function* until(source: Source, mark: Buffer): AsyncGenerator<Buffer> {
  for (;;) {
    const at = source.held.indexOf(mark);
    if (at >= 0) {
      if (at > 0) yield source.take(at);
      source.take(mark.length);
      return;
    }
    const safe = source.held.length - mark.length + 1; // the mark may be cut in two by the stream
    if (safe > 0) yield source.take(safe);
    await source.more();
  }
}

async function readHeaders(source: Source): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of until(source, Buffer.from("\r\n\r\n"))) {
    bytes += part.length;
    if (bytes > HEADER_LIMIT_BYTES) throw new StudyError("network", "the headers of a form part are too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function unescaped(filename: string): string {
  return filename.replace(/\\(.)/g, "$1").replace(/%22/g, '"');
}
