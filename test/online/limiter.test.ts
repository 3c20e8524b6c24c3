import { findLimit } from "corrigenda/bench";
import { keyedRng } from "corrigenda/rng";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, pauseMs } from "../../lib/online/backoff.ts";
import { Breaker } from "../../lib/online/breaker.ts";
import { Concurrency } from "../../lib/online/concurrency.ts";
import { Limiter } from "../../lib/online/limiter.ts";

const need = (input: number, output = 0): { input: number; output: number } => ({ input, output });

/** Calls sent at once until the limiter says wait. */
function burst(limiter: Limiter, input: number, now: number): number {
  for (let calls = 0; calls < 10_000; calls++) {
    if (limiter.waitMs(need(input), now) > 0) return calls;
    limiter.take(need(input));
  }
  return Number.POSITIVE_INFINITY;
}

describe("Limiter", () => {
  it("lets a minute's requests go, then one at a time as they come back", () => {
    const limiter = new Limiter({ rpm: 60 }, 0);
    expect(burst(limiter, 1, 0)).toBe(60);
    expect(limiter.waitMs(need(1), 0)).toBe(1000);
    expect(burst(limiter, 1, 3000)).toBe(3);
    expect(burst(limiter, 1, 3_000_000)).toBe(60);
  });

  it("counts input and output tokens, and gives back what was not used", () => {
    const limiter = new Limiter({ tpm: 1000 }, 0);
    limiter.take(need(400, 600));
    expect(limiter.waitMs(need(100), 0)).toBe(6000);
    limiter.correct(need(400, 600), need(400, 100));
    expect(limiter.waitMs(need(500), 0)).toBe(0);
    expect(limiter.waitMs(need(501), 0)).toBe(60);
  });

  it("lets a call larger than the limit go when the bucket is full, and then none until the debt is paid", () => {
    const limiter = new Limiter({ tpm: 1000 }, 0);
    expect(limiter.waitMs(need(5000), 0)).toBe(0);
    limiter.take(need(5000));
    expect(limiter.waitMs(need(1), 0)).toBe(240_060);
    expect(limiter.waitMs(need(5000), 0)).toBe(300_000);
  });

  it("has no limit until headers state one", () => {
    const limiter = new Limiter({}, 0);
    expect(burst(limiter, 1000, 0)).toBe(Number.POSITIVE_INFINITY);
    limiter.learn([{ meter: "requests", limit: 500, remaining: 3, resetMs: 59_000 }], 0);
    expect(burst(limiter, 1000, 0)).toBe(3);
    expect(limiter.waitMs(need(1), 0)).toBe(120);
  });

  it("takes the lower of its own count and the service's, which misses calls under way", () => {
    const limiter = new Limiter({ rpm: 100 }, 0);
    for (let call = 0; call < 95; call++) limiter.take(need(1));
    limiter.learn([{ meter: "requests", limit: 100, remaining: 50 }], 0);
    expect(burst(limiter, 1, 0)).toBe(5);
    limiter.learn([{ meter: "requests", limit: 200, remaining: 190 }], 0);
    expect(burst(limiter, 1, 0)).toBe(100);
  });

  it("takes the most that ever remained for the limit where none is stated", () => {
    const limiter = new Limiter({}, 0);
    limiter.learn([{ meter: "requests", remaining: 60 }], 0);
    limiter.learn([{ meter: "requests", remaining: 0 }], 0);
    expect(limiter.waitMs(need(1), 0)).toBe(1000);
    const empty = new Limiter({}, 0);
    empty.learn([{ meter: "requests", remaining: 0 }], 0);
    expect(empty.waitMs(need(1), 0)).toBe(0);
  });

  it("sees from the reset that a limit is per day, but not from one rounded up to the second", () => {
    const daily = new Limiter({}, 0);
    daily.learn([{ meter: "requests", limit: 200, remaining: 0, resetMs: 86_400_000 }], 0);
    expect(daily.waitMs(need(1), 0)).toBe(432_000);
    const rounded = new Limiter({}, 0);
    rounded.learn([{ meter: "requests", limit: 4000, remaining: 3999, resetMs: 1000 }], 0);
    expect(burst(rounded, 1, 0)).toBe(3999);
    expect(rounded.waitMs(need(1), 0)).toBe(15);
  });

  it("keeps tokens in and out apart where the service does", () => {
    const limiter = new Limiter({}, 0);
    limiter.learn(
      [
        { meter: "input", limit: 6000, remaining: 6000 },
        { meter: "output", limit: 600, remaining: 600 },
      ],
      0,
    );
    limiter.take(need(100, 600));
    expect(limiter.waitMs(need(5900, 0), 0)).toBe(0);
    expect(limiter.waitMs(need(1, 10), 0)).toBe(1000);
  });

  it("holds everything back during a pause; a shorter one does not end a longer one", () => {
    const limiter = new Limiter({}, 0);
    limiter.pause(120_000);
    limiter.pause(1000);
    expect(limiter.waitMs(need(1), 20_000)).toBe(100_000);
    expect(limiter.waitMs(need(1), 120_000)).toBe(0);
  });

  it("never lets more through than the limit and one bucket, at any pattern of calls", () => {
    const call = fc.record({ after: fc.nat(20_000), tokens: fc.integer({ min: 1, max: 900 }) });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200 }), (calls) => {
        const limiter = new Limiter({ tpm: 1000 }, 0);
        let [now, sent] = [0, 0];
        for (const { after, tokens } of calls) {
          now += after;
          now += limiter.waitMs(need(tokens), now);
          expect(limiter.waitMs(need(tokens), now)).toBe(0);
          limiter.take(need(tokens));
          sent += tokens;
          expect(sent).toBeLessThanOrEqual(1000 + now / 60 + 1e-6);
        }
      }),
    );
  });
});

describe("Concurrency", () => {
  /** The windows after each round in which a service serves `most` calls at a time. */
  const rounds = (most: (round: number) => number, n: number, ceiling = 256): number[] => {
    const concurrency = new Concurrency(ceiling);
    return Array.from({ length: n }, (_, round) => {
      const { window, round: sentIn } = concurrency;
      for (let call = 0; call < Math.min(window, most(round)); call++) concurrency.succeeded(sentIn);
      for (let call = most(round); call < window; call++) concurrency.throttled(sentIn);
      return concurrency.window;
    });
  };

  it("doubles until it is refused, searches between what passed and what did not, and stays just below", () => {
    expect(rounds(() => 100, 12)).toEqual([64, 128, 64, 96, 112, 96, 104, 96, 100, 100, 100, 100]);
  });

  it("begins with the ceiling where that is low, and never passes it", () => {
    expect(rounds(() => 1_000, 3, 8)).toEqual([8, 8, 8]);
    expect(Math.max(...rounds(() => 1_000, 50, 200))).toBe(200);
  });

  it("counts the first refusal of a round, and goes down to one call and no further", () => {
    const concurrency = new Concurrency(16);
    expect([concurrency.throttled(0), concurrency.throttled(0), concurrency.window]).toEqual([true, false, 8]);
    for (let round = 1; round < 9; round++) concurrency.throttled(concurrency.round);
    expect(concurrency.window).toBe(1);
  });

  it("does not take replies to calls of an earlier round for room", () => {
    const concurrency = new Concurrency(16);
    concurrency.throttled(0);
    for (let reply = 0; reply < 100; reply++) concurrency.succeeded(0);
    expect(concurrency.window).toBe(8);
  });

  it("follows a limit that falls, at once, and one that rises, after a while", () => {
    const falling = rounds((round) => (round < 50 ? 100 : 20), 80);
    expect(falling.at(-1)).toBe(20);
    const rising = rounds((round) => (round < 50 ? 20 : 200), 200);
    expect(rising.at(-1)).toBeGreaterThan(180);
  });
});

describe("a limit that a service does not state", () => {
  it.each([
    { kind: "flight", most: 40, saysWhen: true },
    { kind: "rate", most: 40, saysWhen: false },
  ] as const)("is met within a tenth with fewer than 2 % of calls refused: %o", async (limit) => {
    const { share, wasted } = await findLimit(limit, 3_000);
    expect(share).toBeGreaterThan(0.9);
    expect(wasted).toBeLessThan(0.02);
  });
});

describe("backoffMs and pauseMs", () => {
  it("are uniform below a ceiling that doubles from 0.5 s to 60 s; a pause is at least half of it", () => {
    const rng = keyedRng(3);
    for (const [nth, ceiling] of [
      [1, 500],
      [2, 1000],
      [4, 4000],
      [7, 32_000],
      [8, 60_000],
      [40, 60_000],
    ] as const) {
      const waits = Array.from({ length: 2000 }, () => backoffMs(nth, rng));
      expect(Math.max(...waits)).toBeLessThan(ceiling);
      expect(Math.max(...waits)).toBeGreaterThan(0.98 * ceiling);
      expect(waits.reduce((a, b) => a + b, 0) / 2000 / ceiling).toBeCloseTo(0.5, 1);
      const pauses = Array.from({ length: 2000 }, () => pauseMs(nth, rng));
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(ceiling / 2);
      expect(Math.max(...pauses)).toBeLessThan(ceiling);
    }
  });
});

describe("Breaker", () => {
  const tripped = (): { breaker: Breaker; pause: number } => {
    const breaker = new Breaker(keyedRng(1));
    const pauses = [1, 2, 3, 4, 5].map(() => breaker.failed(0, breaker.sent()));
    expect(pauses.slice(0, 4)).toEqual([0, 0, 0, 0]);
    return { breaker, pause: pauses[4] ?? 0 };
  };

  it("opens after five failures in a row, and not when an answer came between", () => {
    const { breaker, pause } = tripped();
    expect(pause).toBeGreaterThanOrEqual(500);
    expect(breaker.waitMs(0)).toBe(pause);
    const lucky = new Breaker(keyedRng(1));
    for (let call = 0; call < 50; call++) {
      if (call % 5 === 4) lucky.answered();
      else expect(lucky.failed(0, lucky.sent())).toBe(0);
    }
    expect(lucky.waitMs(0)).toBe(0);
  });

  it("lets one probe through after the pause; its failure opens a longer one, an answer closes it", () => {
    const { breaker, pause } = tripped();
    expect(breaker.waitMs(pause)).toBe(0);
    expect(breaker.sent()).toBe(true);
    expect(breaker.waitMs(pause)).toBe(Number.POSITIVE_INFINITY);
    const second = breaker.failed(pause, true);
    expect(second).toBeGreaterThanOrEqual(1000);
    expect(breaker.waitMs(pause)).toBe(second);
    breaker.sent();
    breaker.answered();
    expect(breaker.waitMs(pause)).toBe(0);
    expect(breaker.failed(pause, breaker.sent())).toBe(0);
  });

  it("does not mind calls from before the pause that fail during it", () => {
    const { breaker, pause } = tripped();
    expect(breaker.failed(1, false)).toBe(0);
    expect(breaker.waitMs(0)).toBe(pause);
    breaker.sent();
    expect(breaker.failed(pause, false)).toBe(0);
    expect(breaker.waitMs(pause)).toBe(Number.POSITIVE_INFINITY);
  });

  it("is exhausted after ten pauses without an answer", () => {
    const { breaker } = tripped();
    for (let probe = 1; probe < 10; probe++) breaker.failed(0, breaker.sent());
    expect([breaker.trips, breaker.exhausted]).toEqual([10, false]);
    breaker.failed(0, breaker.sent());
    expect(breaker.exhausted).toBe(true);
  });
});
