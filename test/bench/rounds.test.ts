import { median, openClaims, pairedRounds } from "corrigenda/bench";
import { StudyError } from "corrigenda/error";
import { expect, test } from "vitest";

/** A clock that only the work itself moves on. */
function workClock(): { now: () => number; work: (ms: number) => Promise<void> } {
  let at = 0;
  return {
    now: () => at,
    work: async (ms) => {
      at += ms;
    },
  };
}

test("the median is the middle, or the mean of the two in the middle", () => {
  expect(median([5, 1, 9])).toBe(5);
  expect(median([4, 1, 9, 2])).toBe(3);
  expect(() => median([])).toThrow("the median of nothing");
});

test("the ratio is the median of the rounds' own ratios: what slows a round down slows both", async () => {
  const { now, work } = workClock();
  const slow = [9, 1, 10, 2]; // the machine's load, round by round; the first round is not counted
  const contest = {
    ours: (round: number) => work(100 * (slow[round] ?? 0)),
    alternative: (round: number) => work((round === 3 ? 400 : 200) * (slow[round] ?? 0)),
  };
  const paired = await pairedRounds(contest, { now }, 3);
  expect(paired).toEqual({ oursMs: 200, alternativeMs: 800, ratio: 2, lowest: 2, highest: 4, rounds: 3 });
});

test("each goes first in every other round", async () => {
  const { now, work } = workClock();
  const order: string[] = [];
  const contest = {
    ours: async (round: number) => {
      order.push(`ours ${round}`);
      await work(1);
    },
    alternative: async (round: number) => {
      order.push(`alternative ${round}`);
      await work(1);
    },
  };
  await pairedRounds(contest, { now }, 2);
  expect(order).toEqual(["ours 0", "alternative 0", "alternative 1", "ours 1", "ours 2", "alternative 2"]);
});

const paired = { oursMs: 2_000, alternativeMs: 1_000, ratio: 0.5, lowest: 0.4, highest: 0.6, rounds: 5 };

test("a paired claim prints both speeds, the ratio with its spread, and the limit", () => {
  const lines: string[] = [];
  const claims = openClaims((line) => lines.push(line));
  claims.addPaired({ name: "plan", alternative: "bare write", unit: "requests", limit: 0.5 }, 100_000, paired);
  claims.end();
  expect(lines).toEqual([
    "plan: ours 50,000 requests/s, bare write 100,000 requests/s, ratio 0.50 (median of 5 paired rounds, 0.40 to 0.60; at least 0.5)",
  ]);
});

test("missed ratios and sizes fail at the end, by name; missed times are only said", () => {
  const lines: string[] = [];
  const claims = openClaims((line) => lines.push(line));
  claims.addPaired({ name: "plan", alternative: "bare write", unit: "requests", limit: 0.6 }, 100_000, paired);
  claims.add({ name: "peak", value: 301, unit: "MB", limit: 300, wanted: "at most", binding: true });
  claims.add({ name: "look", value: 2.34, unit: "s", limit: 2, wanted: "at most", binding: false });
  claims.add({ name: "ingest", value: 100, unit: "MB/s", limit: 100, wanted: "at least", binding: true });
  expect(() => claims.end()).toThrow(new StudyError("stage", "missed: plan; peak"));
  expect(lines.slice(1)).toEqual([
    "peak: 301 MB (at most 300) MISSED",
    "look: 2.34 s (at most 2) not met on this machine, now",
    "ingest: 100 MB/s (at least 100)",
  ]);
});
