import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { collect, nodeDisk } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { type NewReply, openLocalStore, openShared, type Store } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { type PostgresServer, postgresPrograms, startPostgres } from "corrigenda/trial";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const reply = (n: number, extra: Partial<NewReply> = {}): NewReply => ({
  key: sha256(`request ${n}`),
  run: "s/r/one",
  via: "online",
  usd: 0.5,
  raw: `{"n":${n},"text":"réponse ${n} 🙂"}`,
  ...extra,
});

/** Opens the same store again and again; each call of the outer function begins with an empty one. */
type Maker = () => Promise<() => Promise<Store>>;

const programs = postgresPrograms();
let server: PostgresServer | undefined;
let databases = 0;
const folders: string[] = [];
beforeAll(async () => {
  if (programs !== undefined) server = await startPostgres();
}, 60_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  for (const folder of folders) await rm(folder, { recursive: true });
});

const local: Maker = async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "corrigenda-contract-"));
  folders.push(folder);
  return () => openLocalStore(nodeDisk(folder), realClock);
};
const postgres: Maker = async () => {
  databases += 1;
  const address = (await server?.database(`d${databases}`)) ?? "";
  return async () => (await openShared(address, "live")).store;
};

describe.each([
  { name: "files", make: local, isHere: true },
  { name: "Postgres", make: postgres, isHere: programs !== undefined },
])("the store in $name", ({ name, make, isHere }) => {
  if (!isHere) {
    test.skip(`${name} is not installed here: apt-get install postgresql-15`, () => undefined);
    return;
  }
  const fresh = async (): Promise<Store> => (await make())();

  test("a kept reply is found by a later process, with what it cost and who paid", async () => {
    const open = await make();
    const first = await open();
    await first.put([reply(1), reply(2, { run: "s/r/two", usd: 0.25 })]);
    await first.close();
    const second = await open();
    expect(await second.has([reply(1).key, reply(3).key])).toEqual([true, false]);
    expect(await second.get(reply(3).key)).toBeUndefined();
    const kept = await second.get(reply(2).key);
    expect(kept).toMatchObject({ key: reply(2).key, run: "s/r/two", via: "online", usd: 0.25 });
    expect(kept?.raw).toEqual({ n: 2, text: "réponse 2 🙂" });
    expect(Math.abs((kept?.at ?? 0) - realClock.now())).toBeLessThan(60_000);
    expect([await second.spentUsd("s/r/one"), await second.spentUsd("s/r/none")]).toEqual([0.5, 0]);
    expect((await collect(second.paidBy("s/r/two"))).map(({ usd }) => usd)).toEqual([0.25]);
    await second.close();
  });

  test("what is put again is kept once; a key that two batches answered stands twice in the ledger, oldest first", async () => {
    const store = await fresh();
    for (const via of ["batch_a", "batch_a", "batch_b", "batch_b"])
      await store.put([reply(1, { via, raw: `{"via":"${via}"}` }), reply(1, { via, raw: `{"via":"${via}"}` })]);
    expect(await store.spentUsd("s/r/one")).toBe(1);
    expect((await collect(store.paidBy("s/r/one"))).map(({ via }) => via)).toEqual(["batch_a", "batch_b"]);
    expect((await store.get(reply(1).key))?.raw).toEqual({ via: "batch_a" });
    await store.close();
  });

  test("replies put at the same time are all kept", async () => {
    const store = await fresh();
    const numbers = Array.from({ length: 1_200 }, (_, n) => n);
    await Promise.all(numbers.map((n) => store.put([reply(n % 1_000, { usd: 0.001 })], n % 2 ? "soon" : "now")));
    const replies = await Promise.all(numbers.map((n) => store.get(reply(n % 1_000).key)));
    expect(replies.map((kept) => kept?.raw)).toMatchObject(numbers.map((n) => ({ n: n % 1_000 })));
    expect(await store.spentUsd("s/r/one")).toBeCloseTo(1, 9);
    expect(await collect(store.paidBy("s/r/one"))).toHaveLength(1_000);
    await store.close();
  });

  test("any JSON text comes back as it went in, as text or as bytes, with line breaks between its tokens", async () => {
    const store = await fresh();
    const values = fc.sample(fc.json({ maxDepth: 3 }), { numRuns: 150, seed: 7 });
    const tricky = [
      '{"a":"\\u0000\\\\n"}',
      '["\\ud800"]',
      '{\n  "a": "b\\nc",\r\n "d": 1\n}',
      '"{}[],\\"NULL\\""',
      "null",
    ];
    const texts = [...values, ...tricky];
    await store.put(texts.map((raw, n) => reply(n, { raw: n % 2 ? raw : Buffer.from(raw) })));
    for (const [n, text] of texts.entries()) expect((await store.get(reply(n).key))?.raw).toEqual(JSON.parse(text));
    await store.close();
  });

  test("names of runs and batches are texts, whatever is in them; a cost that is no number counts as 0", async () => {
    const store = await fresh();
    const run = `s/it's "r", {1}\\/one`;
    await store.put([reply(1, { run, via: `b'"{},\\`, usd: Number.NaN }), reply(2, { run, usd: 0.25 })]);
    expect((await collect(store.paidBy(run))).map(({ via, usd }) => [via, usd])).toEqual([
      [`b'"{},\\`, 0],
      ["online", 0.25],
    ]);
    expect(await store.spentUsd(run)).toBe(0.25);
    await store.close();
  });

  test("nothing asked is nothing answered, and nothing put is nothing kept", async () => {
    const store = await fresh();
    await store.put([]);
    expect(await store.has([])).toEqual([]);
    expect(await collect(store.paidBy("s/r/one"))).toEqual([]);
    await store.close();
  });

  test("a long reply comes back whole", async () => {
    const store = await fresh();
    const text = "ab cd ef ".repeat(300_000);
    await store.put([reply(1, { raw: JSON.stringify({ text }) })]);
    expect((await store.get(reply(1).key))?.raw).toEqual({ text });
    await store.close();
  });
});
