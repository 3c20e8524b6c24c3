import { wilson } from "corrigenda/stats";
import fc from "fast-check";
import { expect, test } from "vitest";

test("Wilson's interval equals the published examples (Newcombe 1998, Stat Med 17:857, table I, method 3)", () => {
  for (const [hits, n, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    expect(wilson(hits, n).low).toBeCloseTo(low, 4);
    expect(wilson(hits, n).high).toBeCloseTo(high, 4);
  }
});

test("nothing counted means nothing known", () => {
  expect(wilson(0, 0)).toEqual({ value: 0, low: 0, high: 1 });
});

test("the interval holds its share, lies in [0, 1] and mirrors with misses", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 1000 }), (a, n) => {
      const hits = Math.min(a, n);
      const { value, low, high } = wilson(hits, n);
      const mirror = wilson(n - hits, n);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(mirror.low).toBeCloseTo(1 - high, 10);
    }),
  );
});
