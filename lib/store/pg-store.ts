import { parseJson } from "corrigenda/json";
import { groupCommit } from "./group-commit.ts";
import type { Database, Rows, Sql } from "./pg-database.ts";
import type { RunIds } from "./pg-runs.ts";
import { priced } from "./record.ts";
import type { NewReply, Store, StoredReply } from "./types.ts";
import { exactUsd } from "./usd.ts";

const HAS_KEYS = 5_000;
const GET_KEYS = 250;
const PAGE_ROWS = 500;

/** The store as tables of a Postgres: any number of processes read and write, and see each other's replies at once. */
export function pgStore(database: Database, runs: RunIds): Store {
  const { sql, clock } = database;
  const { space } = runs;
  const commit = groupCommit<readonly NewReply[]>(async (groups) => {
    const replies = groups.flat();
    if (replies.length === 0) return;
    const ids = await runs.ids(replies.map(({ run }) => run));
    const put = insertion(replies, ids, clock.now());
    await sql(put.text, put.values);
  });
  const gets = gathered((keys) => getReplies(sql, space, keys));
  return {
    has: async (keys) => {
      const kept = new Set<string>();
      for (let at = 0; at < keys.length; at += HAS_KEYS) {
        const { rows } = await sql(HAS, [space, keys.slice(at, at + HAS_KEYS).join(",")]);
        for (const { key } of rows) kept.add(key as string);
      }
      return keys.map((key) => kept.has(key));
    },
    get: gets,
    put: (replies) => commit.add(replies),
    spentUsd: async (run) => {
      const { rows } = await sql(SPENT, [space, run]);
      return exactUsd(Number(rows[0]?.usd ?? 0));
    },
    paidBy: async function* (run) {
      let last = "0";
      for (;;) {
        const { rows } = await sql(PAID, [space, run, last, PAGE_ROWS]);
        for (const row of rows) yield replyOf(row);
        if (rows.length < PAGE_ROWS) return;
        last = String(rows.at(-1)?.n);
      }
    },
    close: () => commit.drain(),
  };
}

// Key by key: "offset 0" keeps the planner from a join, and no limit tempts it to look through the table for the first
// hit. It knows the table from before it grew, and would read all of it every time.
const KEPT = `
  from corrigenda.replies r
  where r.key = decode(asked.key, 'hex') and (select space from corrigenda.runs where id = r.run) = $1`;

const HAS = `
  select asked.key from unnest(string_to_array($2, ',')) asked(key) cross join lateral (select ${KEPT} offset 0) kept`;

const GET = `
  select kept.* from unnest(string_to_array($2, ',')) asked(key)
  cross join lateral (select asked.key, (select name from corrigenda.runs where id = r.run) as run, via, at, usd, raw ${KEPT} order by n limit 1) kept`;

const SPENT = `
  select sum(usd) as usd from corrigenda.replies
  where run = (select id from corrigenda.runs where space = $1 and name = $2)`;

const PAID = `
  select n, encode(key, 'hex') as key, $2 as run, via, at, usd, raw from corrigenda.replies
  where run = (select id from corrigenda.runs where space = $1 and name = $2) and n > $3
  order by n limit $4`;

const PUT = `
  insert into corrigenda.replies (key, run, via, at, usd, raw)
  select decode(key, 'hex'), run, via, $1, usd, raw
  from unnest(string_to_array($2, ','), $3::int[], $4::text[], $5::float8[], string_to_array($6, E'\\n'))
    as replies(key, run, via, usd, raw)
  on conflict (key, run, via) do nothing`;

/** One statement for many replies. In key order: two that insert the same keys wait for each other, never in a circle. */
function insertion(given: readonly NewReply[], ids: readonly number[], at: number) {
  const order = given.map((_, place) => place).sort((a, b) => ((given[a]?.key ?? "") < (given[b]?.key ?? "") ? -1 : 1));
  const replies = order.flatMap((place) => given[place] ?? []).map(priced);
  const runs = order.map((place) => ids[place]);
  const keys = replies.map(({ key }) => key).join(",");
  const raws = replies.map(({ raw }) => onOneLine(raw)).join("\n");
  return {
    text: PUT,
    values: [at, keys, runs, replies.map(({ via }) => via), replies.map(({ usd }) => usd), raws],
  };
}

/** In JSON text a line break can only stand between tokens, where a space says the same. */
function onOneLine(raw: string | Uint8Array): string {
  const text = typeof raw === "string" ? raw : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString("utf8");
  return /[\r\n\0]/.test(text) ? text.replace(/[\r\n\0]/g, " ") : text;
}

async function getReplies(sql: Sql, space: string, keys: readonly string[]): Promise<Map<string, StoredReply>> {
  const found = new Map<string, StoredReply>();
  const asked: Promise<Rows>[] = [];
  for (let at = 0; at < keys.length; at += GET_KEYS)
    asked.push(sql(GET, [space, keys.slice(at, at + GET_KEYS).join(",")]));
  for (const { rows } of await Promise.all(asked)) for (const row of rows) found.set(row.key as string, replyOf(row));
  return found;
}

function replyOf(row: Readonly<Record<string, unknown>>): StoredReply {
  const { key, run, via, at, usd, raw } = row as Record<string, string>;
  const value = parseJson(raw ?? "") ?? null;
  return { key: key ?? "", run: run ?? "", via: via ?? "", usd: Number(usd), at: Number(at), raw: value };
}

/** Single questions of one turn, asked together. */
function gathered<T>(
  ask: (keys: readonly string[]) => Promise<Map<string, T>>,
): (key: string) => Promise<T | undefined> {
  let waiting: { readonly keys: Set<string>; readonly answer: Promise<Map<string, T>> } | undefined;
  return async (key) => {
    if (!waiting) {
      const keys = new Set<string>();
      const answer = new Promise((resolve) => setImmediate(resolve)).then(() => {
        waiting = undefined;
        return ask([...keys]);
      });
      waiting = { keys, answer };
    }
    waiting.keys.add(key);
    return (await waiting.answer).get(key);
  };
}
