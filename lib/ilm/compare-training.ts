import { z } from "zod";

/** A line of a training's metrics.jsonl: a step, or an evaluation. Losses in nats. */
export const TrainingLine = z.looseObject({
  step: z.number().int().nonnegative(),
  loss: z.number().optional(),
  validation: z.number().optional(),
});
export type TrainingLine = z.infer<typeof TrainingLine>;

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** One model's training, as its report needs it. */
export interface Training {
  readonly model: string;
  /** Means over equal stretches of steps, each at its last step. */
  readonly curve: readonly LossPoint[];
  readonly validation: readonly LossPoint[];
  readonly hasCheckpoint: boolean;
  readonly hasLog: boolean;
}

/** Points of a curve at most: more are not seen. */
const POINTS = 200;

/** Adds up the lines of a metrics.jsonl; memory does not grow with the steps. */
export function trainingCurve(): {
  add(line: TrainingLine): void;
  result(): Pick<Training, "curve" | "validation">;
} {
  let stretch = 1;
  let points: { step: number; sum: number; count: number }[] = [];
  const validation: LossPoint[] = [];
  return {
    add: ({ step, loss, validation: scored }) => {
      if (scored !== undefined) validation.push({ step, loss: scored });
      if (loss === undefined) return;
      const last = points.at(-1);
      if (last !== undefined && last.count < stretch) {
        Object.assign(last, { step, sum: last.sum + loss, count: last.count + 1 });
        return;
      }
      if (points.length === 2 * POINTS) {
        points = joined(points);
        stretch *= 2;
      }
      points.push({ step, sum: loss, count: 1 });
    },
    result: () => {
      const shown = points.length > POINTS ? joined(points) : points;
      return { curve: shown.map(({ step, sum, count }) => ({ step, loss: sum / count })), validation };
    },
  };
}

/** Two stretches into one. */
function joined<T extends { step: number; sum: number; count: number }>(points: readonly T[]): T[] {
  return points.flatMap((point, at) => {
    if (at % 2 === 1) return [];
    const next = points[at + 1];
    if (next === undefined) return [point];
    return [{ ...point, step: next.step, sum: point.sum + next.sum, count: point.count + next.count }];
  });
}

/** Mean of the first and of the last tenth of a curve, one point at least; undefined with fewer than two points. */
export function firstAndLast(curve: readonly LossPoint[]): { first: number; last: number } | undefined {
  if (curve.length < 2) return undefined;
  const size = Math.max(1, Math.floor(curve.length / 10));
  const mean = (points: readonly LossPoint[]): number =>
    points.reduce((sum, { loss }) => sum + loss, 0) / points.length;
  return { first: mean(curve.slice(0, size)), last: mean(curve.slice(-size)) };
}
