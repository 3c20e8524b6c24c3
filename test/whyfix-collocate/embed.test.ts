import { StudyError } from "corrigenda/error";
import { collect, memoryDisk } from "corrigenda/files";
import { type Provider, priceUsd, requestKey } from "corrigenda/provider";
import { openJournal, openLocalStore } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { describe, expect, test } from "vitest";
import {
  type EmbedEvent,
  type EmbedPlace,
  fetchEmbeddings,
  keptVectors,
  planEmbeddings,
} from "../../lib/whyfix/collocate-embed.ts";

const AT = Date.UTC(2026, 10, 1);
const disk = memoryDisk();

/** A place whose provider embeds a text as its length and its first sign, and remembers what it was asked. */
async function placeOf(on: typeof disk, fails: readonly StudyError[] = []) {
  const asked: string[] = [];
  const left = [...fails];
  const waits: number[] = [];
  const embed = async (texts: readonly string[]): Promise<Float32Array[]> => {
    const error = left.shift();
    if (error) throw error;
    asked.push(...texts);
    return texts.map((text) => Float32Array.from([text.length, text.charCodeAt(0)]));
  };
  const clock = { now: () => AT, sleep: async (ms: number) => void waits.push(ms) };
  const place: EmbedPlace = {
    provider: { name: "openai", base: "https://api.openai.com/v1", embed } as unknown as Provider,
    store: await openLocalStore(on, realClock),
    journal: await openJournal<EmbedEvent>(on, "stage/journal.jsonl"),
    ...{ clock, signal: new AbortController().signal, run: "whyfix/r/retrieval", model: "text-embedding-3-small" },
    tokenizer: { count: (text: string) => text.length },
    ...{ requestKey, priceUsd },
  };
  return { place, asked, waits };
}

const nothing = (): void => undefined;

describe("embeddings", () => {
  test("what was paid for is never asked for again, by another process or for another run; equal texts are one", async () => {
    const on = memoryDisk();
    const first = await placeOf(on);
    const plan = await planEmbeddings(first.place, ["abc", "de", "abc"]);
    // 5 tokens at $0.02 a million: OpenAI's price of text-embedding-3-small
    expect(plan).toMatchObject({ texts: 2, tokens: 5, unknownUsd: 0 });
    expect(plan.usd).toBeCloseTo((5 * 0.02) / 1e6, 15);
    await fetchEmbeddings(first.place, plan, nothing);
    expect(await first.place.store.spentUsd("whyfix/r/retrieval")).toBeCloseTo((5 * 0.02) / 1e6, 15);
    await first.place.store.close();

    const second = await placeOf(on);
    const again = await planEmbeddings({ ...second.place, run: "whyfix/other/retrieval" }, ["de", "f", "abc"]);
    expect(again.missing.map(({ text }) => text)).toEqual(["f"]);
    await fetchEmbeddings(second.place, again, nothing);
    expect(second.asked).toEqual(["f"]);
    const vectors = await collect(keptVectors(second.place, ["de", "abc"]));
    expect(vectors.map((vector) => Math.hypot(...vector))).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
    expect((vectors[1]?.[1] ?? 0) / (vectors[1]?.[0] ?? 1)).toBeCloseTo(97 / 3, 4);
  });

  test("another model's vectors are others", async () => {
    const { place } = await placeOf(disk);
    await fetchEmbeddings(place, await planEmbeddings(place, ["abc"]), nothing);
    const large = await planEmbeddings({ ...place, model: "text-embedding-3-large" }, ["abc"]);
    expect(large.missing).toHaveLength(1);
  });

  test("a call without an answer is asked again and counted as unknown; a refusal is not; Retry-After is kept to", async () => {
    const on = memoryDisk();
    const lost = new StudyError("network", "no answer");
    const busy = new StudyError("provider", "429", { facts: { status: 429, retryAfterMs: 7_000 } });
    const { place, waits, asked } = await placeOf(on, [lost, busy]);
    await fetchEmbeddings(place, await planEmbeddings(place, ["abc"]), nothing);
    expect(waits).toEqual([1_000, 7_000]);
    expect(asked).toEqual(["abc"]);
    const later = await placeOf(on);
    expect((await planEmbeddings(later.place, ["abc"])).unknownUsd).toBeCloseTo((3 * 0.02) / 1e6, 15);
  });

  test("a kill between two calls loses neither: the first is kept, the second is asked", async () => {
    const on = memoryDisk();
    const texts = Array.from({ length: 130 }, (_, i) => `text ${i}`);
    const dies = new StudyError("provider", "400", { facts: { status: 400 } });
    const first = await placeOf(on);
    const embed = first.place.provider.embed as NonNullable<Provider["embed"]>;
    let calls = 0;
    const dying = {
      ...first.place.provider,
      embed: (some: readonly string[]) => (calls++ === 0 ? embed(some) : Promise.reject(dies)),
    };
    const plan = await planEmbeddings(first.place, texts);
    await expect(fetchEmbeddings({ ...first.place, provider: dying }, plan, nothing)).rejects.toThrow("400");
    await first.place.store.close();
    const second = await placeOf(on);
    expect((await planEmbeddings(second.place, texts)).missing.map(({ text }) => text)).toEqual([
      "text 128",
      "text 129",
    ]);
  });

  test("a provider without embeddings, and vectors that are none, are refused", async () => {
    const { place } = await placeOf(memoryDisk());
    const bare = { ...place, provider: { name: "anthropic", base: "x" } as unknown as Provider };
    await expect(planEmbeddings(bare, ["a"])).rejects.toThrow("anthropic has no embeddings; choose openai");
    const zero = { ...place, provider: { ...place.provider, embed: async () => [new Float32Array(2)] } };
    await expect(fetchEmbeddings(zero, await planEmbeddings(zero, ["a"]), nothing)).rejects.toThrow(
      "without a direction",
    );
  });
});
