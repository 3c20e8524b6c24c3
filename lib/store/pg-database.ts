import { StudyError } from "corrigenda/error";
import type { Clock } from "corrigenda/time";
import type { ClientBase, Pool, QueryResult } from "pg";
import { isPassingFault, pgError } from "./pg-error.ts";

export interface Rows {
  // Each statement knows its own columns; they are named where they are read.
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly count: number;
}

/** Runs one statement. */
export type Sql = (text: string, values?: readonly unknown[]) => Promise<Rows>;

/** A Postgres that may be away for a while: statements wait for it, up to `patienceMs`. */
export interface Database {
  /** Without user name and password. */
  readonly address: string;
  readonly clock: Clock;
  /** One statement that is safe to repeat: it may run twice where its answer was lost. */
  readonly sql: Sql;
  /** Statements that take effect together. The body runs again, whole, where the connection broke: it too must be safe to repeat. */
  transact<T>(body: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** How long a lost connection is waited for. Default 15 minutes. */
  readonly patienceMs?: number;
}

/** At the start a wrong address is likelier than a server that is away for a moment. */
const OPEN_MS = 6_000;
const PATIENCE_MS = 15 * 60_000;
const CONNECTIONS = 6;
// A statement without an answer for so long has lost its connection: none of ours takes a tenth of it.
const STATEMENT_MS = 30_000;
const CONNECT_MS = 10_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/** Connects once, so that a wrong address is said at once. Throws StudyError "config" (address, password, rights) or "network". */
export async function openDatabase(
  address: string,
  clock: Clock,
  { patienceMs = PATIENCE_MS }: DatabaseOptions = {},
): Promise<Database> {
  const shown = shownAddress(address);
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    ...{ connectionString: address, max: CONNECTIONS, application_name: "corrigenda", keepAlive: true },
    ...{ connectionTimeoutMillis: CONNECT_MS, query_timeout: STATEMENT_MS, idleTimeoutMillis: 60_000 },
    allowExitOnIdle: true,
    // Compiling takes 70 ms for a statement of 1 ms: many keys look costly to the planner, and are not.
    onConnect: async (client) => void (await client.query("set jit = off")),
  });
  pool.on("error", () => undefined); // an idle connection broke; the next statement opens another
  const patient = async <T>(deed: () => Promise<T>, ms = patienceMs): Promise<T> => {
    const until = clock.now() + ms;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      try {
        return await deed();
      } catch (error) {
        if (!isPassingFault(error) || clock.now() + waitMs > until) throw pgError(error, shown);
        await clock.sleep(waitMs);
      }
    }
  };
  const database: Database = {
    address: shown,
    clock,
    sql: (text, values) => patient(() => run(pool, text, values)),
    transact: (body) => patient(() => transact(pool, body)),
    close: () => pool.end(),
  };
  try {
    await patient(() => run(pool, "select 1"), Math.min(patienceMs, OPEN_MS));
  } catch (error) {
    await pool.end();
    throw error;
  }
  return database;
}

/** An address as it may be shown: without user name and password. Throws StudyError "config" where it is none. */
export function shownAddress(address: string): string {
  const isPostgres = URL.canParse(address) && /^postgres(ql)?:$/.test(new URL(address).protocol);
  if (!isPostgres)
    throw new StudyError(
      "config",
      "the store's address is not one of a Postgres; write it like postgres://user:password@host:5432/database",
    );
  const { host, pathname, searchParams } = new URL(address);
  return `postgres://${host || searchParams.get("host") || "localhost"}${pathname}`;
}

async function run(on: Pool | ClientBase, text: string, values: readonly unknown[] = []): Promise<Rows> {
  const result: QueryResult | readonly QueryResult[] = await on.query(text, [...values]);
  // Several statements in one text have a result each.
  const results = Array.isArray(result) ? result : [result as QueryResult];
  return { rows: results.flatMap(({ rows }) => rows), count: results.at(-1)?.rowCount ?? 0 };
}

async function transact<T>(pool: Pool, body: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const lost = (): void => undefined; // told by the statement under way as well
  client.on("error", lost);
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await body((text, values) => run(client, text, values));
    await client.query("commit");
    return result;
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.off("error", lost);
    client.release(broken);
  }
}
