import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { collect, memoryDisk, nodeDisk } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { keyedRng } from "corrigenda/rng";
import { keyTable, type NewReply, openLocalStore } from "corrigenda/store";
import { realClock, virtualClock } from "corrigenda/time";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const reply = (n: number, extra: Partial<NewReply> = {}): NewReply => ({
  key: sha256(`request ${n}`),
  run: "s/r/one",
  via: "online",
  usd: 0.5,
  raw: `{"n":${n},"text":"réponse ${n} 🙂"}`,
  ...extra,
});

describe("the local store", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "corrigenda-store-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("a kept reply is found by a later process, with what it cost and who paid", async () => {
    const first = await openLocalStore(nodeDisk(folder), realClock);
    await first.put([reply(1), reply(2, { run: "s/r/two", usd: 0.25 })]);
    await first.close();
    const second = await openLocalStore(nodeDisk(folder), realClock);
    expect(await second.has([reply(1).key, reply(3).key])).toEqual([true, false]);
    expect((await second.get(reply(2).key))?.raw).toEqual({ n: 2, text: "réponse 2 🙂" });
    expect(await second.spentUsd("s/r/one")).toBe(0.5);
    expect((await collect(second.paidBy("s/r/two"))).map((paid) => paid.usd)).toEqual([0.25]);
    await second.close();
  });

  test("two writers at once take two lanes, and both are read afterwards", async () => {
    const [a, b] = [
      await openLocalStore(nodeDisk(folder), realClock),
      await openLocalStore(nodeDisk(folder), realClock),
    ];
    await a.put([reply(1)]);
    await b.put([reply(2)]);
    await Promise.all([a.close(), b.close()]);
    const later = await openLocalStore(nodeDisk(folder), realClock);
    expect(await later.has([reply(1).key, reply(2).key])).toEqual([true, true]);
    expect((await nodeDisk(folder).list(".")).filter((name) => name.endsWith(".jsonl"))).toHaveLength(2);
    await later.close();
  });

  test("a process that stays open finds what others keep meanwhile, in lanes that it knows and in new ones", async () => {
    const [disk, clock] = [memoryDisk(), virtualClock(0)];
    const open = await openLocalStore(disk, clock);
    await open.put([reply(0)]);
    const others = [await openLocalStore(disk, clock), await openLocalStore(disk, clock)];
    for (const [place, other] of others.entries()) await other.put([reply(10 + place)]);
    const keys = [0, 10, 11].map((n) => reply(n).key);
    await clock.run(clock.sleep(200));
    expect(await open.has(keys)).toEqual([true, true, true]);
    for (const [place, other] of others.entries()) await other.put([reply(20 + place)]);
    await clock.run(clock.sleep(200));
    expect((await open.get(reply(20).key))?.raw).toMatchObject({ n: 20 });
    expect((await open.get(reply(21).key))?.raw).toMatchObject({ n: 21 });
    expect(await open.spentUsd("s/r/one")).toBe(2.5);
    expect((await collect(open.paidBy("s/r/one"))).map(({ key }) => key).sort()).toEqual(
      [0, 10, 11, 20, 21].map((n) => reply(n).key).sort(),
    );
    for (const other of [...others, open]) await other.close();
  });

  test("what others have kept is counted once, however many look for it while it is read", async () => {
    const [disk, clock] = [memoryDisk(), virtualClock(0)];
    const other = await openLocalStore(disk, clock);
    await other.put([reply(0)]);
    const slow: typeof disk = {
      ...disk,
      read: async function* (...where) {
        await clock.sleep(300);
        yield* disk.read(...where);
      },
    };
    const open = await clock.run(openLocalStore(slow, clock));
    await other.put([reply(1)]);
    await clock.run(clock.sleep(200));
    const first = open.has([reply(1).key]);
    await clock.run(clock.sleep(150));
    const both = Promise.all([first, open.has([reply(1).key])]);
    expect(await clock.run(both)).toEqual([[true], [true]]);
    expect(await clock.run(open.spentUsd("s/r/one"))).toBe(1);
    await clock.run(open.close());
    await other.close();
  });

  test("the index is rebuilt when it is absent, cut off or foreign", async () => {
    const disk = nodeDisk(folder);
    const store = await openLocalStore(disk, realClock);
    for (let n = 0; n < 40; n++) await store.put([reply(n)]);
    await store.close();
    const index = await collect(disk.read("lane-000.idx")).then((parts) => Buffer.concat(parts));
    const damages = [undefined, Buffer.alloc(0), index.subarray(0, 101), Buffer.alloc(400, 7), Buffer.alloc(1600, 0)];
    for (const damage of damages) {
      await disk.remove("lane-000.idx");
      if (damage) await disk.write("lane-000.idx", damage);
      const again = await openLocalStore(disk, realClock);
      for (let n = 0; n < 40; n++) expect((await again.get(reply(n).key))?.raw).toMatchObject({ n });
      expect(await again.spentUsd("s/r/one")).toBe(20);
      await again.close();
    }
  });

  test("the same reply put again is kept once; the same key paid twice stays twice in the ledger", async () => {
    const store = await openLocalStore(nodeDisk(folder), realClock);
    await store.put([reply(1, { via: "batch_a" })]);
    await store.put([reply(1, { via: "batch_a" })]);
    await store.put([reply(1, { via: "batch_b" })]);
    await store.put([reply(1, { via: "batch_b" })]);
    expect(await store.spentUsd("s/r/one")).toBe(1);
    expect((await collect(store.paidBy("s/r/one"))).map((paid) => paid.via)).toEqual(["batch_a", "batch_b"]);
    await store.close();
  });

  test("line breaks in a reply's JSON text do not break the file", async () => {
    const store = await openLocalStore(nodeDisk(folder), realClock);
    await store.put([reply(1, { raw: '{\n  "text": "a\\nb",\r\n "n": 1\n}' }), reply(2)]);
    expect((await store.get(reply(1).key))?.raw).toEqual({ text: "a\nb", n: 1 });
    expect((await store.get(reply(2).key))?.raw).toMatchObject({ n: 2 });
    await store.close();
  });
});

test("a power cut at any byte of the tail loses nothing that put had acknowledged, and nothing is merged", async () => {
  const record = 260;
  for (let kept = 0; kept < record; kept += 1) {
    const disk = memoryDisk();
    const store = await openLocalStore(disk, realClock);
    await store.put([reply(1)]);
    const lane = await disk.append("lane-000.jsonl");
    await lane.write(
      `{"key":"${reply(2).key}","run":"s/r/one","via":"online","at":1,"usd":1,"raw":{"n":2,"deep":{"a":{}}}}\n`,
    );
    disk.crash(kept);
    const again = await openLocalStore(disk, realClock);
    await again.put([reply(3)]);
    await again.close();
    const third = await openLocalStore(disk, realClock);
    expect((await third.get(reply(1).key))?.raw).toMatchObject({ n: 1 });
    expect((await third.get(reply(3).key))?.raw).toMatchObject({ n: 3 });
    const torn = await third.get(reply(2).key);
    if (torn) expect(torn.raw).toEqual({ n: 2, deep: { a: {} } });
  }
});

test("the key table behaves like a multimap", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60), { maxLength: 300 }), (numbers) => {
      const table = keyTable();
      const rng = keyedRng(1, "keys");
      rng.next();
      const entries = new Map<number, number[]>();
      for (const n of numbers) entries.set(n, [...(entries.get(n) ?? []), table.add(sha256(String(n)))]);
      for (let n = 0; n <= 60; n++) {
        const found: number[] = [];
        for (let at = table.find(sha256(String(n))); at >= 0; at = table.find(sha256(String(n)), at)) found.push(at);
        expect(found).toEqual(entries.get(n) ?? []);
      }
    }),
  );
});
