import type { Metrics } from "corrigenda/results";
import {
  crossFit,
  directMethod,
  doublyRobust,
  ips,
  type ModelledAction,
  type PolicyValue,
  type RewardModel,
  selfNormalizedDr,
  snips,
  standardDeviation,
  tInterval,
  tunedShrunkDr,
  tunedSwitchDr,
} from "corrigenda/stats";
import type { LoggedDecision, LoggedTrace, OpeLog } from "./ope-decisions.ts";
import { FEW, metricsOf, type OpeRow, opeRow } from "./ope-rows.ts";
import type { OpeTarget } from "./ope-targets.ts";
import { NONE } from "./types.ts";

export { type LoggedDecision, type LoggedTrace, type OpeLog, type ParsedLine, readOpeLog } from "./ope-decisions.ts";
export type { OpeRow } from "./ope-rows.ts";
export { type OpeTarget, opeTargets, policyFiles, targetOf } from "./ope-targets.ts";
export { opeWords } from "./ope-words.ts";

export interface Ope {
  readonly rows: readonly OpeRow[];
  /** What makes a policy's estimates doubtful. */
  readonly warnings: readonly string[];
  readonly metrics: Metrics;
}

/** The policy that made the log. */
export const LOGGED = "logged";

/**
 * What policies would have earned, from a log of another's decisions. Rewards are predicted for a question from the others
 * alone; errors are over questions. Stopping is known to earn 0.
 */
export function evaluatePolicies({ traces, provider, feedback }: OpeLog, targets: readonly OpeTarget[]): Ope {
  const decisions = traces.flatMap(({ question, decisions: own }) => own.map((one) => ({ ...one, group: question })));
  const fitted = crossFit(decisions.map(({ key, action, reward, group }) => ({ context: key, action, reward, group })));
  const model: RewardModel = (row, action) => (action === NONE ? 0 : fitted(row, action));
  const clusters = decisions.map(({ group }) => group);
  const own = decisions.map(({ reward, propensity }) => ({ reward, propensity, target: propensity }));
  const rows: OpeRow[] = [
    opeRow(LOGGED, "decision", "mean", ips(own, { clusters })),
    opeRow(LOGGED, "trace", "mean", traceReturn(traces, undefined)),
  ];
  const warnings: string[] = [];
  for (const target of targets) {
    const modelled = decisions.map((one, row) => modelledAction(one, row, target, model));
    const doubts = doubtsOf(modelled, target.name);
    warnings.push(...doubts.warnings, ...(target.isLearned ? [tooKind(target.name)] : []));
    rows.push(opeRow(target.name, "decision", "dm", directMethod(modelled, { clusters })));
    if (doubts.apart) continue;
    for (const [name, estimate] of WEIGHTED)
      rows.push(opeRow(target.name, "decision", name, estimate(modelled, { clusters })));
    rows.push(opeRow(target.name, "trace", "pdis", traceReturn(traces, target)));
  }
  return { rows, warnings, metrics: metricsOf(rows, provider, feedback) };
}

type Estimate = (
  rows: readonly ModelledAction[],
  options: { clusters: string[] },
) => PolicyValue & { setting?: number };

const WEIGHTED: readonly (readonly [name: string, estimate: Estimate])[] = [
  ["ips", ips],
  ["snips", snips],
  ["dr", doublyRobust],
  ["sndr", selfNormalizedDr],
  ["switch", tunedSwitchDr],
  ["dros", tunedShrunkDr],
];

function modelledAction(
  { context, action, propensity, reward }: LoggedDecision,
  row: number,
  target: OpeTarget,
  model: RewardModel,
): ModelledAction {
  const p = target.probabilities(context);
  let expected = 0;
  for (const [one, share] of p) expected += share * model(row, one);
  return { reward, propensity, target: Math.min(1, p.get(action) ?? 0), predicted: model(row, action), expected };
}

function tooKind(name: string): string {
  return `${name}: where it learned from these very traces, its estimates are too kind; take traces of another run`;
}

/** Weights have mean 1 where the log did all that the policy may do. */
function doubtsOf(
  rows: readonly ModelledAction[],
  name: string,
): { readonly warnings: readonly string[]; readonly apart: boolean } {
  const total = ips(rows.map((row) => ({ ...row, reward: 1 })));
  if (total.maxWeight === 0)
    return {
      apart: true,
      warnings: [`${name}: the log never did what this policy does; there is the model's word alone`],
    };
  const warnings: string[] = [];
  const { effectiveSampleSize: ess, maxWeight, value, error } = total;
  if (ess < FEW)
    warnings.push(
      `${name}: ${ess.toFixed(0)} effective decisions of ${total.n} (largest weight ${maxWeight.toFixed(0)}): too few for weighted estimates`,
    );
  if (Math.abs(value - 1) > 4 * error + 1e-9)
    warnings.push(
      `${name}: the weights' mean is ${value.toFixed(2)}, not 1: the log cannot do, or seldom did, some of what this policy does`,
    );
  return { apart: false, warnings };
}

/**
 * Per-decision importance sampling: each reward counts by the product of the weights up to it. Unbiased for a trace that the
 * policy makes itself, other contexts included; the weights multiply, so that long traces blur it. Without a target: the
 * log's own traces.
 * @see Precup, Sutton & Singh 2000, ICML, section 3
 */
function traceReturn(traces: readonly LoggedTrace[], target: OpeTarget | undefined): PolicyValue {
  let [sum, squares, maxWeight] = [0, 0, 0];
  const totals = new Map<string, number>();
  for (const { question, decisions } of traces) {
    let [weight, total] = [1, 0];
    for (const { context, action, propensity, reward } of decisions) {
      weight *= target === undefined ? 1 : (target.probabilities(context).get(action) ?? 0) / propensity;
      total += weight * reward;
    }
    sum += weight;
    squares += weight * weight;
    maxWeight = Math.max(maxWeight, weight);
    totals.set(question, (totals.get(question) ?? 0) + total);
  }
  // A question's traces are one draw; scaled so that the mean over questions is the mean over traces.
  const perQuestion = [...totals.values()].map((total) => (total * totals.size) / traces.length);
  const error = standardDeviation(perQuestion) / Math.sqrt(perQuestion.length);
  const effectiveSampleSize = squares === 0 ? 0 : (sum * sum) / squares;
  return { ...tInterval(perQuestion), error, n: traces.length, effectiveSampleSize, maxWeight, clipped: 0 };
}
