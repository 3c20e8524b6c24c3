import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { BatchEvent } from "corrigenda/batch";
import { declarationOf } from "corrigenda/dataset";
import { collect, memoryDisk, nodeDisk } from "corrigenda/files";
import { type DeskOptions, openDesk, openPurse } from "corrigenda/notebook/desk";
import { type ModelReply, type ModelRequest, type Prompt, priceUsd } from "corrigenda/provider";
import { type FaultPlan, noFaults, readBill, startOfflineService } from "corrigenda/provider/offline";
import { readJournal } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

let results = "";
beforeAll(async () => {
  results = await mkdtemp(path.join(os.tmpdir(), "desk-"));
});
afterAll(() => rm(results, { recursive: true }));
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A service that bills, reached as OpenAI is, with a key. Its answers differ in length from 4 bytes to 40,000. */
async function service(faults: FaultPlan = noFaults) {
  const disk = memoryDisk();
  const say = ({ messages }: { messages: readonly { content: string }[] }): string =>
    "why ".repeat(10 ** (Number(/\d+/.exec(messages[0]?.content ?? "")?.[0] ?? 0) % 5));
  const { url, close } = await startOfflineService({ disk, clock: realClock, simulators: [say], faults });
  open.push(close);
  const billed = async () => {
    let [usd, lines, batches] = [0, 0, 0];
    for (const line of await collect(readBill(disk))) {
      if (line.kind === "batch_created") batches += 1;
      if (line.kind !== "online" && line.kind !== "batch") continue;
      lines += 1;
      const { model, usage, at } = line;
      usd += priceUsd({ provider: "openai", model, usage, at, batch: line.kind === "batch" }) ?? Number.NaN;
    }
    return { usd, lines, batches };
  };
  return { url, billed };
}

async function desk(url: string, budgetUsd: number, more: Partial<DeskOptions> = {}) {
  const opened = await openDesk({
    ...{ name: "test", results, budgetUsd, dataset: declarationOf("sample"), env: { OPENAI_API_KEY: "sk-test" } },
    provider: { name: "openai", baseUrl: `${url}/v1` },
    ...more,
  });
  open.push(() => opened.close());
  return opened;
}

const MODEL = "gpt-4o-mini";
const request = (n: number): ModelRequest => ({
  ...{ model: MODEL, maxOutputTokens: 2_000, messages: [{ role: "user", content: `Question ${n}?` }] },
});
const prompt: Prompt<number, string> = {
  ...{ name: "test", id: (n) => `q${n}`, request },
  parse: ({ text }: ModelReply) => text.trim(),
};

describe("with a key, the budget of the first cell", () => {
  test("is not passed: the call that could pass it is not sent, in this kernel or a later one, whatever was asked at once", async () => {
    const { url, billed } = await service();
    const first = await desk(url, 0.02, { name: "calls" });
    const ended = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => first.ask(prompt, n)));
    expect(ended.some(({ status }) => status === "fulfilled")).toBe(true);
    const why = ended.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(why.length).toBeGreaterThan(0);
    for (const error of why) expect(error).toMatchObject({ code: "budget" });
    expect(String(why[0].message)).toMatch(
      /^nothing was sent: \$0\.\d{4} of \$0\.0200 are spent( and \$0\.\d{4} held for requests without an answer)?, and this may cost up to \$0\.\d{4}; raise budgetUsd in the first cell, or ask for less$/,
    );
    const paid = await first.spent();
    expect(paid.spentUsd).toBeCloseTo((await billed()).usd, 9);
    expect(paid.heldUsd).toBe(0);

    let asked = 100;
    const second = await desk(url, 0.02, { name: "calls" });
    expect(await second.spent()).toEqual(paid);
    for (let refused = false; !refused; asked += 1)
      refused = await second.ask(prompt, asked).then(
        () => false,
        () => true,
      );
    const before = await billed();
    await expect(second.ask(prompt, asked)).rejects.toMatchObject({ code: "budget" });
    await expect(
      (
        await second.batch(
          prompt,
          Array.from({ length: 50 }, (_, n) => 1_000 + n),
        )
      ).submit(),
    ).rejects.toThrow(/^nothing was sent: /);
    expect(await billed()).toEqual(before);
    expect(before.usd).toBeLessThanOrEqual(0.02);
  });

  test("holds also where answers are billed and then lost on the way", async () => {
    const { url, billed } = await service({ ...noFaults, seed: 5, rates: { cutAfter: 0.5 } });
    const one = await desk(url, 0.03, { name: "lost" });
    await Promise.allSettled([0, 1, 2, 3, 4].map((n) => one.ask(prompt, n)));
    const { spentUsd } = await one.spent();
    const { usd, lines } = await billed();
    expect(lines).toBeGreaterThan(5);
    expect(usd).toBeGreaterThan(0);
    expect(usd).toBeLessThanOrEqual(spentUsd);
    expect(spentUsd).toBeLessThanOrEqual(0.03);
  });

  test("is shared by two kernels at once", async () => {
    const { url, billed } = await service();
    const two = [await desk(url, 0.01, { name: "two" }), await desk(url, 0.01, { name: "two" })];
    const all = two.flatMap((one, kernel) =>
      Array.from({ length: 10 }, (_, n) => one.ask(prompt, 5 * n + 4 + 1_000 * kernel)),
    );
    await Promise.allSettled(all);
    const { usd, lines } = await billed();
    expect(lines).toBeGreaterThan(0);
    expect(usd).toBeLessThanOrEqual(0.01);
  });

  test("holds the most that a batch can cost until it has ended, and gives the rest back", async () => {
    const { url, billed } = await service();
    const one = await desk(url, 0.01, { name: "batch" });
    const batch = await one.batch(prompt, [1, 2, 3, 3]);
    expect(await batch.submit()).toMatchObject({ rows: 4, requests: 3 });
    const { heldUsd } = await one.spent();
    // 3 requests of at most 2,000 output tokens at half of $0.60 a million, and some 100 bytes of input.
    expect(heldUsd).toBeGreaterThan(0.0018);
    expect(heldUsd).toBeLessThan(0.0019);
    await batch.submit();
    expect((await one.spent()).heldUsd).toBe(heldUsd);
    const again = await (await desk(url, 0.01, { name: "batch" })).batch(prompt, [1, 2, 3, 3]);
    const outcomes = await again.retrieve();
    expect(outcomes.map(({ id, ok }) => [id, ok])).toEqual([1, 2, 3, 3].map((n) => [`q${n}`, true]));
    const [listed] = await again.list();
    expect(listed).toMatchObject({ status: "completed", requests: 3, done: 3, failed: 0 });
    const { usd, batches } = await billed();
    expect(batches).toBe(1);
    const spent = await one.spent();
    expect(spent.spentUsd).toBeCloseTo(usd, 9);
    expect(spent.heldUsd).toBe(0);
  });

  test("is not asked for a batch before it is planned, nor kept for one that cannot be planned", async () => {
    const { url, billed } = await service();
    const one = await desk(url, 0.01, { name: "order" });
    const early = await one.batch(prompt, [1, 2]);
    await expect(early.retrieve()).rejects.toThrow(/^these rows were not handed in: call submit\(\) first$/);
    let requests = 0;
    const broken = (n: number): ModelRequest => {
      requests += 1;
      if (requests === 4) throw new Error("no request");
      return request(n);
    };
    const torn = await one.batch({ ...prompt, request: broken }, [1, 2, 3]);
    await expect(torn.submit()).rejects.toThrow(/^no request$/);
    expect(await one.spent()).toMatchObject({ spentUsd: 0, heldUsd: 0 });
    const { mostUsd } = await torn.submit();
    expect((await one.spent()).heldUsd).toBeCloseTo(mostUsd, 9);
    await torn.retrieve();
    expect((await one.spent()).spentUsd).toBeCloseTo((await billed()).usd, 9);
    expect((await one.spent()).heldUsd).toBe(0);
  });

  test("is asked once for equal calls at once", async () => {
    const { url, billed } = await service();
    const one = await desk(url, 0.005, { name: "equal" });
    const said = await Promise.all([1, 1, 1, 1].map((n) => one.ask(prompt, n)));
    expect(new Set(said.map(({ value }) => value)).size).toBe(1);
    const { usd, lines } = await billed();
    expect(lines).toBe(1);
    expect(await one.spent()).toMatchObject({ spentUsd: Number(usd.toFixed(9)), heldUsd: 0 });
  });

  test("is not asked about a reply that is kept", async () => {
    const { url, billed } = await service();
    const one = await desk(url, 0.01, { name: "kept" });
    const { value } = await one.ask(prompt, 1);
    const none = await desk(url, 0, { name: "kept" });
    expect((await none.ask(prompt, 1)).value).toBe(value);
    expect((await billed()).lines).toBe(1);
  });

  test("refuses what cannot be priced, and is a number", async () => {
    const { url, billed } = await service();
    const one = await desk(url, 1, { name: "prices" });
    await expect(one.call({ ...request(1), model: "nobodys-model" })).rejects.toThrow(
      /^nothing was sent: no price is known for nobodys-model, so no budget can be kept; name a model with a price$/,
    );
    await expect(desk(url, Number.NaN, { name: "prices" })).rejects.toThrow(
      /^a budget of NaN dollars is none; set budgetUsd to a number from 0$/,
    );
    expect((await billed()).lines).toBe(0);
  });
});

describe("a batch", () => {
  const journalOf = async (name: string): Promise<{ folder: string; events: BatchEvent[] }> => {
    const root = nodeDisk(results);
    const [batch = ""] = (await root.list(`explore/${name}`)).filter((entry) => entry.startsWith("batch-"));
    const folder = `explore/${name}/${batch.slice(0, -1)}`;
    return { folder, events: await readJournal<BatchEvent>(root, `${folder}/journal.jsonl`) };
  };

  test("is created and fetched once, however often it is asked for at once, also in two kernels", async () => {
    const { url, billed } = await service();
    const kernels = [
      await desk(url, 0.01, { name: "once", warn: () => undefined }),
      await desk(url, 0.01, { name: "once", warn: () => undefined }),
    ];
    const batches = await Promise.all([...kernels, ...kernels].map((one) => one.batch(prompt, [1, 2, 3])));
    const handed = await Promise.all(batches.map((batch) => batch.submit()));
    expect(handed.map(({ requests }) => requests)).toEqual([3, 3, 3, 3]);
    expect((await billed()).batches).toBe(1);
    const fetched = await Promise.all(batches.map((batch) => batch.retrieve()));
    for (const outcomes of fetched) expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true]);
    const kinds = (await journalOf("once")).events.map(({ t }) => t);
    expect(kinds).toEqual(["planned", "upload", "uploaded", "create", "created", "ingested"]);
    const { usd, batches: created } = await billed();
    expect(created).toBe(1);
    for (const one of kernels) expect((await one.spent()).spentUsd).toBeCloseTo(usd, 9);
  });

  test("that another kernel works on is waited for in so many words; what is handed in is not", async () => {
    const { url } = await service();
    const { promise: warned, resolve: warn } = Promise.withResolvers<string>();
    const batch = await (await desk(url, 0.01, { name: "waits", warn })).batch(prompt, [1]);
    const handed = await batch.submit();
    const { folder } = await journalOf("waits");
    const lock = await nodeDisk(results).lock(`${folder}/.lock`);
    expect(await batch.submit()).toEqual(handed);
    const outcomes = batch.retrieve();
    expect(await warned).toContain(`${folder} is in use by process ${process.pid}; wait for it or stop it`);
    await lock.release();
    expect((await outcomes).map(({ ok }) => ok)).toEqual([true]);
  });

  test("can be asked for again offline, where its files are in memory", async () => {
    const one = await desk("", 1, { provider: { name: "offline" }, simulators: [() => "yes"], name: "offline" });
    await (await one.batch(prompt, [1, 2])).submit();
    const again = await one.batch(prompt, [1, 2]);
    await again.submit();
    expect((await again.retrieve()).map(({ ok }) => ok)).toEqual([true, true]);
  });
});

test("personal data is warned of once: for a batch with its count, for single calls as a kind", async () => {
  const { url } = await service();
  const warnings: string[] = [];
  // An address of this machine that counts as another's. The service refuses it, which comes after the warnings.
  const remote = { provider: { name: "openai", baseUrl: `${url.replace("127.0.0.1", "0.0.0.0")}/v1` } } as const;
  const one = await desk(url, 1, { ...remote, name: "personal", warn: (text) => warnings.push(text) });
  const letter = (n: number): ModelRequest => ({
    ...request(n),
    messages: [{ role: "user", content: `${n}? ${"Dear Anna, ".repeat(n)}` }],
  });
  const letters = { ...prompt, request: letter };
  const batch = await one.batch(letters, [1, 2, 3]);
  await expect(batch.submit()).rejects.toMatchObject({ code: "provider" });
  expect(warnings).toEqual([expect.stringContaining("0 e-mail addresses, 0 phone numbers and 6 names")]);
  await Promise.allSettled([5, 6, 7].map((n) => one.ask(letters, n)));
  expect(warnings.slice(1)).toEqual([expect.stringContaining("and 5 names")]);
});

test("a purse counts what was paid under a name that it did not hold, and holds again what was given back", async () => {
  const purse = await openPurse(memoryDisk(), "purse", 1, realClock);
  await purse.settle("batch", 0.25);
  expect(await purse.spent()).toMatchObject({ spentUsd: 0.25, heldUsd: 0, leftUsd: 0.75 });
  await expect(purse.hold(0.9, "batch")).rejects.toMatchObject({ code: "budget" });
  await purse.hold(0.5, "batch");
  expect(await purse.spent()).toMatchObject({ spentUsd: 0.25, heldUsd: 0.5 });
  await purse.settle("batch", 0);
  expect(await purse.spent()).toMatchObject({ spentUsd: 0, heldUsd: 0 });
  await expect(purse.hold(2, "batch")).rejects.toMatchObject({ code: "budget" });
});

test("rows that may not leave this machine are refused before a key is used", async () => {
  const remote = { provider: { name: "openai" }, dataset: declarationOf("fce") } as const;
  await expect(desk("", 1, remote)).rejects.toThrow(
    /^data set 'fce' may not leave this machine \(.*\); use a provider on this machine, or set iMaySend to true if you have the right to send it$/,
  );
});

test("offline nothing is kept: a desk that is opened again asks again, and its dollars are simulated", async () => {
  const offline = { provider: { name: "offline" }, simulators: [() => "yes"] } as const;
  for (const _ of [1, 2]) {
    const one = await desk("", 1, { ...offline, name: "offline" });
    expect((await one.ask(prompt, 1)).value).toBe("yes");
    expect(await one.spent()).toMatchObject({ provider: "offline", budgetUsd: 1, heldUsd: 0 });
    expect((await one.spent()).spentUsd).toBeGreaterThan(0);
  }
});

test("an answer that its prompt cannot read is one sentence", async () => {
  const one = await desk("", 1, { provider: { name: "offline" }, simulators: [() => "no"], name: "offline" });
  const strict = {
    ...prompt,
    parse: () => {
      throw new Error("q1: not JSON");
    },
  };
  await expect(one.ask(strict, 1)).rejects.toThrow(/^q1: not JSON$/);
});
