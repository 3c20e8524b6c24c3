import { type OnlineEvent, unknownCalls } from "corrigenda/online";
import { expect, it } from "vitest";

const call = (key: string, attempt: number, estimateUsd?: number): OnlineEvent => ({
  t: "call",
  key,
  attempt,
  at: 0,
  ...(estimateUsd !== undefined && { estimateUsd }),
});

it("an intent without a reply or a refusal is an unknown call", () => {
  const events: OnlineEvent[] = [
    call("kept", 1, 0.1),
    call("refused", 1, 0.1),
    { t: "refused", key: "refused", attempt: 1, status: 400 },
    call("killed", 1, 0.1),
    call("priceless", 1),
  ];
  expect(unknownCalls(events, (key) => key === "kept")).toEqual([
    { key: "killed", calls: 1, estimateUsd: 0.1 },
    { key: "priceless", calls: 1, estimateUsd: 0 },
  ]);
});

it("each call of a request counts: lost ones and one more from a killed process, but not the answered one", () => {
  const events: OnlineEvent[] = [
    call("a", 1, 0.1),
    { t: "lost", key: "a", attempt: 1 },
    call("a", 2, 0.2),
    { t: "refused", key: "a", attempt: 2, status: 429 },
    call("a", 3, 0.1),
    call("a", 1, 0.1),
  ];
  expect(unknownCalls(events, () => false)).toEqual([{ key: "a", calls: 3, estimateUsd: expect.closeTo(0.6, 10) }]);
  expect(unknownCalls(events, () => true)).toEqual([{ key: "a", calls: 2, estimateUsd: expect.closeTo(0.4, 10) }]);
});

it("a reply that another run paid for is none of this run's calls", () => {
  expect(unknownCalls([], () => true)).toEqual([]);
});
