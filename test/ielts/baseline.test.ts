import { fitRidge, overallOf, trainBaseline } from "corrigenda/ielts";
import { describe, expect, test } from "vitest";
import { examples } from "./fixture.ts";

const rows = (of: number[][]) => of.map((row) => Float64Array.from(row));
const one = (penalty: number) => ({ penalties: [penalty], parts: [] });

describe("ridge regression is the closed form:", () => {
  test("one column: w = Sxy / (Sxx + penalty)", () => {
    // Sxx = 2, Sxy = 2.5, means 2 and 13/6.
    const { weights, intercepts } = fitRidge(rows([[1], [2], [3]]), [[1], [2], [3.5]], one(1));
    expect(weights[0]?.[0]).toBeCloseTo(2.5 / 3, 12);
    expect(intercepts[0]).toBeCloseTo(13 / 6 - (2 * 2.5) / 3, 12);
  });

  test("two orthogonal columns and two targets shrink each by 4 / (4 + penalty)", () => {
    const x = rows([
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ]);
    const { weights, intercepts } = fitRidge(x, [[3, 1], [1, 1], [2, 1], [0, 1]], one(4)); // biome-ignore format: a table
    for (const [at, expected] of [0.25, 0.5].entries()) expect(weights[0]?.[at]).toBeCloseTo(expected, 12);
    for (const at of [0, 1]) expect(weights[1]?.[at]).toBeCloseTo(0, 12);
    expect(intercepts).toEqual([1.5, 1]);
  });

  test("correlated columns: the inverse of a 2 x 2 matrix by hand", () => {
    // Centred: x1 = (-1, 0, 1), x2 = (-1, 1, 0), y = (-2, 1, 1): [[2,1],[1,2]] + I, right side (3, 3), w = (3/4, 3/4).
    const { weights } = fitRidge(rows([[0, 0], [1, 2], [2, 1]]), [[0], [3], [3]], one(1)); // biome-ignore format: a table
    expect(weights[0]?.[0]).toBeCloseTo(0.75, 12);
    expect(weights[0]?.[1]).toBeCloseTo(0.75, 12);
  });

  test("columns that repeat one another are refused without a penalty, and share the weight with one", () => {
    const x = rows([[1, 1], [2, 2], [3, 3]]); // biome-ignore format: a table
    expect(() => fitRidge(x, [[1], [2], [3]], one(0))).toThrow("penalty above 0");
    const { weights } = fitRidge(x, [[1], [2], [3]], one(1));
    expect(weights[0]?.[0]).toBeCloseTo(2 / 5, 12);
    expect(weights[0]?.[1]).toBeCloseTo(2 / 5, 12);
  });

  test("of several penalties the one is taken that is best on what was left out", () => {
    const x = rows(Array.from({ length: 40 }, (_, at) => [at % 7, (at * at) % 11]));
    const parts = x.map((_, at) => at % 4);
    const exact = x.map(([a = 0, b = 0]) => [2 * a - b]);
    const noise = x.map((_, at) => [Math.sin(at * 12.9898) * 5]);
    const penalties = [0.001, 10_000];
    expect(fitRidge(x, exact, { penalties, parts }).penalty).toBe(0.001);
    expect(fitRidge(x, noise, { penalties, parts }).penalty).toBe(10_000);
  });
});

test("the baseline learns length from training essays, and gives bands on the grid", async () => {
  const essay = (words: number): string =>
    Array.from({ length: words }, (_, at) => `word${at % 13}${at % 9 === 8 ? "." : ""}`).join(" ");
  const training = Array.from({ length: 40 }, (_, at) => {
    const overall = 4 + (at % 9) / 2;
    return {
      prompt: `question ${at}`,
      essay: essay(overall * 40),
      overall,
      bands: [overall, overall, overall, overall] as const,
    };
  });
  const baseline = trainBaseline(training);
  expect(baseline.essays).toBe(40);
  const [short, long] = [baseline.score(essay(175)), baseline.score(essay(310))];
  expect(Math.abs(short.overall - 4.375)).toBeLessThanOrEqual(1);
  expect(Math.abs(long.overall - 7.75)).toBeLessThanOrEqual(1);
  expect(Number.isInteger(2 * overallOf(long.bands))).toBe(true);
});

test("the bundled essays teach it more than the mean does", async () => {
  const all = await examples();
  const mean = all.reduce((sum, { overall }) => sum + overall, 0) / all.length;
  const held = all.filter((_, at) => at % 5 === 0);
  const baseline = trainBaseline(all.filter((_, at) => at % 5 !== 0));
  const error = (of: (essay: string) => number): number =>
    held.reduce((sum, { essay, overall }) => sum + Math.abs(of(essay) - overall), 0) / held.length;
  expect(error((essay) => baseline.score(essay).overall)).toBeLessThan(error(() => mean));
});

test("too few training essays are refused", async () => {
  expect(() => trainBaseline([])).toThrow("10 essays or more, train.jsonl has 0");
});
