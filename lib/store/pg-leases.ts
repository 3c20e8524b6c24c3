import { randomUUID } from "node:crypto";
import type { Json } from "corrigenda/json";
import type { PgBoss } from "pg-boss";
import { type Claim, stillHeld } from "./pg-claim.ts";
import type { Database, Sql } from "./pg-database.ts";
import type { Hold } from "./pg-journal.ts";
import type { RunIds } from "./pg-runs.ts";

/** Work on its way to whoever takes it. */
export interface NewLease {
  readonly data: Json;
  /** Of the requests in it, 64 hex digits each. */
  readonly keys: readonly string[];
  /** How many, where the keys are not those of requests but of chunks. */
  readonly requests?: number;
}

/** Work that this process holds. */
export interface Lease extends Hold {
  readonly run: string;
  readonly data: Json;
}

/** Work that any process may take and one at a time holds. */
export interface Leases {
  /** Throws StudyError "locked", and puts nothing, where the claim on the run has passed to another. */
  put(run: string, work: readonly NewLease[], claim?: Pick<Claim, "holder">): Promise<void>;
  /** @param except runs that this process cannot work for now */
  take(except?: readonly string[]): Promise<Lease | undefined>;
  /** Says that these are worked on; those of them that have passed to another. To be called every few seconds. */
  beat(holds: readonly Hold[]): Promise<ReadonlySet<Hold>>;
  /** Ends a lease, with what `also` writes, in one transaction; false, and nothing written, where it has passed to another. */
  complete(hold: Hold, also?: (sql: Sql) => Promise<void>): Promise<boolean>;
  /** Another may take it, a little later. */
  giveBack(hold: Hold): Promise<void>;
  /** How many leases of a stage, or of all stages of "<study>/<run>", are not completed. */
  open(run: string): Promise<{ readonly leases: number; readonly requests: number }>;
  /** Whether this process still has it. */
  holds(hold: Hold): Promise<boolean>;
  /** Keys of the requests in a run's open leases. */
  openKeys(run: string): AsyncIterable<string>;
  /** Takes back what nobody holds, of a stage or of a whole run; how many stay with their holders. */
  withdraw(run: string): Promise<number>;
}

/** Synchronous calls, or chunks of batches. */
export type LeaseKind = "calls" | "batches";

/** A queue of each kind. */
export interface LeaseQueues {
  of(kind: LeaseKind): Promise<Leases>;
  close(): Promise<void>;
}

/** A lease whose holder is silent for so long passes to another. */
export const LEASE_SECONDS = 15;
const SUPERVISE_SECONDS = 5;
const RETRY_SECONDS = 2;
const DAY_SECONDS = 86_400;
const SCHEMA = "corrigenda_jobs";
const KEY_BYTES = 32;

/** The queues of one space, kept by pg-boss in a schema of its own. Every process that opens them also watches for lapsed leases. */
export async function pgLeases(database: Database, runs: RunIds): Promise<LeaseQueues> {
  const boss = await startBoss(database);
  const open = new Map<LeaseKind, Promise<Leases>>();
  return {
    of: (kind) => {
      const queue = `${kind === "calls" ? "leases" : kind}-${runs.space}`;
      const found = open.get(kind) ?? makeQueue(boss, queue).then(() => leasesOf(boss, queue, database, runs));
      open.set(kind, found);
      return found;
    },
    close: () => boss.stop({ graceful: false }),
  };
}

function leasesOf(boss: PgBoss, queue: string, { sql, transact }: Database, runs: RunIds): Leases {
  const held = `delete from corrigenda.leases where id = $1 and token = $2`;
  return {
    put: async (run, work, claim) => {
      const id = await runs.id(run);
      const jobs = work.map(({ data }) => ({ id: randomUUID(), data: { run, data }, group: { id: run } }));
      await transact(async (inside) => {
        if (claim) await stillHeld(inside, id, claim);
        const keys = work.map((lease) => Buffer.from(lease.keys.join(""), "hex"));
        for (const [place, job] of jobs.entries())
          await inside("insert into corrigenda.leases (id, queue, run, requests, keys) values ($1, $2, $3, $4, $5)", [
            ...[job.id, queue, id, work[place]?.requests ?? work[place]?.keys.length, keys[place]],
          ]);
        await boss.insert(queue, jobs, { db: bossDb(inside) });
      });
    },
    take: (except = []) =>
      transact(async (inside) => {
        const options = { db: bossDb(inside), ignoreGroups: [...except] };
        const [job] = await boss.fetch<{ run: string; data: Json }>(queue, options);
        if (!job) return undefined;
        const { rows } = await inside("update corrigenda.leases set token = token + 1 where id = $1 returning token", [
          job.id,
        ]);
        if (rows[0]) return { id: job.id, token: Number(rows[0].token), ...job.data };
        await boss.complete(queue, job.id, null, { db: bossDb(inside) });
        return undefined;
      }),
    beat: async (holds) => {
      if (holds.length === 0) return new Set();
      const { rows } = await sql("select id, token from corrigenda.leases where id = any($1)", [
        holds.map(({ id }) => id),
      ]);
      const tokens = new Map(rows.map(({ id, token }) => [id, token]));
      const mine = holds.filter(({ id, token }) => tokens.get(id) === token);
      if (mine.length > 0)
        await boss.touch(
          queue,
          mine.map(({ id }) => id),
        );
      return new Set(holds.filter((hold) => !mine.includes(hold)));
    },
    complete: ({ id, token }, also) =>
      transact(async (inside) => {
        if ((await inside(held, [id, token])).count === 0) return false;
        await also?.(inside);
        await boss.complete(queue, id, null, { db: bossDb(inside) });
        return true;
      }),
    giveBack: ({ id, token }) =>
      transact(async (inside) => {
        const { rows } = await inside("select from corrigenda.leases where id = $1 and token = $2 for update", [
          id,
          token,
        ]);
        if (rows.length > 0) await boss.fail(queue, id, null, { db: bossDb(inside) });
      }),
    open: async (run) => {
      const { rows } = await sql(
        `select count(*) as leases, coalesce(sum(requests), 0) as requests from corrigenda.leases where run in (${UNDER})`,
        [runs.space, run],
      );
      return { leases: Number(rows[0]?.leases), requests: Number(rows[0]?.requests) };
    },
    holds: async ({ id, token }) =>
      (await sql("select from corrigenda.leases where id = $1 and token = $2", [id, token])).rows.length > 0,
    openKeys: async function* (run) {
      const of = [await runs.id(run), queue];
      const { rows } = await sql("select id from corrigenda.leases where run = $1 and queue = $2", of);
      for (const { id } of rows) {
        const found = await sql("select keys from corrigenda.leases where id = $1", [id]);
        const keys = (found.rows[0]?.keys as Buffer | undefined) ?? Buffer.alloc(0);
        for (let at = 0; at < keys.length; at += KEY_BYTES) yield keys.toString("hex", at, at + KEY_BYTES);
      }
    },
    withdraw: (run) =>
      transact(async (inside) => {
        const free = await inside(
          `select job.id from ${SCHEMA}.job join corrigenda.leases lease on lease.id = job.id
           where lease.run in (${UNDER}) and job.name = $3 and job.state < 'active' for update of job skip locked`,
          [runs.space, run, queue],
        );
        const ids = free.rows.map((row) => row.id as string);
        if (ids.length > 0) await boss.deleteJob(queue, ids, { db: bossDb(inside) });
        await inside("delete from corrigenda.leases where id = any($1)", [ids]);
        const left = await inside(`select from corrigenda.leases where run in (${UNDER})`, [runs.space, run]);
        return left.rows.length;
      }),
  };
}

/** The run of this name, and those below it. */
const UNDER = "select id from corrigenda.runs where space = $1 and (name = $2 or starts_with(name, $2 || '/'))";

/** Two that make a new database's schema in the same moment can collide: the later one then finds it made. */
function startBoss(database: Database): Promise<PgBoss> {
  return startOnce(database).catch(() => startOnce(database));
}

async function startOnce({ sql }: Database): Promise<PgBoss> {
  const { PgBoss } = await import("pg-boss");
  const boss = new PgBoss({
    ...{ db: bossDb(sql), schema: SCHEMA, schedule: false, persistWarnings: false },
    ...{ superviseIntervalSeconds: SUPERVISE_SECONDS, monitorIntervalSeconds: SUPERVISE_SECONDS },
  });
  boss.on("error", () => undefined); // the watch for lapsed leases goes on with its next round
  try {
    return await boss.start();
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined); // its timers would keep the process alive
    throw error;
  }
}

async function makeQueue(boss: PgBoss, queue: string): Promise<void> {
  await boss.createQueue(queue, {
    ...{ heartbeatSeconds: LEASE_SECONDS, expireInSeconds: DAY_SECONDS, retryLimit: 2 ** 31 - 1 },
    ...{ retryDelay: RETRY_SECONDS, retentionSeconds: 365 * DAY_SECONDS, deleteAfterSeconds: 60 },
  });
}

/** What pg-boss asks of a database, by our own statements: they wait for a server that is away. */
function bossDb(sql: Sql) {
  return {
    executeSql: async (text: string, values?: unknown[]) => ({ rows: [...(await sql(text, values)).rows] }),
  };
}
