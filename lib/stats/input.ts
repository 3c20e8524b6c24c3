import { StudyError } from "corrigenda/error";

/** Throws unless there are `least` values. */
export function needSome(n: number, what: string, least = 1): void {
  if (n >= least) return;
  throw new StudyError("dataset", `${what}: ${n} values, at least ${least} are needed; give more rows`, {
    facts: { n },
  });
}

/** Throws unless both lists have the same length, and one value at least. */
export function needPairs(a: ArrayLike<unknown>, b: ArrayLike<unknown>, what: string): void {
  needSome(a.length, what);
  if (a.length === b.length) return;
  const sentence = `${what}: ${a.length} values beside ${b.length}; give two lists about the same items, in one order`;
  throw new StudyError("dataset", sentence, { facts: { a: a.length, b: b.length } });
}

/** Ends of ranges that are open: (0, ...) and (..., 1). */
export const ABOVE_ZERO = Number.MIN_VALUE;
export const BELOW_ONE = 1 - Number.EPSILON / 2;

/** Throws unless every value is a finite number in [low, high]. */
export function needNumbers(xs: ArrayLike<number>, what: string, low = -Infinity, high = Infinity): void {
  for (let i = 0; i < xs.length; i++) needField(xs[i] as number, what, "value", i, low, high);
}

/** Throws unless the value at a place of a list is a finite number in [low, high]. */
export function needField(x: number, what: string, name: string, at: number, low = -Infinity, high = Infinity): void {
  // The sentence is made only when it is needed: this runs for every value of every resample.
  if (!(x >= low && x <= high && Number.isFinite(x))) needNumber(x, `${what}, ${name} ${at}`, low, high);
}

/** Throws unless the value is a finite number in [low, high]. */
export function needNumber(x: number, what: string, low = -Infinity, high = Infinity): void {
  if (Number.isFinite(x) && x >= low && x <= high) return;
  const from = low === -Infinity ? "(-Infinity" : low === ABOVE_ZERO ? "(0" : `[${low}`;
  const to = high === Infinity ? "Infinity)" : high === BELOW_ONE ? "1)" : `${high}]`;
  throw new StudyError(
    "dataset",
    `${what}: ${x} is not a finite number in ${from}, ${to}; leave the row out or mend it`,
  );
}

/** Throws unless the value is a whole number, `least` or more. */
export function needCount(n: number, what: string, least = 0): void {
  if (Number.isSafeInteger(n) && n >= least) return;
  throw new StudyError("dataset", `${what}: ${n} is not a whole number of at least ${least}; give a count`);
}
