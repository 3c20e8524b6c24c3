import { StudyError, type StudyErrorCode } from "corrigenda/error";
import { type Json, parseJson } from "corrigenda/json";
import { type Clock, realClock } from "corrigenda/time";
import { type BudgetTerms, pgBudget, type SharedBudget, setBudget } from "./pg-budget.ts";
import { type Claim, claimRun } from "./pg-claim.ts";
import { type Database, type DatabaseOptions, openDatabase, type Sql } from "./pg-database.ts";
import { pgFiles, type SharedFiles } from "./pg-files.ts";
import { pastEvents, pgJournal, type SharedJournal } from "./pg-journal.ts";
import { type LeaseKind, type LeaseQueues, type Leases, pgLeases } from "./pg-leases.ts";
import { pgQueue, type SharedQueue } from "./pg-queue.ts";
import { pgRates, type SharedRates } from "./pg-rates.ts";
import { type RunIds, runIds } from "./pg-runs.ts";
import { prepareSchema } from "./pg-schema.ts";
import { pgStore } from "./pg-store.ts";
import type { Store } from "./types.ts";

/** Requests that will not be answered, with why. */
export type Failures = ReadonlyMap<string, StudyError>;

/** One Postgres that several machines work over: the store, and what they have to agree on. */
export interface Shared {
  /** Without user name and password. */
  readonly address: string;
  readonly store: Store;
  /** The machine's own time: leases are held by it, whatever clock a trial's calls go by. */
  readonly clock: Clock;
  /** The journal of a run's stage, "<study>/<run>/<stage>". @param past "unread" leaves `past` empty */
  journal<Event extends object>(run: string, past?: "read" | "unread"): Promise<SharedJournal<Event>>;
  /** Its events so far. */
  events<Event extends object>(run: string): Promise<Event[]>;
  /** Started at the first call. */
  leases(kind?: LeaseKind): Promise<Leases>;
  /** Request files of batches. */
  readonly files: SharedFiles;
  /** Room in the batch queues of services. */
  readonly queue: SharedQueue;
  /** @param scale of the callers' clock; 1 but in trials */
  rates(service: string, scale: number): SharedRates;
  setBudget(terms: BudgetTerms): Promise<void>;
  budget(terms: Omit<BudgetTerms, "spentUsd">): SharedBudget;
  /** Makes this process the one that hands out the work of a stage; waits while another is. */
  claim(run: string, signal: AbortSignal, onWait: () => void): Promise<Claim>;
  readonly failures: {
    /** Written together with the end of the lease that they belong to. */
    add(sql: Sql, run: string, failed: Failures): Promise<void>;
    of(run: string): Promise<Failures>;
    clear(run: string): Promise<void>;
  };
  close(): Promise<void>;
}

/**
 * Opens a Postgres, and makes or updates its schema. Simulated replies ("offline") and real ones ("live") never mix.
 * Throws StudyError "config" for a wrong address, password or right, "network" where nothing answers.
 */
export async function openShared(
  address: string,
  space: "live" | "offline",
  options?: DatabaseOptions & { readonly clock?: Clock },
): Promise<Shared> {
  const { clock = realClock } = options ?? {};
  const database = await openDatabase(address, clock, options);
  try {
    await prepareSchema(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const runs = runIds(database, space);
  const store = pgStore(database, runs);
  let queues: Promise<LeaseQueues> | undefined;
  const close = async (): Promise<void> => {
    await store.close();
    await (await queues?.catch(() => undefined))?.close();
    await database.close();
  };
  return {
    address: database.address,
    store: { ...store, close },
    clock,
    journal: (run, past) => pgJournal(database, runs, run, past),
    events: (run) => pastEvents(database, runs, run),
    leases: async (kind = "calls") => {
      queues ??= pgLeases(database, runs);
      return (await queues).of(kind);
    },
    files: pgFiles(database, runs),
    queue: pgQueue(database, runs),
    rates: (service, scale) => pgRates(database, service, scale),
    setBudget: (terms) => setBudget(database, space, terms),
    budget: (terms) => pgBudget(database, space, terms),
    claim: async (run, signal, onWait) => claimRun(database, await runs.id(run), signal, onWait),
    failures: failures(database, runs),
    close,
  };
}

function failures({ sql }: Database, runs: RunIds): Shared["failures"] {
  return {
    add: async (inside, run, failed) => {
      if (failed.size === 0) return;
      const errors = [...failed.values()];
      await inside(ADD, [
        ...[await runs.id(run), [...failed.keys()].join(","), errors.map(({ code }) => code)],
        ...[errors.map(({ message }) => message), errors.map(({ facts }) => JSON.stringify(facts))],
      ]);
    },
    of: async (run) => {
      const { rows } = await sql(
        "select encode(key, 'hex') as key, code, message, facts from corrigenda.failures where run = $1",
        [await runs.id(run)],
      );
      return new Map(rows.map(({ key, code, message, facts }) => [key as string, errorOf(code, message, facts)]));
    },
    clear: async (run) => {
      await sql("delete from corrigenda.failures where run = $1", [await runs.id(run)]);
    },
  };
}

const ADD = `
  insert into corrigenda.failures (run, key, code, message, facts)
  select $1, decode(key, 'hex'), code, message, facts
  from unnest(string_to_array($2, ','), $3::text[], $4::text[], $5::text[]) as failed(key, code, message, facts)
  on conflict (run, key) do update set code = excluded.code, message = excluded.message, facts = excluded.facts`;

function errorOf(code: unknown, message: unknown, facts: unknown): StudyError {
  const read = (parseJson(String(facts)) ?? {}) as Record<string, Exclude<Json, object>>;
  const plain = Object.entries(read).filter(([, value]) => value !== null) as [string, string | number | boolean][];
  return new StudyError(code as StudyErrorCode, String(message), { facts: Object.fromEntries(plain) });
}
