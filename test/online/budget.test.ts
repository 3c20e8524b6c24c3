import { virtualClock } from "corrigenda/time";
import { describe, expect, it } from "vitest";
import { answer, hang, nothingKept, numbers, prompt, RUN, ran, refusal, service, storeOn, values } from "./fixture.ts";

describe("maxCostUsd", () => {
  it("stops before the call that could pass it, with calls in flight counted", async () => {
    const clock = virtualClock();
    const toy = service(async (content) => {
      await clock.sleep(10);
      return answer(content);
    });
    const run = await ran(numbers(50), toy, { virtual: clock, maxCostUsd: 0.105, concurrency: 8 });
    expect(toy.asked).toHaveLength(10);
    expect(run.kept.replies).toHaveLength(10);
    expect(values(run)).toHaveLength(10);
    expect(run.error).toMatchObject({
      code: "budget",
      message:
        "$0.1000 of $0.1050 are spent and the next call may cost $0.0100: raise --max-cost to go on. " +
        "Every reply received is kept; the same command goes on from there.",
    });
    const more = await ran(numbers(50), toy, { virtual: clock, kept: run.kept, maxCostUsd: 0.5 });
    expect(more.error).toBeUndefined();
    expect(toy.asked).toHaveLength(50);
  });

  it("counts what earlier processes of the run paid, and not what other runs did", async () => {
    const kept = nothingKept();
    await storeOn(kept).put([
      { key: "1".repeat(64), run: RUN, via: "online", usd: 0.06, raw: "{}" },
      { key: "2".repeat(64), run: "toy/b/ask", via: "online", usd: 5, raw: "{}" },
    ]);
    const toy = service((content) => answer(content));
    const run = await ran(numbers(50), toy, { kept, maxCostUsd: 0.1 });
    expect(run.error).toMatchObject({ code: "budget" });
    expect(toy.asked).toHaveLength(4);
  });

  it("counts a call without an answer as paid, also after a restart", async () => {
    const toy = service((content, nth, signal) => (content === "r0" && nth === 1 ? hang(signal) : answer(content)));
    const run = await ran(numbers(50), toy, { maxCostUsd: 0.05, concurrency: 1 });
    expect(toy.asked).toHaveLength(5);
    const again = await ran(numbers(50), toy, { kept: run.kept, maxCostUsd: 0.06, concurrency: 1 });
    expect(again.error).toMatchObject({ code: "budget" });
    expect(toy.asked).toHaveLength(6);
  });

  it("does not count refused calls", async () => {
    const toy = service((content, nth) => (nth === 1 ? refusal(500) : answer(content)));
    const run = await ran(numbers(5), toy, { maxCostUsd: 0.05 });
    expect(run.error).toBeUndefined();
    expect(run.kept.replies).toHaveLength(5);
  });

  it("spends the whole budget: a call that turned out cheap makes room for the next", async () => {
    const clock = virtualClock();
    const toy = service(async (content) => {
      await clock.sleep(10);
      return { status: 200, headers: {}, text: JSON.stringify({ text: content, output: 1 }) };
    });
    const run = await ran(numbers(50), toy, { virtual: clock, maxCostUsd: 0.03, concurrency: 8 });
    expect(run.error).toMatchObject({ code: "budget" });
    expect(run.kept.replies).toHaveLength(21);
  });

  it("takes an answer without a limit to be as long as the longest so far", async () => {
    const free: typeof prompt = {
      ...prompt,
      request: (row) => ({ model: "toy-1", messages: [{ role: "user", content: row }] }),
    };
    const toy = service((content) => answer(content));
    const first = await ran(numbers(3), toy, { prompt: free, maxCostUsd: 0.9 });
    expect(first.error).toMatchObject({ code: "budget", facts: { nextUsd: 1 } });
    const run = await ran(numbers(30), toy, { prompt: free, maxCostUsd: 1.1, concurrency: 1 });
    expect(run.error).toBeUndefined();
    expect(run.kept.events[0]).toMatchObject({ estimateUsd: 1 });
    expect(run.kept.events.at(-1)).toMatchObject({ estimateUsd: 0.01 });
  });

  it("cannot be kept without a price", async () => {
    const toy = service((content) => answer(content));
    const run = await ran(numbers(3), toy, { price: () => undefined, maxCostUsd: 1 });
    expect(run.error).toMatchObject({
      code: "budget",
      message:
        "no price is known for toy-1, so --max-cost cannot be kept: name a model with a price, or leave --max-cost out",
    });
    expect(toy.asked).toEqual([]);
    const free = await ran(numbers(3), toy, { price: () => undefined });
    expect(values(free)).toEqual(["R0", "R1", "R2"]);
    expect(free.outcomes[0]?.usd).toBe(0);
  });
});
