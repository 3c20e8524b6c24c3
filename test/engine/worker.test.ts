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

test("several leases of a run that come before its desk is open share one desk, which is closed in the end", async () => {
  const store = await openLocalStore(memoryDisk(), realClock);
  const wire = (n: number) => ({ endpoint: "/x", model: "m", body: `{"n":${n}}`, sample: 0 });
  const waiting: Lease[] = [0, 1, 2].map((token) => ({
    ...{ id: `lease_${token}`, token, run: RUN },
    data: encodeCalls({
      ...{ settings, base: "toy" },
      questions: [0, 1].map((n) => ({ key: sha256(`${token} ${n}`), wire: wire(n), maxOutputTokens: undefined })),
    }),
  }));
  const ended: string[] = [];
  const stop = new AbortController();
  const leases: Partial<Leases> = {
    take: async () => waiting.shift(),
    beat: async () => new Set(),
    complete: async ({ id }) => {
      ended.push(id);
      if (ended.length === 3) stop.abort();
      return true;
    },
  };
  const journals = { opened: 0, closed: 0 };
  const shared: Partial<Shared> = {
    ...{ store, clock: realClock, leases: async () => leases as Leases },
    journal: async () => {
      journals.opened += 1;
      for (let n = 0; n < 5; n++) await turn(); // as over a network
      const close = async (): Promise<void> => {
        journals.closed += 1;
      };
      return { past: [], append: async () => true, close };
    },
    rates: () => ({
      ...{ waitMs: () => 0, take: () => {}, correct: () => {}, learn: () => {}, pause: () => {} },
      close: async () => {},
    }),
  };
  const answer = { status: 200, headers: {}, text: "{}" };
  const provider: Partial<Provider> = {
    ...{ name: "offline", base: "toy", limits: {}, complete: async () => answer },
    decode: () => ({
      ...{ text: "yes", model: "m", finish: "stop" },
      usage: { input: 1, cached: 0, cacheWrite: 0, output: 1, reasoning: 0 },
    }),
  };
  const log = { info: () => {}, warn: () => {} };
  await work({
    ...{ shared: shared as Shared, signal: stop.signal, log, account: () => "a" },
    provider: () => provider as Provider,
  });
  expect(ended.toSorted()).toEqual(["lease_0", "lease_1", "lease_2"]);
  expect(journals).toEqual({ opened: 1, closed: 1 });
  const keys = [0, 1, 2].flatMap((token) => [0, 1].map((n) => sha256(`${token} ${n}`)));
  expect(await store.has(keys)).toEqual(keys.map(() => true));
  await store.close();
});
