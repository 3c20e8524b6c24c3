import { readingProvider, type Workplace } from "corrigenda/engine";
import { collect, memoryDisk, readJsonl } from "corrigenda/files";
import { openLocalStore } from "corrigenda/store";
import { virtualClock } from "corrigenda/time";
import { expect, test } from "vitest";
import { writeLedger } from "../../lib/engine/ledger.ts";

const FOLDER = "demo/r1/step1";
const key = (digit: string): string => digit.repeat(64);
const reply = (input: number, output: number): string => {
  const usage = {
    ...{ input_tokens: input, input_tokens_details: { cached_tokens: 2 } },
    ...{ output_tokens: output, output_tokens_details: { reasoning_tokens: 1 } },
  };
  const content = [{ type: "output_text", text: "because", annotations: [] }];
  const output_ = [{ type: "message", role: "assistant", status: "completed", content }];
  const body = { id: "r", object: "response", status: "completed", model: "gpt-4o-mini", output: output_, usage };
  return JSON.stringify({ status: 200, request_id: null, body });
};

test("the ledger has a line for each paid reply, readable or not, then the calls of which nobody knows", async () => {
  const [root, provider] = [memoryDisk(), readingProvider({ name: "offline" })];
  const clock = virtualClock(Date.UTC(2026, 10, 21));
  const store = await openLocalStore(memoryDisk(), clock);
  const paid = { run: FOLDER, via: "online" };
  await store.put([
    { ...paid, key: key("a"), usd: 0.25, raw: reply(100, 20) },
    { ...paid, key: key("b"), usd: 0.5, raw: '{"status":200,"request_id":null,"body":{"output":"torn"}}' },
    { ...paid, run: "demo/r2/step1", key: key("c"), usd: 8, raw: reply(7, 7) },
    { ...paid, key: key("d"), usd: 1, raw: reply(50, 10) },
  ]);
  const place = { root, store, provider } as unknown as Workplace;
  const call = { t: "call", attempt: 1, at: 0, estimateUsd: 0.0625 } as const;
  const events = ["a", "e", "e"].map((digit) => ({ ...call, key: key(digit) }));
  expect(await writeLedger(place, { folder: FOLDER, path: "ledger.jsonl" }, events)).toEqual({
    ...{ usd: 1.75, tokens: { input: 150, cached: 4, output: 30, reasoning: 2 } },
  });
  const lines = (await collect(readJsonl(root, "ledger.jsonl"))).map(({ value }) => value);
  const read = { via: "online", at: "2026-11-21T00:00:00.000Z", provider: "offline" };
  const usage = { model: "gpt-4o-mini", cached: 2, cacheWrite: 0, reasoning: 1 };
  expect(lines).toEqual([
    { ...read, ...usage, key: key("a"), input: 100, output: 20, usd: 0.25 },
    { ...read, key: key("b"), unreadable: true, usd: 0.5 },
    { ...read, ...usage, key: key("d"), input: 50, output: 10, usd: 1 },
    { key: key("e"), state: "unknown", calls: 2, usdAtMost: 0.125 },
  ]);
  await store.close();
});

test("a sum of costs does not depend on the order in which the replies came", async () => {
  const costs = [1.875e-8, 3e-7, 4.5e-5, 1.2e-4, 7.5e-8, 0.1, 0.2, 2.4e-6];
  const sums = new Set<number>();
  const plain = new Set<number>();
  for (let from = 0; from < costs.length; from++) {
    const turned = [...costs.slice(from), ...costs.slice(0, from)];
    plain.add(turned.reduce((sum, usd) => sum + usd, 0));
    const [root, provider] = [memoryDisk(), readingProvider({ name: "offline" })];
    const store = await openLocalStore(memoryDisk(), virtualClock(0));
    for (const [place, usd] of turned.entries())
      await store.put([{ run: FOLDER, via: "b", key: key(place.toString(16)), usd, raw: reply(1, 1) }]);
    const place = { root, store, provider } as unknown as Workplace;
    sums.add((await writeLedger(place, { folder: FOLDER, path: "ledger.jsonl" }, [])).usd);
    sums.add(await store.spentUsd(FOLDER));
    await store.close();
  }
  expect(plain.size).toBeGreaterThan(1);
  expect([...sums]).toEqual([0.30016779375]);
});
