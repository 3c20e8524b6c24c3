import { memoryDisk } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import type { Provider } from "corrigenda/provider";
import { type Lease, type Leases, openLocalStore, type Shared } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { expect, test } from "vitest";
import { encodeCalls } from "../../lib/engine/shared-call.ts";
import { work } from "../../lib/engine/worker.ts";

const RUN = "study/run/stage";
const settings = { name: "offline", online: true, concurrency: 8 } as const;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A worker over leases that are taken in turn, and what happens to them. */
async function bench(waiting: Lease[], complete: (body: string) => Promise<void> = async () => {}) {
  const store = await openLocalStore(memoryDisk(), realClock);
  const seen = { ended: [] as string[], back: [] as string[], opened: 0, closed: 0, called: [] as string[] };
  const stop = new AbortController();
  const leases: Partial<Leases> = {
    take: async () => waiting.shift(),
    beat: async () => new Set(),
    giveBack: async ({ id }) => void seen.back.push(id),
    complete: async ({ id, token }) => {
      seen.ended.push(`${id} ${token}`);
      return true;
    },
  };
  // Time goes by as it is slept through.
  let now = 0;
  const sleep = async (ms: number): Promise<void> => {
    now += ms;
    await turn();
  };
  const shared: Partial<Shared> = {
    ...{ store, clock: { now: () => now, sleep }, leases: async () => leases as Leases },
    journal: async () => {
      seen.opened += 1;
      for (let n = 0; n < 5; n++) await turn(); // as over a network
      const close = async (): Promise<void> => {
        seen.closed += 1;
      };
      return { past: [], append: async () => true, close };
    },
    rates: () => ({
      ...{ waitMs: () => 0, take: () => {}, correct: () => {}, learn: () => {}, pause: () => {} },
      close: async () => {},
    }),
  };
  const provider: Partial<Provider> = {
    ...{ name: "offline", base: "toy", limits: {} },
    complete: async ({ body }) => {
      seen.called.push(body);
      await complete(body);
      return { status: 200, headers: {}, text: "{}" };
    },
    decode: () => ({
      ...{ text: "yes", model: "m", finish: "stop" },
      usage: { input: 1, cached: 0, cacheWrite: 0, output: 1, reasoning: 0 },
    }),
  };
  const worked = work({
    ...{ shared: shared as Shared, signal: stop.signal, log: { info: () => {}, warn: () => {} }, account: () => "a" },
    provider: () => provider as Provider,
  });
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) await turn();
  };
  const end = async (): Promise<void> => {
    stop.abort();
    await worked;
    await store.close();
  };
  return { seen, store, until, end };
}

const lease = (id: string, token: number, names: readonly string[]): Lease => ({
  ...{ id, token, run: RUN },
  data: encodeCalls({
    ...{ settings, base: "toy" },
    questions: names.map((name) => ({
      ...{ key: sha256(name), maxOutputTokens: undefined },
      wire: { endpoint: "/x", model: "m", body: name, sample: 0 },
    })),
  }),
});

test("several leases of a run that come before its desk is open share one desk, which is closed in the end", async () => {
  const { seen, store, until, end } = await bench(["a", "b", "c"].map((id) => lease(id, 1, [`${id}1`, `${id}2`])));
  await until(() => seen.ended.length === 3);
  await end();
  expect(seen.ended.toSorted()).toEqual(["a 1", "b 1", "c 1"]);
  expect([seen.opened, seen.closed]).toEqual([1, 1]);
  const keys = ["a1", "a2", "b1", "b2", "c1", "c2"].map((name) => sha256(name));
  expect(await store.has(keys)).toEqual(keys.map(() => true));
});

test("a lease that lapsed here and was taken here again asks no request twice", async () => {
  const gate = Promise.withResolvers<void>();
  const { seen, until, end } = await bench([lease("a", 1, ["x", "y"]), lease("a", 2, ["x", "y"])], () => gate.promise);
  await until(() => seen.called.length >= 2);
  for (let n = 0; n < 50; n++) await turn();
  gate.resolve();
  await until(() => seen.ended.length === 2);
  await end();
  expect(seen.called.toSorted()).toEqual(["x", "y"]);
});

test("a desk without work is closed, so that others get what it had reserved; the next lease opens another", async () => {
  const waiting = [lease("a", 1, ["x"])];
  const { seen, until, end } = await bench(waiting);
  await until(() => seen.closed === 1);
  expect(seen.ended).toEqual(["a 1"]);
  waiting.push(lease("b", 1, ["y"]));
  await until(() => seen.ended.length === 2);
  await end();
  expect([seen.opened, seen.closed]).toEqual([2, 2]);
});

test("a lease of another version of the code goes back, and the worker goes on", async () => {
  const { seen, until, end } = await bench([
    { id: "new", token: 1, run: "study/other/stage", data: { v: 9 } },
    lease("a", 1, ["x"]),
  ]);
  await until(() => seen.ended.length === 1);
  await end();
  expect(seen).toMatchObject({ back: ["new"], ended: ["a 1"] });
});
