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
  const sentence = `${what}: ${a.length} values beside ${b.length}; give two lists about the same items, in the same order`;
  throw new StudyError("dataset", sentence, { facts: { a: a.length, b: b.length } });
}

/** Throws unless every value is a finite number in [low, high]. */
export function needNumbers(xs: ArrayLike<number>, what: string, low = -Infinity, high = Infinity): void {
  for (let i = 0; i < xs.length; i++) needNumber(xs[i] as number, `${what}, value ${i}`, low, high);
}

/** Throws unless the value is a finite number in [low, high]. */
export function needNumber(x: number, what: string, low = -Infinity, high = Infinity): void {
  if (Number.isFinite(x) && x >= low && x <= high) return;
  const range = low === -Infinity && high === Infinity ? "a finite number" : `a number in [${low}, ${high}]`;
  throw new StudyError("dataset", `${what}: ${x} is not ${range}; leave the row out or mend it`);
}

/** Throws unless the value is a whole number, `least` or more. */
export function needCount(n: number, what: string, least = 0): void {
  if (Number.isSafeInteger(n) && n >= least) return;
  throw new StudyError("dataset", `${what}: ${n} is not a whole number of at least ${least}; give a count`);
}
