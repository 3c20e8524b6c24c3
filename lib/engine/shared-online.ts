import { StudyError } from "corrigenda/error";
import { type Question as Asked, unknownCallsOf } from "corrigenda/online";
import { type Provider, requestKey } from "corrigenda/provider";
import {
  type Claim,
  type Failures,
  type KeyTable,
  keyTable,
  type Leases,
  type NewLease,
  type Shared,
} from "corrigenda/store";
import { callEvents } from "./calls.ts";
import { payerOf } from "./desk.ts";
import type { CheckedQuestion } from "./job.ts";
import { encodeCalls, type SharedSettings } from "./shared-call.ts";
import { spentElsewhere } from "./spent.ts";
import { work } from "./worker.ts";
import type { ProviderSettings, Workplace } from "./workplace.ts";

export type SharedPlace = Workplace & { readonly shared: Shared };

export interface SharedAsk {
  /** "<study>/<run>/<stage>". */
  readonly folder: string;
  /** Of the plan: what is still to be asked. */
  readonly requests: number;
  /** Requests of this run that no worker has answered yet. */
  readonly onOpen: (requests: number) => void;
}

const POLL_MS = 400;
/** Requests of a lease: fewer than the most where not every worker would get its part. */
const MOST_REQUESTS = 500;
const LEAST_REQUESTS = 16;
const SHARES = 64;
const MOST_BYTES = 4 << 20;
/** Rows of which the store is asked at a time, and leases that are handed out at a time. */
const LOOK_AHEAD = 500;
const PUT_LEASES = 4;

/**
 * Hands the requests that the store cannot answer to all workers of the shared store, this process among them, and
 * returns when each has its reply or its reason. Whatever stops this process takes back what nobody holds.
 */
export async function askShared<Row, Out>(
  place: SharedPlace,
  question: CheckedQuestion<Row, Out>,
  { folder, requests, onOpen }: SharedAsk,
): Promise<Failures> {
  const { shared, signal, log } = place;
  const leases = await shared.leases();
  const claim = await shared.claim(folder, signal, () =>
    log.warn(`${folder}: another process hands out its work; waiting`),
  );
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal, claim.lost]);
  let [working, handed] = [Promise.resolve(), Promise.resolve()];
  const handing = async (): Promise<void> => {
    const size = Math.min(MOST_REQUESTS, Math.max(LEAST_REQUESTS, Math.ceil(requests / SHARES)));
    await putWork(place, question, { folder, leases, claim, size, signal: either });
    for (;;) {
      const open = await leases.open(folder);
      onOpen(open.requests);
      if (open.leases === 0) return;
      await shared.clock.sleep(POLL_MS, either);
    }
  };
  let isDone = false;
  try {
    await prepare(place, question, folder, leases);
    working = workHere(place, folder, either);
    handed = handing();
    await Promise.race([working, handed]);
    signal.throwIfAborted();
    claim.lost.throwIfAborted();
    isDone = true;
    return await shared.failures.of(folder);
  } catch (error) {
    if (claim.lost.aborted) throw claim.lost.reason;
    throw signal.aborted ? stopped(error) : error;
  } finally {
    stop.abort();
    await Promise.allSettled([working, handed]); // nothing is put after it was taken back
    try {
      const left = isDone || claim.lost.aborted ? 0 : await leases.withdraw(folder);
      if (left > 0)
        log.warn(`${folder}: other workers finish what they hold (${left} leases); the same command goes on`);
    } finally {
      await claim.release();
    }
  }
}

function stopped(cause: unknown): StudyError {
  const sentence = "stopped on request. Every reply received is kept; the same command goes on from there.";
  return new StudyError("stopped", sentence, { cause });
}

/** Before anybody works on it: what failed is asked again, and the money is counted. */
async function prepare<Row, Out>(
  place: SharedPlace,
  { maxCostUsd }: CheckedQuestion<Row, Out>,
  folder: string,
  leases: Leases,
): Promise<void> {
  const { shared, store } = place;
  const isIdle = (await leases.open(folder)).leases === 0;
  if (isIdle) await shared.failures.clear(folder);
  if (maxCostUsd === undefined) return;
  const terms = { payer: payerOf(folder), maxUsd: maxCostUsd };
  if (!isIdle) return shared.setBudget(terms);
  const unknown = await unknownCallsOf(await callEvents(place, folder), store, folder);
  const lost = unknown.reduce((sum, { estimateUsd }) => sum + estimateUsd, 0);
  const spentUsd = (await spentElsewhere(place, folder)) + (await store.spentUsd(folder)) + lost;
  await shared.setBudget({ ...terms, spentUsd });
}

function workHere(place: SharedPlace, folder: string, signal: AbortSignal) {
  const { shared, log, account } = place;
  return work({ ...{ shared, log, signal, stopsWith: folder, account: () => account }, provider: onlyOwn(place) });
}

/** A run's own process asks its own provider alone: it has no other's key. */
export function onlyOwn({ provider, settings }: Pick<SharedPlace, "provider" | "settings">) {
  return (wanted: ProviderSettings): Provider => {
    if (wanted.name === settings.name && wanted.baseUrl === settings.baseUrl) return provider;
    throw new StudyError("config", `it asks ${wanted.name}, this process ${settings.name}`);
  };
}

interface Putting {
  readonly folder: string;
  readonly leases: Leases;
  readonly claim: Claim;
  /** Requests of a lease. */
  readonly size: number;
  readonly signal: AbortSignal;
}

/** Puts every request that has no reply and is in no open lease. */
async function putWork<Row, Out>(
  place: SharedPlace,
  { rows, guarded, maxCostUsd }: CheckedQuestion<Row, Out>,
  { folder, leases, claim, size, signal }: Putting,
): Promise<void> {
  const { provider, settings, clock } = place;
  const limits = { ...(maxCostUsd !== undefined && { maxCostUsd }), ...(clock.scale && { scale: clock.scale }) };
  const calls: SharedSettings = { settings, base: provider.base, ...limits };
  const seen = keyTable();
  for await (const key of leases.openKeys(folder)) seen.add(key);
  let [questions, bytes, full] = [[] as Asked[], 0, [] as NewLease[]];
  const close = async (least: number): Promise<void> => {
    if (questions.length > 0)
      full.push({ data: encodeCalls({ ...calls, questions }), keys: questions.map(({ key }) => key) });
    [questions, bytes] = [[], 0];
    if (full.length < least || full.length === 0) return;
    const now = full;
    full = [];
    await leases.put(folder, now, claim);
  };
  for await (const question of missing(place, rows(), guarded.prompt.request, seen)) {
    signal.throwIfAborted();
    questions.push(question);
    bytes += question.wire.body.length;
    if (questions.length >= size || bytes >= MOST_BYTES) await close(PUT_LEASES);
  }
  await close(1);
}

/** Different requests of rows that the store cannot answer. */
async function* missing<Row>(
  { provider, store }: Workplace,
  rows: AsyncIterable<Row> | Iterable<Row>,
  request: CheckedQuestion<Row, unknown>["prompt"]["request"],
  seen: KeyTable,
): AsyncGenerator<Asked> {
  let group: Asked[] = [];
  const unanswered = async (): Promise<Asked[]> => {
    const asked = group;
    group = [];
    const kept = await store.has(asked.map(({ key }) => key));
    return asked.filter((_, place) => !kept[place]);
  };
  for await (const row of rows) {
    const asked = request(row);
    const wire = provider.encode(asked);
    const key = requestKey(provider, wire);
    if (seen.find(key) >= 0) continue;
    seen.add(key);
    group.push({ key, wire, maxOutputTokens: asked.maxOutputTokens });
    if (group.length >= LOOK_AHEAD) yield* await unanswered();
  }
  yield* await unanswered();
}
