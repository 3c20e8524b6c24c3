import { randomUUID } from "node:crypto";
import { parseJson } from "corrigenda/json";
import { groupCommit } from "./group-commit.ts";
import type { Database, Sql } from "./pg-database.ts";
import type { RunIds } from "./pg-runs.ts";
import type { Journal } from "./types.ts";

/** A lease as its holder knows it: the token changes with the holder. */
export interface Hold {
  readonly id: string;
  readonly token: number;
}

/** A journal in Postgres. An event may be tied to a lease: it is written only while that lease is held. */
export interface SharedJournal<Event> extends Omit<Journal<Event>, "append"> {
  /** False, and nothing written, where the lease has passed to another. */
  append(event: Event, hold?: Hold): Promise<boolean>;
}

interface Entry<Event> {
  readonly event: Event;
  readonly hold: Hold | undefined;
  isLost: boolean;
}

const PAGE_ROWS = 1_000;

/** @param past whether what is there has to be read: those who only write have no use for it */
export async function pgJournal<Event extends object>(
  database: Pick<Database, "sql">,
  runs: RunIds,
  run: string,
  past: "read" | "unread" = "read",
): Promise<SharedJournal<Event>> {
  const { sql } = database;
  const [id, writer] = [await runs.id(run), randomUUID()];
  let part = 0;
  const commit = groupCommit<Entry<Event>>(async (entries) => {
    part += 1;
    for (let left = entries; left.length > 0; left = entries.filter(({ isLost }) => !isLost)) {
      const lost = await write(sql, { id, writer, part }, left);
      if (lost.size === 0) return;
      for (const entry of left) if (entry.hold && lost.has(nameOf(entry.hold))) entry.isLost = true;
    }
  });
  return {
    past: past === "read" ? await pastEvents<Event>(database, runs, run) : [],
    append: async (event, hold) => {
      const entry = { event, hold, isLost: false };
      await commit.add(entry);
      return !entry.isLost;
    },
    close: () => commit.drain(),
  };
}

/** A journal's events so far. */
export async function pastEvents<Event extends object>(
  { sql }: Pick<Database, "sql">,
  runs: RunIds,
  run: string,
): Promise<Event[]> {
  const events: Event[] = [];
  const id = await runs.id(run);
  for (let last = "0"; ; ) {
    const { rows } = await sql(
      "select n, lines from corrigenda.journal where run = $1 and n > $2 order by n limit $3",
      [...[id, last, PAGE_ROWS]],
    );
    for (const { lines } of rows)
      for (const line of String(lines).split("\n")) events.push(parseJson(line) as unknown as Event);
    if (rows.length < PAGE_ROWS) return events;
    last = String(rows.at(-1)?.n);
  }
}

// A part that was written, but whose answer was lost, is written once: its number is unique.
const WRITE = `
  insert into corrigenda.journal (run, writer, part, lines)
  select $1, $2, $3, $4
  where not exists (
    select from unnest($5::uuid[], $6::int[]) hold(id, token)
    left join corrigenda.leases lease on lease.id = hold.id
    where lease.token is distinct from hold.token)
  on conflict (writer, part) do nothing`;

const LOST = `
  select hold.id, hold.token from unnest($1::uuid[], $2::int[]) hold(id, token)
  left join corrigenda.leases lease on lease.id = hold.id
  where lease.token is distinct from hold.token
    and not exists (select from corrigenda.journal where writer = $3 and part = $4)`;

/** Writes all of the entries or none; the holds that are lost. */
async function write<Event>(
  sql: Sql,
  { id, writer, part }: { readonly id: number; readonly writer: string; readonly part: number },
  entries: readonly Entry<Event>[],
): Promise<ReadonlySet<string>> {
  const holds = [...new Map(entries.flatMap(({ hold }) => (hold ? [[nameOf(hold), hold] as const] : []))).values()];
  const [ids, tokens] = [holds.map((hold) => hold.id), holds.map((hold) => hold.token)];
  const lines = entries.map(({ event }) => JSON.stringify(event)).join("\n");
  const { count } = await sql(WRITE, [id, writer, part, lines, ids, tokens]);
  if (count > 0 || holds.length === 0) return new Set();
  const { rows } = await sql(LOST, [ids, tokens, writer, part]);
  return new Set(rows.map((row) => nameOf(row as unknown as Hold)));
}

/** One lease can be held twice in a process, under two tokens, of which one is lost. */
function nameOf({ id, token }: Hold): string {
  return `${id} ${token}`;
}
