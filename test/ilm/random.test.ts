import { nodeDisk, readText } from "corrigenda/files";
import { documentChance, permutation, pythonChance, sampleOf, shuffleInPlace } from "corrigenda/ilm";
import { expect, test } from "vitest";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test("draws are CPython's: random, randint, shuffle, sample, choice", async (context) => {
  const path = "../shared/data/reference/golden_py_random.json";
  const disk = nodeDisk(".");
  if ((await disk.size(path)) === undefined) return context.skip(`${path} is not here`);
  const golden = JSON.parse(await readText(disk, path)) as Record<string, number[]>;
  const zero = (): ReturnType<typeof pythonChance> => pythonChance(0);
  const [a, b] = [zero(), zero()];
  expect(range(10).map(() => a.random())).toEqual(golden.seed0_random10);
  expect(range(20).map(() => 1 + b.below(8))).toEqual(golden.seed0_randint_1_8_x20);
  const [ten, eighty] = [range(10), range(80)];
  shuffleInPlace(ten, zero());
  expect(ten).toEqual(golden.seed0_shuffle_range10);
  shuffleInPlace(eighty, pythonChance(123));
  expect(eighty).toEqual(golden.seed123_shuffle_range80);
  expect(sampleOf(range(100), 10, zero())).toEqual(golden.seed0_sample_range100_10);
  const c = pythonChance(42);
  expect(range(4).map(() => [-0.5, 0, 0.5][c.below(3)])).toEqual(golden["seed42_choice_-0.5_0_0.5_x4"]);
});

test("a seed of more than 32 bits is CPython's too", () => {
  // Python 3.11: random.seed(2**40 + 5); random.random()
  expect(pythonChance(2 ** 40 + 5).random()).toBe(0.5043802970418443);
});

test("a small sample comes from a pool, as CPython draws it", () => {
  // Python 3.11: random.seed(3); random.sample(range(7), 3); random.sample(range(7), 7)
  const chance = pythonChance(3);
  expect(sampleOf(range(7), 3, chance)).toEqual([1, 4, 5]);
  expect(sampleOf(range(7), 7, chance)).toEqual([1, 2, 4, 3, 5, 0, 6]);
  expect(() => sampleOf(range(2), 3, chance)).toThrow("a sample of 3 out of 2");
});

test("permutations are those of NumPy's RandomState", () => {
  // NumPy 2.4.6: RandomState(0).permutation(20); RandomState(7).permutation(1000)[:10]
  expect([...permutation(20, 0)]).toEqual([18, 1, 19, 8, 10, 17, 6, 13, 4, 2, 5, 14, 9, 7, 16, 11, 3, 0, 15, 12]);
  expect([...permutation(1000, 7).slice(0, 10)]).toEqual([778, 334, 271, 802, 216, 408, 812, 94, 487, 170]);
  expect([...permutation(1, 3)]).toEqual([0]);
});

test("a document's draws depend on its seed and number alone", () => {
  const three = (seed: number, document: number): number[] => {
    const { random } = documentChance(seed, document);
    return [random(), random(), random()];
  };
  expect(three(1, 5)).toEqual(three(1, 5));
  expect(three(1, 5)).not.toEqual(three(1, 6));
  expect(three(1, 5)).not.toEqual(three(2, 5));
});
