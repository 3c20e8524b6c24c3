import { packBatch } from "corrigenda/train";
import { expect, test } from "vitest";
import { fillMask } from "../../lib/train/dropout.ts";
import { feedsOf } from "../../lib/train/feeds.ts";

const options = { context: 16, width: 8, means: [[1], [2, 3]] };
const example = (length: number, kind = 1) => ({
  tokens: Array.from({ length }, (_, at) => at + 1),
  kinds: Array.from({ length }, (_, at) => (at === length - 1 ? 2 : kind)),
});

test("short examples share rows: no place is left where the lengths allow it", () => {
  const batch = packBatch([example(6), example(4), example(2), example(4)], options);
  expect(batch.rows * batch.length).toBe(16);
  expect([...batch.segments].filter((segment) => segment === 0)).toEqual([]);
  expect([...batch.positions].filter((position) => position === 0)).toHaveLength(4);
});

test("each list of kinds is a mean over the whole batch, and an empty list adds nothing", () => {
  const batch = packBatch([example(5), example(3)], options);
  const of = (kind: number) => [...batch.weights].filter((_, at) => batch.kinds[at] === kind);
  expect(of(1)).toEqual([0.25, 0.25, 0.25, 0.25].map(Math.fround));
  expect(of(2)).toEqual([0.5, 0.5]);
  const none = packBatch([{ tokens: [1, 2, 3], kinds: [0, 1, 0] }], options);
  expect([...none.weights]).toEqual([1]);
});

test("a batch without any target still has a place that weighs nothing", () => {
  const { sizes, inputs } = feedsOf(packBatch([{ tokens: [1, 2], kinds: [0, 0] }], options), 2);
  expect(sizes.targets).toBe(1);
  expect(inputs.get("weights.0")?.data).toEqual(new Float32Array(1));
});

test("an example that is too long, empty or without kinds is refused by its number", () => {
  expect(() => packBatch([example(4), example(17)], options)).toThrow("example 1 has 17 tokens");
  expect(() => packBatch([{ tokens: [], kinds: [] }], options)).toThrow("example 0 has 0 tokens");
  expect(() => packBatch([{ tokens: [1, 2], kinds: [0] }], options)).toThrow("2 tokens and 1 kinds");
});

test("a token sees its own example up to itself, and no more", () => {
  const batch = packBatch([example(3), example(2)], { ...options, width: 1 });
  const mask = feedsOf(batch, 1).inputs.get("mask")?.data ?? [];
  const seen = (row: number, at: number) =>
    [...mask.slice((row * batch.length + at) * batch.length, (row * batch.length + at + 1) * batch.length)].flatMap(
      (x, to) => (x === 0 ? [to] : []),
    );
  expect(batch.length).toBe(3);
  expect([seen(0, 0), seen(0, 1), seen(0, 2), seen(1, 1)]).toEqual([[0], [0, 1], [0, 1, 2], [0, 1]]);
});

test("a dropout mask drops its share, and two keys drop different places", () => {
  const [a, b] = [new Float32Array(1e5), new Float32Array(1e5)];
  fillMask(a, [1, 2], 0.1);
  fillMask(b, [1, 3], 0.1);
  const dropped = (mask: Float32Array) => mask.filter((x) => x === 0).length / mask.length;
  const both = a.filter((x, at) => x === 0 && b[at] === 0).length / a.length;
  // Binomial: standard errors 0.00095 and 0.00031; four of them.
  expect(Math.abs(dropped(a) - 0.1)).toBeLessThan(0.0038);
  expect(Math.abs(both - 0.01)).toBeLessThan(0.00126);
  expect(new Set(a)).toEqual(new Set([0, Math.fround(1 / 0.9)]));
});
