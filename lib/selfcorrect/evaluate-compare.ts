import {
  bootstrapDifference,
  type Estimate,
  holm,
  type Interval,
  mcnemar,
  type PairedCounts,
  pairedCounts,
  pairedPermutation,
  tInterval,
  wilson,
} from "corrigenda/stats";
import { type Attempt, byQuestion, netOf, type PolicyAttempts } from "./evaluate-attempts.ts";
import { type CostPoint, hypervolume, paretoFront, tokensAtAccuracy } from "./evaluate-pareto.ts";

/** A line of the comparison. Intervals: 95 %, over questions. */
export interface PolicyRow extends Omit<PolicyAttempts, "attempts"> {
  readonly questions: number;
  readonly attempts: number;
  readonly accuracy: Interval;
  /** Per question. */
  readonly tokens: Interval;
  readonly answers: number;
  /** Accuracy less lambda times the re-prompts' tokens. */
  readonly net: Interval;
  /** No policy that needs no reference is cheaper and as good. */
  readonly onFront: boolean;
  /** What the others need for the same accuracy, tokens per question; null: they do not reach it. */
  readonly tokensOfOthers: number | null;
}

/** The first policy against another one, on the same questions. */
export interface Comparison {
  readonly policy: string;
  readonly against: string;
  readonly questions: number;
  /** Of accuracy; bootstrap, questions drawn whole. */
  readonly difference: Pick<Estimate, "value" | "low" | "high" | "error">;
  /** Of accuracy less tokens. */
  readonly net: Pick<Estimate, "value" | "low" | "high" | "error">;
  /** Questions that both, one or neither got right; null where a question has several attempts. */
  readonly pairs: PairedCounts | null;
  /** McNemar's chi-square with continuity correction; null as `pairs`. */
  readonly chiSquare: number | null;
  /** McNemar's exact p; where a question has several attempts, of a permutation of the questions' means. */
  readonly p: number;
  /** Adjusted for all comparisons made here. @see Holm 1979 */
  readonly pHolm: number;
}

export interface CompareOptions {
  readonly seed: number | string;
  readonly lambda: number;
  /** Of the bootstrap. Default 2,000. */
  readonly resamples?: number;
}

/** @param policies with attempts at the same questions in the same order, one policy at least */
export function policyRows(policies: readonly PolicyAttempts[], { lambda }: CompareOptions): PolicyRow[] {
  const points = policies.map(({ policy, attempts }) => pointOf(policy, attempts));
  const fair = points.filter((_, at) => !policies[at]?.knowsReference);
  const front = new Set(paretoFront(fair).map(({ policy }) => policy));
  return policies.map(({ attempts, ...policy }, at) => {
    const point = points[at] as CostPoint;
    const others = fair.filter((one) => one.policy !== policy.policy);
    const questions = byQuestion(attempts, ({ answers }) => answers).length;
    return {
      ...{ ...policy, questions, attempts: attempts.length },
      accuracy: accuracyOf(attempts, questions),
      tokens: meanOf(byQuestion(attempts, ({ tokens }) => tokens)),
      answers: attempts.reduce((sum, { answers }) => sum + answers, 0) / Math.max(1, attempts.length),
      net: meanOf(byQuestion(attempts, (attempt) => netOf(attempt, lambda))),
      onFront: front.has(policy.policy) && !policy.knowsReference,
      tokensOfOthers: tokensAtAccuracy(others, point.accuracy) ?? null,
    };
  });
}

/** The first policy against each other one that knows no more than it does; p-values adjusted over all of them. */
export function comparisons(policies: readonly PolicyAttempts[], options: CompareOptions): Comparison[] {
  const [own, ...rest] = policies;
  if (!own) return [];
  const found = rest
    .filter(({ knowsReference }) => !knowsReference || own.knowsReference)
    .map((other) => compare(own, other, options));
  const adjusted = holm(found.map(({ p }) => p));
  return found.map((one, at) => ({ ...one, pHolm: adjusted[at] as number }));
}

function compare(
  a: PolicyAttempts,
  b: PolicyAttempts,
  { seed, lambda, resamples = 2_000 }: CompareOptions,
): Omit<Comparison, "pHolm"> {
  const right = ({ right }: Attempt): number => Number(right);
  const [x, y] = [byQuestion(a.attempts, right), byQuestion(b.attempts, right)];
  const drawn = { seed: `${seed}, ${b.policy}`, resamples };
  const net = [a, b].map(({ attempts }) => byQuestion(attempts, (attempt) => netOf(attempt, lambda)));
  const isSingle = a.attempts.length === x.length && b.attempts.length === x.length;
  const pairs = isSingle
    ? pairedCounts(
        x.map((one) => one === 1),
        y.map((one) => one === 1),
      )
    : null;
  return {
    ...{ policy: a.policy, against: b.policy, questions: x.length },
    difference: brief(bootstrapDifference(x, y, drawn)),
    net: brief(bootstrapDifference(net[0] ?? [], net[1] ?? [], drawn)),
    ...{ pairs, chiSquare: pairs && mcnemarChiSquare(pairs) },
    p: pairs ? mcnemar(pairs.onlyA, pairs.onlyB).exact : pairedPermutation(x, y, drawn).p,
  };
}

/** (|b - c| - 1)² / (b + c), one degree of freedom. @see Edwards 1948, Psychometrika 13:185 */
export function mcnemarChiSquare({ onlyA, onlyB }: Pick<PairedCounts, "onlyA" | "onlyB">): number {
  const apart = Math.max(0, Math.abs(onlyA - onlyB) - 1);
  return onlyA + onlyB === 0 ? 0 : apart ** 2 / (onlyA + onlyB);
}

/** Where accuracy and cost of all policies that need no reference lie. */
export interface Front {
  readonly policies: readonly string[];
  /** The corner that areas are measured from: nothing right, at a tenth more than the dearest policy's tokens. */
  readonly worst: { readonly tokens: number; readonly accuracy: 0 };
  /** Share of the corner's rectangle that the policies dominate, [0, 1]. */
  readonly hypervolume: number;
  /** The same without the first policy: what it adds is the difference. */
  readonly hypervolumeOfOthers: number;
}

export function frontOf(policies: readonly PolicyAttempts[]): Front {
  const fair = policies.filter(({ knowsReference }) => !knowsReference);
  const points = fair.map(({ policy, attempts }) => pointOf(policy, attempts));
  const worst = { tokens: 1.1 * Math.max(0, ...points.map(({ tokens }) => tokens)), accuracy: 0 as const };
  const share = (some: readonly CostPoint[]): number =>
    worst.tokens === 0 ? 0 : hypervolume(some, worst) / worst.tokens;
  const others = points.filter(({ policy }) => policy !== policies[0]?.policy);
  return {
    policies: paretoFront(points).map(({ policy }) => policy),
    ...{ worst, hypervolume: share(points), hypervolumeOfOthers: share(others) },
  };
}

function pointOf(policy: string, attempts: readonly Attempt[]): CostPoint {
  const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / Math.max(1, xs.length);
  return {
    policy,
    tokens: mean(byQuestion(attempts, ({ tokens }) => tokens)),
    accuracy: mean(byQuestion(attempts, ({ right }) => Number(right))),
  };
}

function accuracyOf(attempts: readonly Attempt[], questions: number): Interval {
  const right = byQuestion(attempts, (attempt) => Number(attempt.right));
  if (attempts.length > questions) {
    const { value, low, high } = meanOf(right);
    return { value, low: Math.max(0, low), high: Math.min(1, high) };
  }
  return wilson(
    right.reduce((sum, one) => sum + one, 0),
    questions,
  );
}

/** Of the questions' means: Student's interval, and none of a single question. */
function meanOf(xs: readonly number[]): Interval {
  const [only = 0] = xs;
  return xs.length < 2 ? { value: only, low: only, high: only } : tInterval(xs);
}

function brief({ value, low, high, error }: Estimate): Comparison["difference"] {
  return { value, low, high, error };
}
