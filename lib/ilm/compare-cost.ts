import type { Interval } from "corrigenda/stats";
import { z } from "zod";
import { logsOf } from "./compare-matrix.ts";
import { gainOf, intervalOf, meanLog, type Quantity, quantity } from "./compare-quantity.ts";
import type { LossTally, Measure } from "./perplexity.ts";
import { GENERAL, LEVELS } from "./plan.ts";
import { AVERAGE, GUESSED, modelId } from "./plan-jobs.ts";

const Count = z.number().int().nonnegative();

/** model.json: what a trained model took and takes. */
export const ModelCard = z.strictObject({
  model: z.string().min(1).max(80),
  parameters: Count,
  /** Of its weights as they are saved. */
  weightBytes: Count,
  /** Of texts, examples, checkpoints and logs. */
  storageBytes: Count,
  /** "cpu", "webgpu", "cuda", with the engine: "ort cpu". */
  device: z.string().max(120),
  trainSeconds: z.number().nonnegative(),
  steps: Count,
  documents: Count,
  examples: Count,
  /** Scored tokens a second in evaluation. */
  tokensPerSecond: z.number().nonnegative(),
  /** Times that training ended in an error of the device. */
  deviceErrors: Count,
});
export type ModelCard = z.infer<typeof ModelCard>;

/** A way to use the models. */
export interface Deployment {
  readonly name: "general" | "level-routed" | "fine-tuned" | "guessed" | "averaged" | "blind";
  /** Whether the learner's level has to be known. */
  readonly needsLevel: boolean;
  /** Held at once; none of them for "blind", which is no deployment. */
  readonly models: readonly string[];
  /** Geometric mean over the five levels. */
  readonly perplexity: Interval;
  /** How much higher the general model's is, in percent; null for itself. */
  readonly gain: Interval | null;
  /** Device hours of training; these and what follows are null where a model has no card. */
  readonly hours: number | null;
  readonly weightBytes: number | null;
  readonly storageBytes: number | null;
  readonly tokensPerSecond: number | null;
  /** More device hours and bytes of weights than the general model takes, for each percent gained; null without a gain. */
  readonly hoursPerPercent: number | null;
  readonly bytesPerPercent: number | null;
}

interface Way extends Pick<Deployment, "name" | "needsLevel" | "models"> {
  /** The model or models that answer on a level; of several, the mean of logs. */
  answers(level: string): readonly string[];
  /** Trained for it, where that is more than what is held. */
  readonly trained?: readonly string[];
  /** Models that every text passes through. */
  readonly passes: "one" | "all";
}

const TUNED = LEVELS.map((level) => modelId(level, { fineTuned: true }));
const WAYS: readonly Way[] = [
  { name: "general", needsLevel: false, models: [GENERAL], passes: "one", answers: () => [GENERAL] },
  { name: "level-routed", needsLevel: true, models: LEVELS, passes: "one", answers: (level) => [level] },
  {
    ...{ name: "fine-tuned", needsLevel: true, models: TUNED, passes: "one", trained: [GENERAL, ...TUNED] },
    answers: (level) => [`${GENERAL}-to-${level}`],
  },
  { name: "guessed", needsLevel: false, models: LEVELS, passes: "all", answers: () => [GUESSED] },
  { name: "averaged", needsLevel: false, models: LEVELS, passes: "all", answers: () => [AVERAGE] },
  // No deployment, but what a wrong level costs on average.
  { name: "blind", needsLevel: false, models: [], passes: "one", answers: () => LEVELS },
];

/** Those that were evaluated on all five levels; the general model first. */
export function deploymentsOf(
  tally: LossTally,
  cards: ReadonlyMap<string, ModelCard>,
  measure: Measure = "infill",
): Deployment[] {
  const general = overLevels(tally, () => [GENERAL], measure);
  const base = sumsOf([GENERAL], cards);
  return WAYS.flatMap((way): Deployment[] => {
    const logs = overLevels(tally, way.answers, measure);
    if (logs === undefined) return [];
    const { name, needsLevel, models, passes } = way;
    const gain = general === undefined || name === "general" ? null : intervalOf(gainOf(general, logs));
    const held = sumsOf(models, cards);
    const trained = sumsOf(way.trained ?? models, cards);
    const percent = gain !== null && gain.value > 0 ? gain.value : undefined;
    const per = (more: number | undefined): number | null =>
      more === undefined || percent === undefined ? null : more / percent;
    const time = held && (passes === "all" ? held.secondsPerToken : held.secondsPerToken / models.length);
    return [
      {
        ...{ name, needsLevel, models },
        perplexity: intervalOf(quantity([logs], Math.exp)),
        ...{ gain, hours: trained?.hours ?? null, weightBytes: held?.weightBytes ?? null },
        storageBytes: trained?.storageBytes ?? null,
        tokensPerSecond: time ? 1 / time : null,
        hoursPerPercent: per(trained && base && trained.hours - base.hours),
        bytesPerPercent: per(held && base && held.weightBytes - base.weightBytes),
      },
    ];
  });
}

/** ln of perplexity, mean over levels; undefined where a level is missing. */
function overLevels(tally: LossTally, answers: Way["answers"], measure: Measure): Quantity | undefined {
  const levels: Quantity[] = [];
  for (const level of LEVELS) {
    // Beside the general model, so that other documents are noticed.
    const [, ...logs] = logsOf(tally, [GENERAL, ...answers(level)], level, measure) ?? [];
    if (logs.length === 0) return undefined;
    levels.push(meanLog(logs));
  }
  return meanLog(levels);
}

interface Sums {
  readonly hours: number;
  readonly weightBytes: number;
  readonly storageBytes: number;
  readonly secondsPerToken: number;
}

function sumsOf(models: readonly string[], cards: ReadonlyMap<string, ModelCard>): Sums | undefined {
  if (models.length === 0) return undefined;
  let sums: Sums = { hours: 0, weightBytes: 0, storageBytes: 0, secondsPerToken: 0 };
  for (const model of models) {
    const card = cards.get(model);
    if (card === undefined) return undefined;
    sums = {
      hours: sums.hours + card.trainSeconds / 3600,
      weightBytes: sums.weightBytes + card.weightBytes,
      storageBytes: sums.storageBytes + card.storageBytes,
      secondsPerToken: sums.secondsPerToken + 1 / card.tokensPerSecond,
    };
  }
  return sums;
}
