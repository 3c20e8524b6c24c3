import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { declarationOf } from "corrigenda/dataset";
import { collect, memoryDisk } from "corrigenda/files";
import { type DeskOptions, openDesk } from "corrigenda/notebook/desk";
import { type ModelReply, type ModelRequest, type Prompt, priceUsd } from "corrigenda/provider";
import { type FaultPlan, noFaults, readBill, startOfflineService } from "corrigenda/provider/offline";
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
