import { chiSquareTail, studentQuantile, studentTail } from "./distributions.ts";
import { ABOVE_ZERO, BELOW_ONE, needNumber, needNumbers, needPairs, needSome } from "./input.ts";
import { mean, standardDeviation } from "./moments.ts";
import type { Interval } from "./wilson.ts";

/** Student's interval of a mean. @param xs [n >= 2] finite @param level (0, 1) default 0.95 */
export function tInterval(xs: ArrayLike<number>, level = 0.95): Interval {
  needNumber(level, "t-interval, level", ABOVE_ZERO, BELOW_ONE);
  needSome(xs.length, "t-interval", 2);
  const value = mean(xs);
  const error = standardDeviation(xs) / Math.sqrt(xs.length);
  const half = studentQuantile((1 + level) / 2, xs.length - 1) * error;
  return { value, low: value - half, high: value + half };
}

/** A statistic, its degrees of freedom and its p-value. */
export interface TestResult {
  readonly statistic: number;
  readonly df: number;
  readonly p: number;
}

/** Student's paired t-test of mean(a) - mean(b), two-sided. @param a [n >= 2] @param b [n] scores of the same items */
export function pairedTTest(a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  needPairs(a, b, "paired t-test");
  const differences = Array.from(a, (x, i) => x - (b[i] as number));
  needSome(differences.length, "paired t-test", 2);
  const df = differences.length - 1;
  const middle = mean(differences);
  if (middle === 0) return { statistic: 0, df, p: 1 };
  const statistic = (middle / standardDeviation(differences)) * Math.sqrt(differences.length);
  return { statistic, df, p: statistic === 0 ? 1 : 2 * studentTail(Math.abs(statistic), df) };
}

/**
 * Pearson's chi-square test of counts against expected ones.
 * @param counts [k >= 2] @param expected [k] > 0, in any unit: scaled to the counts; default all equal
 * @see Pearson 1900, Phil. Mag. 50:157; for expected counts of five and more
 */
export function chiSquareTest(
  counts: readonly number[],
  expected: readonly number[] = counts.map(() => 1),
): TestResult {
  needPairs(counts, expected, "chi-square test");
  needSome(counts.length, "chi-square test", 2);
  needNumbers(counts, "chi-square test", 0);
  needNumbers(expected, "chi-square test, expected", ABOVE_ZERO);
  const n = counts.reduce((sum, x) => sum + x, 0);
  needNumber(n, "chi-square test, sum of counts", ABOVE_ZERO);
  const scale = n / expected.reduce((sum, x) => sum + x, 0);
  const statistic = counts.reduce(
    (sum, x, i) => sum + (x - scale * (expected[i] as number)) ** 2 / (scale * (expected[i] as number)),
    0,
  );
  return { statistic, df: counts.length - 1, p: chiSquareTail(statistic, counts.length - 1) };
}

/**
 * Pearson's chi-square test of independence in a table of counts, without continuity correction, and Cramér's V in [0, 1].
 * Rows and columns without any count are left out; what then is no table (one row or column) has df 0, p 1 and V NaN.
 * @param table [r >= 2][c >= 2] counts of independent items
 * @see Pearson 1900, Phil. Mag. 50:157; Cramér 1946, section 21.9; for expected counts of five and more
 */
export function chiSquareIndependence(table: readonly (readonly number[])[]): TestResult & { readonly v: number } {
  const what = "chi-square test of independence";
  needSome(table.length, what, 2);
  for (const row of table) {
    needPairs(row, table[0] as readonly number[], what);
    needNumbers(row, what, 0);
  }
  const rows = table.map(sum);
  const columns = (table[0] as readonly number[]).map((_, j) => sum(table.map((row) => row[j] as number)));
  const n = sum(rows);
  needNumber(n, `${what}, sum of counts`, ABOVE_ZERO);
  let statistic = 0;
  for (const [i, row] of table.entries())
    for (const [j, count] of row.entries()) {
      const expected = ((rows[i] as number) * (columns[j] as number)) / n;
      if (expected > 0) statistic += (count - expected) ** 2 / expected;
    }
  const [r, c] = [rows, columns].map((totals) => totals.filter((total) => total > 0).length) as [number, number];
  const df = (r - 1) * (c - 1);
  const v = df === 0 ? Number.NaN : Math.sqrt(statistic / (n * (Math.min(r, c) - 1)));
  return { statistic, df, p: df === 0 ? 1 : chiSquareTail(statistic, df), v };
}

function sum(xs: readonly number[]): number {
  return xs.reduce((total, x) => total + x, 0);
}
