import type { TrainPlan } from "corrigenda/train";
import { TARGET } from "./example-layout.ts";
import type { Plan } from "./plan.ts";
import type { Training } from "./plan-jobs.ts";

const ANSWERS = [TARGET.INFILL, TARGET.INFILL_SPECIAL];

/** What a plan says of its trainings. */
export type TrainSettings = Pick<Plan, "seed" | "batch" | "accumulate" | "length" | "rate" | "evaluateSteps">;

/**
 * How the trainer trains a model of a plan. The loss is the mean over answers and their ends (and redundant text, where
 * the task has any) plus the mean over the context; the best model is the one with the lowest loss of answers.
 * @see Donahue, Lee & Liang 2020, section 4; settings: train_ilm.py of github.com/chrisdonahue/ilm
 */
export function trainPlanOf(plan: TrainSettings, { steps }: Pick<Training, "steps">): TrainPlan {
  const { seed, batch, accumulate, length, rate, evaluateSteps } = plan;
  return {
    ...{ seed, steps, batch, accumulate, length, evaluateSteps },
    schedule: { rate, warmup: 0, decay: "constant" },
    ...{ weightDecay: 0, clip: 1, dropout: 0.1 },
    means: [[...ANSWERS, TARGET.INFILL_REDUNDANT], [TARGET.CONTEXT]],
    ...{ kinds: [TARGET.CONTEXT, ...ANSWERS], watched: ANSWERS },
  };
}
