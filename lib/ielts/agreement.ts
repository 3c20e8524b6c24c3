import { isStudyError } from "corrigenda/error";
import {
  agreementWithin,
  bootstrapAt,
  confusionMatrix,
  meanAbsoluteError,
  pearson,
  weightedKappa,
} from "corrigenda/stats";
import { z } from "zod";
import { CODES } from "./criteria.ts";

/** 0, 0.5, …, 9: what QWK and the confusion matrix are over. */
export const HALF_BANDS: readonly number[] = Array.from({ length: 19 }, (_, half) => half / 2);

const RESAMPLES = 1_000;

type Numbers = readonly number[];
export const MEASURES = {
  qwk: (truth: Numbers, said: Numbers) => weightedKappa(truth, said, HALF_BANDS, "quadratic"),
  mae: meanAbsoluteError,
  within_05: (truth: Numbers, said: Numbers) => agreementWithin(truth, said, 0.5),
  within_10: (truth: Numbers, said: Numbers) => agreementWithin(truth, said, 1),
} as const;
export type Measure = keyof typeof MEASURES;

const End = z.number().nullable();
/** A number with its 95 % bootstrap interval over essays; null where it is not defined for these essays. */
export const Estimated = z.strictObject({ value: End, low: End, high: End });
export type Estimated = z.infer<typeof Estimated>;

const Four = z.strictObject({ qwk: Estimated, mae: Estimated, within_05: Estimated, within_10: Estimated });
/** How two scorers agree with the bands that were given, on the same essays. */
export const Agreement = z.strictObject({
  target: z.enum(["overall", ...CODES]),
  n: z.number().int(),
  model: Four,
  baseline: Four,
  /** Model less baseline, each resample having the same essays for both. */
  difference: Four,
});
export type Agreement = z.infer<typeof Agreement>;

/** One essay: the band given, the model's, the baseline's. */
export interface Judged {
  readonly truth: number;
  readonly model: number;
  readonly baseline: number;
}

/** @param seed the same one gives the same intervals */
export function agreement(target: Agreement["target"], rows: readonly Judged[], seed: number): Agreement {
  const at = (key: keyof Judged, positions: Iterable<number>): number[] =>
    Array.from(positions, (place) => rows[place]?.[key] ?? Number.NaN);
  const of = (measure: Measure, who: "model" | "baseline") => (positions: Uint32Array) =>
    MEASURES[measure](at("truth", positions), at(who, positions));
  const four = (statistic: (measure: Measure) => (positions: Uint32Array) => number) => ({
    qwk: estimated(rows.length, statistic("qwk"), seed),
    mae: estimated(rows.length, statistic("mae"), seed),
    within_05: estimated(rows.length, statistic("within_05"), seed),
    within_10: estimated(rows.length, statistic("within_10"), seed),
  });
  return {
    ...{ target, n: rows.length },
    model: four((measure) => of(measure, "model")),
    baseline: four((measure) => of(measure, "baseline")),
    difference: four((measure) => {
      const [model, baseline] = [of(measure, "model"), of(measure, "baseline")];
      return (positions) => model(positions) - baseline(positions);
    }),
  };
}

function estimated(n: number, statistic: (positions: Uint32Array) => number, seed: number): Estimated {
  if (n === 0) return { value: null, low: null, high: null };
  try {
    const { value, low, high } = bootstrapAt(n, statistic, { seed, resamples: RESAMPLES, method: "percentile" });
    return { value, low, high };
  } catch (error) {
    if (!isStudyError(error)) throw error;
    const value = statistic(Uint32Array.from({ length: n }, (_, place) => place));
    return { value: Number.isNaN(value) ? null : value, low: null, high: null };
  }
}

/** [19, 19]: rows are the bands given, columns those said. */
export function bandConfusion(rows: readonly Judged[], who: "model" | "baseline"): number[][] {
  if (rows.length === 0) return HALF_BANDS.map(() => HALF_BANDS.map(() => 0));
  const { counts } = confusionMatrix(
    rows.map(({ truth }) => truth),
    rows.map((row) => row[who]),
    HALF_BANDS,
  );
  return counts.map((row) => [...row]);
}

/** Pearson's r of a scorer's bands with the essays' words; null where one of them does not vary. */
export function withLength(bands: Numbers, words: Numbers): number | null {
  const r = bands.length < 2 ? Number.NaN : pearson(bands, words);
  return Number.isNaN(r) ? null : r;
}
