import { keyedRng } from "corrigenda/rng";
import { expect, test } from "vitest";
import { sampleRows } from "../../lib/engine/sample.ts";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test("a stream that is no longer than the sample comes out whole and in order", async () => {
  expect(await sampleRows(numbers(3), 5, keyedRng(1))).toEqual([0, 1, 2]);
  expect(await sampleRows([], 5, keyedRng(1))).toEqual([]);
});

test("a sample keeps the stream's order, has no row twice, and is the same every time", async () => {
  const sample = await sampleRows(numbers(10_000), 100, keyedRng(1));
  expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b));
  expect(sample).toHaveLength(100);
  expect(await sampleRows(numbers(10_000), 100, keyedRng(1))).toEqual(sample);
});

test("every row is as likely as any other: the first, the last and those between", async () => {
  const hits = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 4_000; seed++)
    for (const row of await sampleRows(numbers(10), 3, keyedRng(seed))) hits[row] = (hits[row] ?? 0) + 1;
  // 4,000 · 3/10 = 1,200 each; 5 standard deviations are 145
  for (const hit of hits) expect(Math.abs(hit - 1_200)).toBeLessThan(145);
});
