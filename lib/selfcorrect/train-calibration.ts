import { brierScore } from "corrigenda/stats";
import { z } from "zod";

/** Turns the log odds of a head into a probability. */
export const Calibration = z.discriminatedUnion("kind", [
  /** Log odds are divided by the temperature. @see Guo et al. 2017, arXiv:1706.04599, §4.2 */
  z.strictObject({ kind: z.literal("temperature"), temperature: z.number().positive() }),
  /** Straight lines between knots, level beyond the ends. @see Zadrozny & Elkan 2002, KDD, §3.3 */
  z.strictObject({
    kind: z.literal("isotonic"),
    logits: z.array(z.number()).min(1),
    shares: z.array(z.number()).min(1),
  }),
]);
export type Calibration = z.infer<typeof Calibration>;

/** @param logit log odds @returns [0, 1] */
export function calibrated(calibration: Calibration, logit: number): number {
  if (calibration.kind === "temperature") return 1 / (1 + Math.exp(-logit / calibration.temperature));
  const { logits, shares } = calibration;
  let [low, high] = [0, logits.length - 1];
  if (logit <= (logits[low] ?? 0)) return shares[low] ?? 0;
  if (logit >= (logits[high] ?? 0)) return shares[high] ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((logits[middle] ?? 0) <= logit) low = middle;
    else high = middle;
  }
  const [left, right] = [logits[low] ?? 0, logits[high] ?? 0];
  return (shares[low] ?? 0) + ((logit - left) / (right - left)) * ((shares[high] ?? 0) - (shares[low] ?? 0));
}

/** The temperatures that are looked at: a head that says nothing would want an infinite one. */
const [COLDEST, HOTTEST] = [0.01, 100];
const HALVINGS = 60;

/**
 * The temperature that makes labels likeliest.
 * @param scores [n >= 1][classes] @param labels [n] classes, from 0 @param weights [n] how much each counts
 * @see Guo et al. 2017, arXiv:1706.04599, formula 9
 */
export function fitTemperature(
  scores: readonly ArrayLike<number>[],
  labels: readonly number[],
  weights: readonly number[] = labels.map(() => 1),
): number {
  // The loss is convex in 1 / temperature: its slope changes sign once.
  let [low, high] = [Math.log(1 / HOTTEST), Math.log(1 / COLDEST)];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (slopeAt(Math.exp(middle), scores, labels, weights) < 0) low = middle;
    else high = middle;
  }
  return Math.exp(-(low + high) / 2);
}

function slopeAt(
  inverse: number,
  scores: readonly ArrayLike<number>[],
  labels: readonly number[],
  weights: readonly number[],
): number {
  let slope = 0;
  for (const [at, own] of scores.entries()) {
    const values = Array.from(own);
    const most = Math.max(...values);
    const shares = values.map((value) => Math.exp(inverse * (value - most)));
    const total = shares.reduce((sum, share) => sum + share, 0);
    const expected = values.reduce((sum, value, one) => sum + value * ((shares[one] ?? 0) / total), 0);
    slope += (weights[at] ?? 0) * (expected - (values[labels[at] ?? 0] ?? 0));
  }
  return slope;
}

/**
 * The rising steps that lie closest to the outcomes, by pooling adjacent violators; equal log odds are one.
 * @param logits [n >= 1] @param outcomes [n]
 */
export function fitIsotonic(
  logits: readonly number[],
  outcomes: readonly boolean[],
): Calibration & { kind: "isotonic" } {
  const order = logits.map((_, at) => at).sort((a, b) => (logits[a] ?? 0) - (logits[b] ?? 0));
  const blocks: { from: number; to: number; n: number; right: number }[] = [];
  for (const at of order) {
    const [logit, right] = [logits[at] ?? 0, outcomes[at] ? 1 : 0];
    const last = blocks.at(-1);
    if (last && last.from === last.to && last.to === logit) {
      last.n += 1;
      last.right += right;
    } else blocks.push({ from: logit, to: logit, n: 1, right });
  }
  const pooled: typeof blocks = [];
  for (const block of blocks) {
    let own = block;
    for (let last = pooled.at(-1); last && last.right * own.n >= own.right * last.n; last = pooled.at(-1)) {
      pooled.pop();
      own = { from: last.from, to: own.to, n: last.n + own.n, right: last.right + own.right };
    }
    pooled.push(own);
  }
  const knots = pooled.flatMap(({ from, to, n, right }) =>
    (from === to ? [from] : [from, to]).map((logit) => ({ logit, share: right / n })),
  );
  return { kind: "isotonic", logits: knots.map(({ logit }) => logit), shares: knots.map(({ share }) => share) };
}

/** Both ways, and the Brier score of each on folds that it was not fitted on. */
export interface CalibrationChoice {
  readonly calibration: Calibration;
  readonly brier: Readonly<Record<Calibration["kind"], number>>;
}

/** @param folds [n] the part of each item; two or more parts */
export function chooseCalibration(
  logits: readonly number[],
  outcomes: readonly boolean[],
  folds: readonly number[],
): CalibrationChoice {
  const fits = {
    temperature: (own: readonly number[], seen: readonly boolean[]): Calibration => ({
      kind: "temperature",
      temperature: fitTemperature(
        own.map((logit) => [0, logit]),
        seen.map(Number),
      ),
    }),
    isotonic: fitIsotonic,
  };
  const score = (fit: (own: readonly number[], seen: readonly boolean[]) => Calibration): number => {
    const said = new Float64Array(logits.length);
    for (const fold of new Set(folds)) {
      const others = <T>(items: readonly T[]): T[] => items.filter((_, at) => folds[at] !== fold);
      const own = fit(others(logits), others(outcomes));
      for (const [at, logit] of logits.entries()) if (folds[at] === fold) said[at] = calibrated(own, logit);
    }
    return brierScore(said, outcomes);
  };
  const brier = { temperature: score(fits.temperature), isotonic: score(fits.isotonic) };
  const kind = brier.isotonic < brier.temperature ? "isotonic" : "temperature";
  return { calibration: fits[kind](logits, outcomes), brier };
}
