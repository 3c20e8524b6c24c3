import type { Database, Sql } from "./pg-database.ts";
import type { RunIds } from "./pg-runs.ts";

/** Files of a run that its processes share, for as long as somebody works on them. */
export interface SharedFiles {
  /** Content never changes: what is there already stays. Durable when it returns. */
  put(run: string, path: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  get(run: string, path: string): AsyncIterable<Uint8Array>;
  /** As part of a transaction. */
  remove(sql: Sql, run: string, paths: readonly string[]): Promise<void>;
}

const PART_BYTES = 1 << 20;

export function pgFiles({ sql }: Pick<Database, "sql">, runs: RunIds): SharedFiles {
  return {
    put: async (run, path, content) => {
      const id = await runs.id(run);
      let part = 0;
      for await (const bytes of parts(content)) {
        await sql(
          "insert into corrigenda.files (run, path, part, bytes) values ($1, $2, $3, $4) on conflict do nothing",
          [id, path, part, bytes],
        );
        part += 1;
      }
    },
    get: async function* (run, path) {
      const id = await runs.id(run);
      for (let part = 0; ; part++) {
        const { rows } = await sql("select bytes from corrigenda.files where run = $1 and path = $2 and part = $3", [
          ...[id, path, part],
        ]);
        if (!rows[0]) return;
        yield rows[0].bytes as Buffer;
      }
    },
    remove: async (inside, run, paths) => {
      await inside("delete from corrigenda.files where run = $1 and path = any($2)", [await runs.id(run), paths]);
    },
  };
}

/** The same bytes in parts of one size, however they come: a repeated put makes the same parts. */
async function* parts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const part = Buffer.alloc(PART_BYTES);
  let fill = 0;
  for await (const block of content) {
    for (let at = 0; at < block.length; ) {
      const taken = Math.min(PART_BYTES - fill, block.length - at);
      part.set(block.subarray(at, at + taken), fill);
      [fill, at] = [fill + taken, at + taken];
      if (fill < PART_BYTES) continue;
      yield Buffer.from(part);
      fill = 0;
    }
  }
  if (fill > 0) yield Buffer.from(part.subarray(0, fill));
}
