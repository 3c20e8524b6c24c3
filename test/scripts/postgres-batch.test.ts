import { type BatchEvent, keysPath, linesPath, openBatchJob, openHeldChunk } from "corrigenda/batch";
import { StudyError } from "corrigenda/error";
import { collect, memoryDisk } from "corrigenda/files";
import type { Prompt, Provider } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import type { Hold, Lease, Shared } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { describe, expect, test } from "vitest";
import { type Desk, desk } from "../batch/desk.ts";
import { sharedPostgres, sqlOn } from "./shared-postgres.ts";

const RUN = "toy/run/stage";
const { isHere, fresh, join } = sharedPostgres();
const two = async (): Promise<[Shared, Shared, string]> => {
  const address = await fresh();
  return [await join(address), await join(address), address];
};
const take = async (shared: Shared): Promise<Lease> => {
  for (;;) {
    const lease = await (await shared.leases("batches")).take();
    if (lease) return lease;
    await realClock.sleep(50);
  }
};
/** No heartbeat for longer than a lease lasts: the watch of any process hands it on. */
const lapse = (address: string) =>
  sqlOn(address, "update corrigenda_jobs.job set heartbeat_on = now() - interval '1 hour'");

const prompt: Prompt<number, number> = {
  name: "square",
  id: (n) => `row_${n}`,
  request: (n) => ({ model: "m", messages: [{ role: "user", content: `${n}` }] }),
  parse: ({ text }) => Number(text),
};
const toy = (at: Desk): Provider => ({
  ...{ name: "toy", base: "toy", limits: {}, batch: at.api },
  encode: ({ model, messages }) => ({ endpoint: "/x", model, body: `{"n":${messages[0]?.content}}`, sample: 0 }),
  decode: (body) => ({
    ...{ text: String((body as { n: number }).n ** 2), model: "m", finish: "stop" },
    usage: { input: 1, cached: 0, cacheWrite: 0, output: 1, reasoning: 0 },
  }),
  complete: () => Promise.reject(new Error("not used")),
});
/** Time that a process sleeps through at once, on from now. */
const quick = () => {
  let ahead = 0;
  return {
    now: () => realClock.now() + ahead,
    sleep: async (ms: number) => {
      ahead += ms;
    },
  };
};

/** Plans rows 1 and 2 as one chunk, its files and its lease in Postgres. */
async function planned(shared: Shared, at: Desk) {
  const [disk, journal] = [memoryDisk(), await shared.journal<BatchEvent>(RUN)];
  const job = openBatchJob<number, number>({
    ...{ prompt, provider: toy(at), store: shared.store, disk, run: RUN, clock: quick(), rng: keyedRng(1) },
    journal: { ...journal, append: async (event) => void (await journal.append(event)) },
    estimate: () => ({ tokens: 10, usd: 0.01, usdLow: 0.01, usdHigh: 0.01 }),
    price: () => 0.01,
  });
  await job.plan(() => [1, 2]);
  const [chunk] = job.open();
  if (!chunk) throw new Error("nothing planned");
  for (const path of [linesPath(chunk.meta.stem), keysPath(chunk.meta.stem)])
    await shared.files.put(RUN, path, disk.read(path));
  await (await shared.leases("batches")).put(RUN, [{ data: {}, keys: [chunk.meta.key], requests: 2 }]);
  const values = async () => {
    job.reload(await shared.events<BatchEvent>(RUN));
    return (await collect(job.outcomes([1, 2]))).map((one) => (one.ok ? one.value : one.error.message));
  };
  return { key: chunk.meta.key, values };
}

/** A process that holds the chunk, with a disk of its own. */
async function holder(shared: Shared, at: Desk, chunk: string, hold: Hold, account = "one") {
  const [disk, journal] = [memoryDisk(), await shared.journal<BatchEvent>(RUN, "unread")];
  const leases = await shared.leases("batches");
  const clock = quick();
  const append = async (event: BatchEvent): Promise<void> => {
    if (!(await journal.append(event, hold))) throw new StudyError("locked", "lost");
  };
  const held = openHeldChunk({
    ...{ provider: toy(at), store: shared.store, disk, run: RUN, clock, rng: keyedRng(1), chunk, price: () => 0.01 },
    journal: { past: [], append, close: journal.close },
    events: () => shared.events<BatchEvent>(RUN),
    fetch: async (stem) => {
      for (const path of [linesPath(stem), keysPath(stem)])
        await disk.write(path, Buffer.concat(await collect(shared.files.get(RUN, path))));
    },
    others: {
      account,
      reserve: async () => true,
      mayCreate: async () => {
        if (!(await leases.holds(hold))) throw new StudyError("locked", "lost");
      },
    },
  });
  return held;
}

describe.skipIf(!isHere)(
  "batches over a shared Postgres (skipped where no server is installed: apt-get install postgresql-15)",
  () => {
    test("a create whose answer was lost with its holder is found by the next one, not repeated", async () => {
      const [first, second, address] = await two();
      const at = desk();
      const { create } = at.api;
      const { key, values } = await planned(first, at);
      let created = "";
      at.api = {
        ...at.api,
        create: async (...asked) => {
          created = await create(...asked);
          throw new StudyError("network", "no answer");
        },
        find: async () => created || undefined,
      };
      const lost = await take(first);
      await (await holder(first, at, key, lost)).look();
      await lapse(address);
      const taken = await take(second);
      expect(taken).toMatchObject({ id: lost.id, token: 2 });
      const next = await holder(second, at, key, taken);
      expect(await next.look()).toBe("moved"); // adopted
      expect(await next.look()).toBe("done");
      expect(at.batches.length).toBe(1);
      expect(await (await second.leases("batches")).complete(taken)).toBe(true);
      expect(await values()).toEqual([1, 4]);
      expect(await first.store.spentUsd(RUN)).toBe(0.02);
    }, 90_000);

    test("a holder that was paused before it meant to create, or right after, creates nothing once its lease has passed", async () => {
      const [first, second, address] = await two();
      const at = desk();
      const { upload } = at.api;
      const { key, values } = await planned(first, at);
      const paused = await take(first);
      let taken: Lease | undefined;
      at.api = {
        ...at.api,
        upload: async (chunk) => {
          if (taken === undefined) {
            await lapse(address);
            taken = await take(second);
          }
          return upload(chunk);
        },
      };
      await expect((await holder(first, at, key, paused)).look()).rejects.toMatchObject({ code: "locked" });
      expect(at.batches.length).toBe(0);
      if (!taken) throw new Error("not taken");

      // The second is paused between its intent and the call: the last look before the call sees it.
      let third: Lease | undefined;
      const own = await holder(second, at, key, taken);
      const journal = await second.events<BatchEvent>(RUN);
      expect(journal.map(({ t }) => t)).toEqual(["planned", "upload"]);
      const leases = await second.leases("batches");
      const { holds } = leases;
      leases.holds = async (hold) => {
        await lapse(address);
        third = await take(first);
        return holds(hold);
      };
      await expect(own.look()).rejects.toMatchObject({ code: "locked" });
      leases.holds = holds;
      expect(at.batches.length).toBe(0);
      if (!third) throw new Error("not taken");

      // The third finds the intent: it looks twice, the grace time apart, before it creates.
      const last = await holder(first, at, key, third);
      expect(await last.look()).toBe("still");
      expect(at.batches.length).toBe(0);
      await last.rest(119_000);
      expect(await last.look()).toBe("still");
      expect(at.batches.length).toBe(0);
      await last.rest(1_000);
      expect(await last.look()).toBe("moved");
      expect(await last.look()).toBe("done");
      expect(at.batches.length).toBe(1);
      expect(await values()).toEqual([1, 4]);
    }, 120_000);

    test("a batch goes on with the account that created it; a file of another account is uploaded again", async () => {
      const [first] = await two();
      const at = desk();
      const { state, create } = at.api;
      const { key, values } = await planned(first, at);
      const lease = await take(first);
      at.api = {
        ...at.api,
        create: async () => Promise.reject(new StudyError("provider", "busy", { facts: { status: 429 } })),
      };
      expect(await (await holder(first, at, key, lease, "one")).look()).toBe("still");
      at.api = {
        ...at.api,
        create,
        state: async () => ({ ...(await state("batch-1")), status: "waiting", ready: false }),
      };
      expect(await (await holder(first, at, key, lease, "two")).look()).toBe("moved");
      expect(at.uploads.length).toBe(2);
      expect(await (await holder(first, at, key, lease, "one")).look()).toBe("elsewhere");
      at.api = { ...at.api, state };
      expect(await (await holder(first, at, key, lease, "two")).look()).toBe("done");
      expect(await values()).toEqual([1, 4]);
    }, 90_000);

    test("tokens in the queue of a model and account are counted for all processes until their leases end", async () => {
      const [first, second] = await two();
      const room = { run: RUN, queue: "toy one m", limit: 100 };
      expect(await first.queue.reserve({ ...room, chunk: "a", tokens: 70 })).toBe(true);
      expect(await second.queue.reserve({ ...room, chunk: "b", tokens: 40 })).toBe(false);
      expect(await second.queue.hasRoom({ ...room, tokens: 30 })).toBe(true);
      expect(await second.queue.reserve({ ...room, chunk: "b", tokens: 40, queue: "toy two m" })).toBe(true);
      expect(await first.queue.reserve({ ...room, chunk: "a", tokens: 90 })).toBe(true); // its own, again
      const both = [first, second].map((one, place) =>
        one.queue.reserve({ ...room, run: "toy/r2/stage", chunk: `c${place}`, tokens: 10 }),
      );
      expect((await Promise.all(both)).sort()).toEqual([false, true]);
      const leases = await first.leases("batches");
      await leases.put(RUN, [{ data: {}, keys: [] }]);
      await leases.complete(await take(first), (sql) => first.queue.release(sql, RUN, "a"));
      expect(await second.queue.reserve({ ...room, run: "toy/r3/stage", chunk: "d", tokens: 90 })).toBe(true);
    }, 90_000);

    test("a file comes back byte for byte, also where its put was cut and repeated in other blocks", async () => {
      const [first, second] = await two();
      const bytes = Buffer.from(Array.from({ length: 2_500_000 }, (_, at) => (at * 7919) % 251));
      const blocks = async function* (size: number, end = bytes.length) {
        for (let at = 0; at < end; at += size) yield bytes.subarray(at, at + size);
        if (end < bytes.length) throw new Error("cut");
      };
      await expect(first.files.put(RUN, "x", blocks(65_536, 1_500_000))).rejects.toThrow("cut");
      await first.files.put(RUN, "x", blocks(99_991));
      expect(Buffer.concat(await collect(second.files.get(RUN, "x"))).equals(bytes)).toBe(true);
    }, 90_000);
  },
);
