import type { Database, Sql } from "./pg-database.ts";
import type { RunIds } from "./pg-runs.ts";

/** Room in the queue of a service, which counts the tokens of all unfinished batches of one model and account. */
export interface SharedQueue {
  /** Takes room for a chunk, once; false where there is none now. An empty queue takes any chunk. */
  reserve(room: Room): Promise<boolean>;
  /** Whether a chunk of so many tokens would fit now. */
  hasRoom(room: Pick<Room, "queue" | "tokens" | "limit">): Promise<boolean>;
  /** As part of the transaction that ends the chunk's lease. */
  release(sql: Sql, run: string, chunk: string): Promise<void>;
}

export interface Room {
  readonly run: string;
  /** What the lease names: a submission that takes its place takes over its room. */
  readonly chunk: string;
  /** Service, account and model. */
  readonly queue: string;
  readonly tokens: number;
  readonly limit: number;
}

// A batch is over after 24 hours: what a run that nobody went on with had reserved does not count for ever.
const OTHERS = `
  select coalesce(sum(tokens), 0) as tokens from corrigenda.queued
  where queue = $1 and at > clock_timestamp() - interval '2 days' and not (run = $2 and chunk = $3)`;

const RESERVE = `
  insert into corrigenda.queued as q (queue, run, chunk, tokens)
  select $1, $2, $3, $4::float8 from (${OTHERS}) others where others.tokens = 0 or others.tokens + $4::float8 <= $5::float8
  on conflict (run, chunk) do update set queue = excluded.queue, tokens = excluded.tokens, at = excluded.at`;

export function pgQueue({ sql, transact }: Pick<Database, "sql" | "transact">, runs: RunIds): SharedQueue {
  return {
    reserve: async ({ run, chunk, queue, tokens, limit }) => {
      const id = await runs.id(run);
      return transact(async (inside) => {
        await inside("select pg_advisory_xact_lock(hashtextextended($1, 0))", [queue]); // one at a time looks and takes
        return (await inside(RESERVE, [queue, id, chunk, tokens, limit])).count > 0;
      });
    },
    hasRoom: async ({ queue, tokens, limit }) => {
      const { rows } = await sql(OTHERS, [queue, -1, ""]);
      const queued = Number(rows[0]?.tokens);
      return queued === 0 || queued + tokens <= limit;
    },
    release: async (inside, run, chunk) => {
      await inside("delete from corrigenda.queued where run = $1 and chunk = $2", [await runs.id(run), chunk]);
    },
  };
}
