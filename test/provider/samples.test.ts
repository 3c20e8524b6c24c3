import { collect, memoryDisk } from "corrigenda/files";
import { type ModelRequest, offlineProvider, openProvider, requestKey } from "corrigenda/provider";
import { readBill, startOfflineService } from "corrigenda/provider/offline";
import { realClock } from "corrigenda/time";
import { expect, test } from "vitest";

const request: ModelRequest = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Why?" }] };
const WIRES = ["openai", "azure", "anthropic"] as const;

test("offline a repeat carries its number and a first request does not; other providers' bodies never do", () => {
  for (const wire of WIRES) {
    const provider = offlineProvider("http://127.0.0.1", wire);
    const [first, plain, second] = [{ ...request, sample: 0 }, request, { ...request, sample: 2 }].map(provider.encode);
    expect(first).toEqual(plain);
    expect(JSON.parse(first?.body ?? "")).not.toHaveProperty("seed");
    expect(JSON.parse(second?.body ?? "")).toEqual({ ...JSON.parse(first?.body ?? ""), seed: 2 });
  }
  const live = openProvider({ name: "openai" }, { OPENAI_API_KEY: "k" });
  expect(live.encode({ ...request, sample: 2 }).body).toBe(live.encode(request).body);
});

test("the key of a first request is what it was before repeats carried a number", () => {
  const provider = offlineProvider("http://127.0.0.1", "openai");
  const body = '{"model":"gpt-4o-mini","input":[{"role":"user","content":"Why?"}],"store":false}';
  expect(provider.encode(request).body).toBe(body);
  expect(requestKey(provider, provider.encode(request))).toBe(
    "9169cfe7144a856bddbf8c6df1c958f766ff71343e3293847e1f4333cba4b166", // sha256 of the text that key.ts describes, taken apart from it
  );
});

test("repeats are answered differently, the same way each time and in each of the three dialects", async () => {
  const disk = memoryDisk();
  const simulators = [(_: unknown, rng: { int(most: number): number }) => `${rng.int(1_000_000)}`];
  const service = await startOfflineService({ disk, clock: realClock, simulators });
  try {
    for (const wire of WIRES) {
      const provider = offlineProvider(service.url, wire);
      const ask = async (sample: number): Promise<string> => {
        const encoded = provider.encode({ ...request, maxOutputTokens: 50, sample });
        return provider.decode(JSON.parse((await provider.complete(encoded)).text)).text;
      };
      const texts = await Promise.all([0, 1, 2, 1].map(ask));
      expect(new Set(texts).size).toBe(3);
      expect(texts[3]).toBe(texts[1]);
    }
    expect(await collect(readBill(disk))).toHaveLength(12);
  } finally {
    await service.close();
  }
});
