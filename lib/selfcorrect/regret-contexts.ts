import { keyedRng, type Rng } from "corrigenda/rng";
import type { DrawingPolicy } from "./policy-algorithm.ts";
import { frozenPolicy } from "./policy-create.ts";
import { drawNormal } from "./policy-draws.ts";
import { ERROR_MODES, NONE, type Observation, type RtsContext } from "./types.ts";

export interface ContextTrialOptions {
  readonly seed: number | string;
  readonly traces: number;
  /** Of a trace at most; it ends with NONE. */
  readonly decisions: number;
  /** How far below the best an action's mean may lie. */
  readonly tolerance: number;
}

/** What a policy made of a world that it learned from nothing. */
export interface ContextTrial {
  /** Contexts, of 54, in which the frozen policy's action is as good as the best but for the tolerance. */
  readonly within: number;
  /** Taken while learning. */
  readonly decisions: number;
  /** Pseudo-regret per decision while learning. */
  readonly regret: number;
}

/** Standard deviations of what a template is worth everywhere, a context with every template, and both together. */
const EFFECTS = { template: 0.1, context: 0.1, interaction: 0.03 };
/** Answers that a re-prompt fixes, and that it breaks, beside what makes its mean: rewards spread by 0.45 to 0.6. */
const CHURN = 0.05;

/**
 * A policy in a world of 54 contexts whose means are template effect + context effect + interaction, NONE's 0. Rewards are
 * -1, 0 and 1; every decision meets a context drawn anew.
 * @param actions the policy's, NONE among them
 */
export function contextTrial(
  policy: DrawingPolicy,
  actions: readonly string[],
  { seed, traces, decisions, tolerance }: ContextTrialOptions,
): ContextTrial {
  const world = worldOf(actions, keyedRng(seed, "world"));
  const rng = keyedRng(seed, "run", policy.algorithm);
  let [now, taken, regret] = [policy, 0, 0];
  for (let trace = 0; trace < traces; trace++) {
    const seen: Observation[] = [];
    while (seen.length < decisions && seen.at(-1)?.action !== NONE) {
      const { context, means, best } = rng.pick(world);
      const action = now.pick(context, rng);
      const mean = means.get(action) ?? 0;
      seen.push({ context, action, reward: action === NONE ? 0 : rewardOf(mean, rng) });
      regret += best - mean;
    }
    taken += seen.length;
    now = now.after(seen);
  }
  const frozen = frozenPolicy(now);
  const good = world.filter(
    ({ context, means, best }) => best - (means.get(frozen.pick(context, rng)) ?? 0) <= tolerance,
  );
  return { within: good.length, decisions: taken, regret: regret / taken };
}

interface Place {
  readonly context: RtsContext;
  readonly means: ReadonlyMap<string, number>;
  readonly best: number;
}

function worldOf(actions: readonly string[], rng: Rng): readonly Place[] {
  const ofTemplates = actions.map(() => EFFECTS.template * drawNormal(rng));
  return contexts().map((context) => {
    const own = EFFECTS.context * drawNormal(rng);
    const means = actions.map((action, at) => {
      const interaction = EFFECTS.interaction * drawNormal(rng);
      return [action, action === NONE ? 0 : (ofTemplates[at] as number) + own + interaction] as const;
    });
    return { context, means: new Map(means), best: Math.max(...means.map(([, mean]) => mean)) };
  });
}

/** One of each of the 54. */
function contexts(): readonly RtsContext[] {
  return ERROR_MODES.flatMap((errorMode) =>
    [0.2, 0.5, 0.8].flatMap((confidence) =>
      [0, 2, 4].map((turnIndex): RtsContext => ({ errorMode, confidence, turnIndex, lastPromptId: null })),
    ),
  );
}

function rewardOf(mean: number, rng: Rng): number {
  const [fixes, breaks] = [CHURN + Math.max(0, mean), CHURN + Math.max(0, -mean)];
  const chance = rng.next();
  return chance < fixes ? 1 : chance < fixes + breaks ? -1 : 0;
}
