import { StudyError } from "corrigenda/error";
import { roundToHalf } from "./bands.ts";
import type { PerCriterion } from "./criteria.ts";
import { featurizer } from "./features.ts";
import { plainWords } from "./near-duplicates.ts";
import { fitRidge, predict } from "./ridge.ts";

/** An essay with the bands that it should get. */
export interface Scored {
  readonly prompt: string;
  readonly essay: string;
  readonly overall: number;
  readonly bands: PerCriterion<number>;
}

/** The bands of one essay, as somebody gave them. */
export interface Bands {
  readonly overall: number;
  readonly bands: PerCriterion<number>;
}

/** A small model that a large one has to beat. */
export interface Baseline {
  readonly essays: number;
  readonly columns: number;
  readonly penalty: number;
  score(essay: string): Bands;
}

const PENALTIES = [0.3, 1, 3, 10, 30, 100, 300, 1_000];
const PARTS = 5;
const LEAST = 10;

/** Ridge regression on length, variety, sentences, connectives, error cues and words; it sees training essays alone. */
export function trainBaseline(training: readonly Scored[]): Baseline {
  if (training.length < LEAST)
    throw new StudyError(
      "dataset",
      `the baseline learns from ${LEAST} essays or more, train.jsonl has ${training.length}`,
    );
  const features = featurizer(training.map(({ essay }) => essay));
  const x = training.map(({ essay }) => features.of(essay));
  const y = training.map(({ overall, bands }) => [overall, ...bands]);
  const model = fitRidge(x, y, { penalties: PENALTIES, parts: partsOf(training) });
  return {
    essays: training.length,
    columns: features.names.length,
    penalty: model.penalty,
    score: (essay) => {
      const [overall = 0, tr = 0, cc = 0, lr = 0, gra = 0] = predict(model, features.of(essay)).map(band);
      return { overall, bands: [tr, cc, lr, gra] };
    },
  };
}

/** Essays on one question are left out together, as held-out essays are about questions of their own. */
function partsOf(training: readonly Scored[]): number[] {
  const places = new Map<string, number>();
  return training.map(({ prompt }, row) => {
    const key = plainWords(prompt).join(" ") || `row ${row}`;
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    return place % PARTS;
  });
}

function band(value: number): number {
  return roundToHalf(Math.min(9, Math.max(0, value)));
}
