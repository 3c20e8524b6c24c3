import { collect, memoryDisk } from "corrigenda/files";
import { type OnlineEvent, runOnline, unknownCalls } from "corrigenda/online";
import { offlineProvider, type Prompt, priceUsd } from "corrigenda/provider";
import { noFaults, type OfflineService, readBill, startOfflineService } from "corrigenda/provider/offline";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore, readJournal } from "corrigenda/store";
import { scaledClock } from "corrigenda/time";
import { afterEach, describe, expect, it } from "vitest";

const RUN = "toy/a/ask";
const clock = scaledClock(1000);
const open = new Set<OfflineService>();

afterEach(async () => {
  const services = [...open];
  open.clear();
  await Promise.all(services.map((service) => service.close()));
});

const WIRES = [
  ["openai", "gpt-4o-mini"],
  ["azure", "gpt-4o-mini"],
  ["anthropic", "claude-haiku-4-5"],
] as const;

describe.each(WIRES)("over the %s wire, with throttles, failures and connections cut after the deed", (wire, model) => {
  it("every row is answered, and what the bill has beyond the ledger is exactly the unknown calls", async () => {
    const [state, mine] = [memoryDisk(), memoryDisk()];
    const rates = { rateShort: 0.1, rateLong: 0.02, rateSilent: 0.05, server: 0.08, cutAfter: 0.08 };
    const simulators = [
      (request: { messages: readonly { content: string }[] }) => `re: ${request.messages[0]?.content}`,
    ];
    const service = await startOfflineService({
      ...{ disk: state, clock, simulators },
      faults: { ...noFaults, seed: 7, rates },
    });
    open.add(service);
    const provider = offlineProvider(service.url, wire, { transport: "lean" });
    const prompt: Prompt<string, string> = {
      name: "toy",
      request: (row) => ({ model, messages: [{ role: "user", content: row }], maxOutputTokens: 100 }),
      id: (row) => row,
      parse: ({ text }) => text,
    };
    const store = await openLocalStore(mine, clock);
    const journal = await openJournal<OnlineEvent>(mine, "journal.jsonl");
    const rows = Array.from({ length: 150 }, (_, i) => `row ${i % 140}`);
    const outcomes = await collect(
      runOnline({
        ...{ rows, prompt, provider, store, journal, run: RUN, clock, rng: keyedRng(1) },
        price: (priced, usage) =>
          priceUsd({ provider: provider.name, model: priced, usage, batch: false, at: clock.now() }),
        ...{ concurrency: 12, timeoutMs: 30_000_000, maxCostUsd: 100 },
      }),
    );
    expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual(rows.map((row) => `re: ${row}`));
    const ledger = await collect(store.paidBy(RUN));
    expect(ledger).toHaveLength(140);
    expect(ledger.every(({ usd }) => usd > 0)).toBe(true);
    expect(outcomes.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(await store.spentUsd(RUN), 10);
    const billed = (await collect(readBill(state))).filter(({ kind }) => kind === "online");
    const paid = new Set(ledger.map(({ key }) => key));
    const unknown = unknownCalls(await readJournal<OnlineEvent>(mine, "journal.jsonl"), (key) => paid.has(key));
    const unknownSum = unknown.reduce((sum, { calls }) => sum + calls, 0);
    expect(unknownSum).toBeGreaterThan(2);
    expect(billed.length - ledger.length).toBe(unknownSum);
    await store.close();
    await journal.close();
  });
});
