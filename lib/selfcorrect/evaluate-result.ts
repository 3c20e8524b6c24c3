import type { Metrics } from "corrigenda/results";
import { z } from "zod";
import { commonAttempts, type PolicyAttempts } from "./evaluate-attempts.ts";
import { type Comparison, comparisons, type Front, frontOf, type PolicyRow, policyRows } from "./evaluate-compare.ts";

const Interval = z.object({ value: z.number(), low: z.number(), high: z.number() });
const Difference = Interval.extend({ error: z.number() });
const Feedback = z.enum(["oracle", "none", "classifier"]);

/** evaluation.json. */
export const Evaluation = z.object({
  dataset: z.string(),
  provider: z.string(),
  model: z.string(),
  /** Of the runs that are compared. */
  feedback: Feedback,
  /** Runs beside the one that it is an evaluation of. */
  against: z.array(z.string()),
  /** That every policy has an attempt at. */
  questions: z.number(),
  /** What a token of a re-prompt costs, in corrected answers. */
  lambda: z.number(),
  /** First answers that self-consistency took; null where it was not asked for. */
  samples: z.number().nullable(),
  policies: z.array(
    z.object({
      ...{ policy: z.string(), kind: z.enum(["run", "baseline"]), feedback: Feedback, knowsReference: z.boolean() },
      ...{ questions: z.number(), attempts: z.number(), accuracy: Interval, tokens: Interval, answers: z.number() },
      ...{ net: Interval, onFront: z.boolean(), tokensOfOthers: z.number().nullable() },
    }) satisfies z.ZodType<PolicyRow>,
  ),
  comparisons: z.array(
    z.object({
      ...{ policy: z.string(), against: z.string(), questions: z.number(), difference: Difference, net: Difference },
      pairs: z.object({ both: z.number(), onlyA: z.number(), onlyB: z.number(), neither: z.number() }).nullable(),
      ...{ chiSquare: z.number().nullable(), p: z.number(), pHolm: z.number() },
    }) satisfies z.ZodType<Comparison>,
  ),
  front: z.object({
    policies: z.array(z.string()),
    worst: z.object({ tokens: z.number(), accuracy: z.literal(0) }),
    ...{ hypervolume: z.number(), hypervolumeOfOthers: z.number() },
  }) satisfies z.ZodType<Front>,
});
export type Evaluation = z.infer<typeof Evaluation>;

/** The policy of never asking again, in every comparison. */
export const NEVER = "never";

export interface EvaluationInput
  extends Pick<Evaluation, "dataset" | "provider" | "model" | "feedback" | "against" | "lambda" | "samples"> {
  /** The run's first, then all others. */
  readonly policies: readonly PolicyAttempts[];
  readonly seed: number;
}

/** Compares policies on the questions that all of them have attempts at. */
export function evaluationOf({ policies: given, seed, ...about }: EvaluationInput): Evaluation {
  const policies = commonAttempts(given);
  const options = { seed: `evaluation ${seed}`, lambda: about.lambda };
  const rows = policyRows(policies, options);
  const front = frontOf(policies);
  return {
    ...{ ...about, questions: rows[0]?.questions ?? 0, policies: rows },
    comparisons: rows[0]?.questions ? comparisons(policies, options) : [],
    front: { ...front, policies: [...front.policies] },
  };
}

/** metrics.json of an evaluation; the headline is what the run gained over never asking again. */
export function evaluationMetrics({ comparisons, policies, provider, feedback, front }: Evaluation): Metrics {
  const [own] = policies;
  const n = own?.questions ?? 0;
  const known = `feedback ${feedback}`;
  const gained = comparisons.find(({ against }) => against === NEVER)?.difference;
  const interval = (name: string, unit: string, { value, low, high }: z.infer<typeof Interval>) => ({
    ...{ name, value, low, high, n, unit, provider },
  });
  return {
    headline: interval(
      `accuracy gained over never asking again (${known})`,
      "share",
      gained ?? { value: 0, low: -1, high: 1 },
    ),
    metrics: [
      ...policies.flatMap(({ policy, feedback, accuracy, tokens, net }) => [
        interval(`accuracy, ${policy} (feedback ${feedback})`, "share", accuracy),
        interval(`tokens per question, ${policy} (feedback ${feedback})`, "tokens", tokens),
        interval(`accuracy less tokens, ${policy} (feedback ${feedback})`, "share", net),
      ]),
      ...comparisons.map(({ policy, against, difference }) =>
        interval(`difference in accuracy, ${policy} and ${against} (${known})`, "share", difference),
      ),
      { name: "hypervolume", value: front.hypervolume, low: null, high: null, n, unit: "share", provider },
    ],
  };
}
