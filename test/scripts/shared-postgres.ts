import { openShared, type Shared } from "corrigenda/store";
import { type PostgresServer, postgresPrograms, startPostgres } from "corrigenda/trial";
import pg from "pg";
import { afterAll, afterEach, beforeAll } from "vitest";

/** A Postgres for the tests of one file; absent where none is installed. What joins is closed after each test. */
export function sharedPostgres() {
  const isHere = postgresPrograms() !== undefined;
  let server: PostgresServer;
  let databases = 0;
  const open: Shared[] = [];
  beforeAll(async () => {
    if (isHere) server = await startPostgres();
  }, 60_000);
  afterAll(() => (isHere ? server[Symbol.asyncDispose]() : undefined));
  afterEach(async () => {
    for (const shared of open.splice(0)) await shared.close();
  });
  return {
    isHere,
    server: () => server,
    /** The address of a new database. */
    fresh: (): Promise<string> => {
      databases += 1;
      return server.database(`s${databases}`);
    },
    join: async (address: string): Promise<Shared> => {
      const shared = await openShared(address, "live", { patienceMs: 60_000 });
      open.push(shared);
      return shared;
    },
  };
}

/** The rows of statements, run by a connection of their own. */
export async function sqlOn(
  address: string,
  ...texts: readonly string[]
): Promise<Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const text of texts) rows = (await client.query(text)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
