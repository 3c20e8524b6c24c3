import type { Appender, Disk } from "corrigenda/files";

/** Bytes that wait for the disk. */
const FLUSH_BYTES = 1 << 17;
const HEAD_BYTES = 8;

/** Texts with a number each, on their way to the disk. */
export interface SpoolWriter {
  /** A promise where bytes have to reach the disk before more is added. */
  add(number: number, text: Uint8Array | string): Promise<void> | undefined;
  /** A second call does nothing. */
  end(): Promise<void>;
}

export function spoolWriter(file: Appender): SpoolWriter {
  let [buffer, used, ended] = [Buffer.allocUnsafe(FLUSH_BYTES), 0, false];
  const flush = async (): Promise<void> => {
    const bytes = used;
    used = 0;
    await file.write(buffer.subarray(0, bytes));
  };
  const put = (number: number, size: number, text: Uint8Array | string): void => {
    buffer.writeUInt32LE(number, used);
    buffer.writeUInt32LE(size, used + 4);
    if (typeof text === "string") buffer.write(text, used + HEAD_BYTES);
    else buffer.set(text, used + HEAD_BYTES);
    used += HEAD_BYTES + size;
  };
  return {
    add: (number, text) => {
      const size = typeof text === "string" ? Buffer.byteLength(text) : text.length;
      const fits = used + HEAD_BYTES + size <= buffer.length;
      if (fits) return put(number, size, text) as undefined;
      return (async () => {
        await flush();
        if (HEAD_BYTES + size > buffer.length) buffer = Buffer.allocUnsafe(HEAD_BYTES + size);
        put(number, size, text);
      })();
    },
    end: async () => {
      if (ended) return;
      ended = true;
      await flush();
      await file.close();
    },
  };
}

/** Hands over every text of a file with its number, in order. @param take may give a promise to wait for */
export async function readSpool(
  disk: Disk,
  file: string,
  take: (number: number, text: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of disk.read(file)) {
    const block =
      rest.length > 0 ? Buffer.concat([rest, part]) : Buffer.from(part.buffer, part.byteOffset, part.length);
    let at = 0;
    while (at + HEAD_BYTES <= block.length) {
      const end = at + HEAD_BYTES + block.readUInt32LE(at + 4);
      if (end > block.length) break;
      const waiting = take(block.readUInt32LE(at), block.subarray(at + HEAD_BYTES, end));
      if (waiting) await waiting;
      at = end;
    }
    rest = block.subarray(at);
  }
}
