import type { ChartOptions, ReportSection } from "corrigenda/report";
import type { TraceMetrics } from "./metrics-tally.ts";
import { createPolicy, RECOMMENDED } from "./policy-create.ts";
import { drawNormal } from "./policy-draws.ts";
import { type Arm, type RegretPoint, regretCurve } from "./regret.ts";
import { NONE } from "./types.ts";

/** One policy's regret on the run's own arms. */
export interface RegretLine {
  readonly algorithm: string;
  readonly points: readonly RegretPoint[];
}

/** Spread of one reward, and of a template's mean before anything is known: the Gaussian policies' own defaults. */
const [NOISE, PRIOR] = [0.55, 0.3];
const STEPS = 2_000;
const RUNS = 10;
const POINTS = 40;
const COMPARED = [RECOMMENDED, "thompson_sampling", "epsilon_greedy", "gaussian_ts", "ucb1", "random"];

/** What each action of a run earned on average, drawn to 0 as far as little was seen of it; NONE earns 0. */
export function runArms({ rewards }: Pick<TraceMetrics, "rewards">, actions: readonly string[]): Arm[] {
  const weight = (NOISE / PRIOR) ** 2;
  return actions.map((action) => {
    const { n, sum } = rewards[action] ?? { n: 0, sum: 0 };
    if (action === NONE) return { action, mean: 0, reward: () => 0 };
    const mean = sum / (n + weight);
    return { action, mean, reward: (rng) => mean + NOISE * drawNormal(rng) };
  });
}

/** Regret of policies that start from nothing, on arms as good as the run's, one context. @param actions NONE first */
export function regretLines(
  metrics: Pick<TraceMetrics, "rewards">,
  actions: readonly string[],
  { seed }: { readonly seed: number },
): RegretLine[] {
  const arms = runArms(metrics, actions);
  const at = Array.from({ length: POINTS }, (_, place) => Math.round(((place + 1) * STEPS) / POINTS));
  return COMPARED.map((algorithm) => ({
    algorithm,
    points: regretCurve(createPolicy(algorithm, { actions: [...actions] }), arms, {
      ...{ horizon: STEPS, runs: RUNS, seed, at },
    }),
  }));
}

export function regretSection(lines: readonly RegretLine[]): ReportSection {
  return {
    title: "Regret",
    intro: `How much policies that begin with nothing lose against the best action, were each template worth on every question what it earned here on average (drawn to 0 as far as it was seldom taken; stopping earns 0). ${RUNS} simulated runs of ${STEPS.toLocaleString("en-US")} decisions. thompson_sampling and epsilon_greedy are the source's own rules; ${RECOMMENDED} is this study's.`,
    parts: [{ figure: regretFigure(lines) }],
  };
}

function regretFigure(lines: readonly RegretLine[]): ChartOptions {
  return {
    id: "regret",
    title: "Cumulative regret by decision",
    caption: "Lines: mean pseudo-regret; bands: two standard errors.",
    x: { title: "decision" },
    y: { title: "regret", unit: "corrected answers" },
    data: lines.map(({ algorithm, points }) => ({
      ...{ type: "scatter", mode: "lines", name: algorithm },
      ...{ x: points.map(({ step }) => step), y: points.map(({ mean }) => mean) },
      interval: {
        low: points.map(({ mean, se }) => mean - 2 * se),
        high: points.map(({ mean, se }) => mean + 2 * se),
        as: "band",
      },
    })),
  };
}
