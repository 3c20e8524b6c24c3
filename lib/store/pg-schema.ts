import { StudyError } from "corrigenda/error";
import type { Database } from "./pg-database.ts";

/**
 * What each version of the schema adds, oldest first. A version that has been used is never changed: a new one is added.
 * `replies.raw` is compressed by Postgres where it is long; its keys are 32 bytes.
 */
const VERSIONS: readonly string[] = [
  `create table corrigenda.runs (
     id int generated always as identity primary key,
     space text not null, name text not null, unique (space, name),
     holder uuid, seen timestamptz not null default 'epoch');
   create table corrigenda.replies (
     n bigint generated always as identity,
     key bytea not null, run int not null references corrigenda.runs, via text not null,
     at double precision not null, usd double precision not null, raw text not null);
   create unique index on corrigenda.replies (key, run, via);
   create index on corrigenda.replies (run, n);
   do $$ begin
     alter table corrigenda.replies alter column raw set compression lz4;
   exception when others then null; -- a server without lz4 compresses by its own means
   end $$;
   create table corrigenda.journal (
     n bigint generated always as identity primary key,
     run int not null references corrigenda.runs, writer uuid not null, part int not null,
     lines text not null, unique (writer, part));
   create index on corrigenda.journal (run, n);
   create table corrigenda.leases (
     id uuid primary key, queue text not null, run int not null references corrigenda.runs,
     token int not null default 0, requests int not null, keys bytea not null);
   create index on corrigenda.leases (run);
   create table corrigenda.failures (
     run int not null references corrigenda.runs, key bytea not null, code text not null, message text not null,
     facts text not null, primary key (run, key));
   create table corrigenda.services (service text primary key, paused_until timestamptz not null default 'epoch');
   create table corrigenda.rates (
     service text not null references corrigenda.services, meter text not null,
     per_minute double precision not null, level double precision not null,
     at timestamptz not null default clock_timestamp(), primary key (service, meter));
   create table corrigenda.budgets (
     space text not null, payer text not null, max_usd double precision not null,
     spent_usd double precision not null, primary key (space, payer));
   create table corrigenda.reserves (
     holder uuid primary key, space text not null, payer text not null, usd double precision not null,
     seen timestamptz not null default clock_timestamp());
   create index on corrigenda.reserves (space, payer)`,
  `create table corrigenda.files (
     run int not null references corrigenda.runs, path text not null, part int not null, bytes bytea not null,
     primary key (run, path, part));
   do $$ begin
     alter table corrigenda.files alter column bytes set compression lz4;
   exception when others then null;
   end $$;
   create table corrigenda.queued (
     run int not null references corrigenda.runs, chunk text not null, queue text not null,
     tokens double precision not null, at timestamptz not null default clock_timestamp(), primary key (run, chunk));
   create index on corrigenda.queued (queue)`,
  // A run is never deleted; looking that up for each row was two fifths of what keeping a reply took.
  `alter table corrigenda.replies drop constraint replies_run_fkey;
   alter table corrigenda.journal drop constraint journal_run_fkey;
   alter table corrigenda.reserves add column said double precision not null default 0`,
];

/** Creates the schema or brings it up to date, one process at a time. Throws StudyError "config" where it is newer than this code. */
export async function prepareSchema({ transact, sql, address }: Database): Promise<void> {
  const isThere = await sql("select to_regclass('corrigenda.version') is not null as yes");
  const known = isThere.rows[0]?.yes ? await sql("select n from corrigenda.version") : undefined;
  if (Number(known?.rows[0]?.n) === VERSIONS.length) return;
  const encoding = await sql("show server_encoding");
  if (encoding.rows[0]?.server_encoding !== "UTF8")
    throw new StudyError(
      "config",
      `${address} does not keep its texts as UTF8; create a database with "createdb -E UTF8"`,
    );
  await transact(async (run) => {
    await run("select pg_advisory_xact_lock(hashtext('corrigenda.version'))");
    await run("create schema if not exists corrigenda");
    await run("create table if not exists corrigenda.version (n int not null)");
    const version = Number((await run("select n from corrigenda.version")).rows[0]?.n ?? 0);
    if (version > VERSIONS.length)
      throw new StudyError(
        "config",
        `${address} has schema version ${version}, this code knows ${VERSIONS.length}; update the code on this machine`,
        { facts: { version } },
      );
    for (const step of VERSIONS.slice(version)) await run(step);
    await run("delete from corrigenda.version");
    await run("insert into corrigenda.version values ($1)", [VERSIONS.length]);
  });
}
