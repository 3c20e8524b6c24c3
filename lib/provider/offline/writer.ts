import { createHash } from "node:crypto";
import type { Disk } from "corrigenda/files";

/** What a stored file holds. */
export interface Content {
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: string;
}

/** Writes one file in blocks, hashing and counting on the way. */
export interface FileWriter {
  readonly bytes: number;
  write(more: string | Uint8Array): Promise<void>;
  finish(path: string): Promise<Content>;
  discard(): Promise<void>;
}

const BLOCK_BYTES = 1 << 18;
const NEWLINE = 10;

/** Starts a file that appears whole at finish, or never. */
export async function startFile(disk: Disk): Promise<FileWriter> {
  const draft = await disk.draft();
  const hash = createHash("sha256");
  let block: Uint8Array[] = [];
  let [bytes, held, lines, last] = [0, 0, 0, NEWLINE];
  const flush = async (): Promise<void> => {
    const whole = Buffer.concat(block);
    [block, held] = [[], 0];
    if (whole.length === 0) return;
    hash.update(whole);
    for (let at = whole.indexOf(NEWLINE); at >= 0; at = whole.indexOf(NEWLINE, at + 1)) lines += 1;
    last = whole[whole.length - 1] ?? NEWLINE;
    await draft.write(whole);
  };
  return {
    get bytes() {
      return bytes;
    },
    write: async (more) => {
      const part = typeof more === "string" ? Buffer.from(more, "utf8") : more;
      block.push(part);
      held += part.length;
      bytes += part.length;
      if (held >= BLOCK_BYTES) await flush();
    },
    finish: async (path) => {
      await flush();
      await draft.commit(path);
      return { bytes, lines: lines + (last === NEWLINE ? 0 : 1), sha256: hash.digest("hex") };
    },
    discard: () => draft.discard(),
  };
}
