import { StudyError } from "corrigenda/error";
import { type Cell, isMissing } from "./danfo.ts";

/** The numbers among the cells: missing ones are passed over. @throws StudyError "dataset" on a text or truth value */
export function numbersIn(cells: readonly Cell[], name: string): number[] {
  const there = cells.filter((cell) => !isMissing(cell));
  const other = there.find((cell) => typeof cell !== "number");
  if (other === undefined) return there as number[];
  throw new StudyError("dataset", `column ${name} holds ${typeof other}s, not numbers only; choose other columns`);
}

/** Neumaier's compensated sum: the order of the numbers hardly matters. 0 of nothing. */
export function sum(xs: readonly number[]): number {
  let [total, lost] = [0, 0];
  for (const x of xs) {
    const next = total + x;
    lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
    total = next;
  }
  return Number.isFinite(total) ? total + lost : total;
}

/** NaN of nothing. */
export function mean(xs: readonly number[]): number {
  return sum(xs) / xs.length;
}

/** Of a sample (n - 1); NaN below two. */
export function std(xs: readonly number[]): number {
  const middle = mean(xs);
  return xs.length < 2 ? Number.NaN : Math.sqrt(sum(xs.map((x) => (x - middle) ** 2)) / (xs.length - 1));
}

/**
 * A quantile as R, NumPy and pandas compute it by default; missing cells are passed over, NaN of nothing.
 * @param p [0 to 1] @see Hyndman & Fan 1996, type 7
 */
export function quantile(cells: readonly Cell[], p: number): number {
  if (!(p >= 0 && p <= 1)) throw new StudyError("dataset", `a quantile of ${p} is none; choose one from 0 to 1`);
  return quantileOf(Float64Array.from(numbersIn(cells, "")).sort(), p);
}

export function quantileOf(sorted: Float64Array, p: number): number {
  const at = (sorted.length - 1) * p;
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low === high ? low : low + (high - low) * (at - Math.floor(at));
}

/** Pearson's r over the places where both are there; NaN where one does not vary. */
export function pearson(xs: readonly Cell[], ys: readonly Cell[]): number {
  const both = [...xs.keys()].filter((place) => !isMissing(xs[place]) && !isMissing(ys[place]));
  const [as, bs] = [xs, ys].map((cells) => both.map((place) => cells[place]));
  const [a, b] = [centred(numbersIn(as ?? [], "x")), centred(numbersIn(bs ?? [], "y"))];
  const product = (left: readonly number[], right: readonly number[]): number =>
    sum(left.map((x, place) => x * (right[place] ?? 0)));
  const r = product(a, b) / Math.sqrt(product(a, a) * product(b, b));
  return Math.max(-1, Math.min(1, r)); // rounding
}

function centred(xs: readonly number[]): number[] {
  const middle = mean(xs);
  return xs.map((x) => x - middle);
}
