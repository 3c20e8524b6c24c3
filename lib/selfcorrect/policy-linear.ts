import { z } from "zod";
import type { Algorithm, Belief, State } from "./policy-algorithm.ts";
import { backward, cholesky, forward } from "./policy-cholesky.ts";
import { certain, drawWinner, firstLargest } from "./policy-draws.ts";
import type { PolicyOptions } from "./policy-options.ts";
import { normalWinners } from "./policy-quadrature.ts";
import { ERROR_MODES, type RtsContext } from "./types.ts";

/** Intercept, one column a mode (none for an unknown one), confidence, turn. */
const COLUMNS = 3 + ERROR_MODES.length;
/** Turns are counted up to here. */
const LAST_TURN = 5;
/** With 1 the instance of the update-rule defect costs 528, with 2 it costs 19 (docs/decisions/010-policies.md). */
const WIDTH = 2;

/** What is known of one action: Bayesian linear regression of its rewards on the context. */
interface Line {
  /** [COLUMNS][COLUMNS] posterior precision. */
  readonly precision: readonly number[];
  /** [COLUMNS] precision times mean. */
  readonly right: readonly number[];
  /** Of `precision`. */
  readonly lower: Float64Array;
  readonly mean: Float64Array;
}

/** One regression an action. */
export interface Lines extends State {
  readonly lines: readonly Line[];
}

type Reading = Pick<Algorithm<Lines>, "propensities" | "draw">;

/**
 * Linear Thompson sampling: an action's worth is linear in the context, with coefficients of its own. An action's value under
 * drawn coefficients is normal, so that it is drawn itself, and propensities have a formula. All through Cholesky's factor,
 * which is the same on every machine. NONE is known to earn 0. @see Agrawal & Goyal 2013, ICML 28(3):127
 */
export function linearThompson(options: PolicyOptions, known: number): Algorithm<Lines> {
  return linear(options, known, {
    propensities: (state, context) => normalWinners({ ...linearBeliefs(state, context, known), known }),
    draw: (state, context, rng) => drawWinner(linearBeliefs(state, context, known), known, rng),
  });
}

/** Linear UCB: the largest mean plus WIDTH standard deviations, among equals the first. @see Li et al. 2010, WWW, algorithm 1 */
export function linearUcb(options: PolicyOptions, known: number): Algorithm<Lines> {
  return linear(options, known, {
    propensities: (state, context) => {
      const { means, sds } = linearBeliefs(state, context, known);
      const bounds = means.map((mean, at) => (at === known ? mean : mean + WIDTH * (sds[at] as number)));
      return certain(firstLargest(bounds), bounds.length);
    },
  });
}

function linear({ actions, noise, prior }: PolicyOptions, known: number, reading: Reading): Algorithm<Lines> {
  const nothing = lineOf(
    Array.from({ length: COLUMNS ** 2 }, (_, at) => (at % (COLUMNS + 1) === 0 ? prior ** -2 : 0)),
    new Array<number>(COLUMNS).fill(0),
  );
  const Saved = z.strictObject({
    lines: z
      .array(
        z.strictObject({
          precision: z.array(z.number()).length(COLUMNS ** 2),
          right: z.array(z.number()).length(COLUMNS),
        }),
      )
      .length(actions.length),
  });
  return {
    ...reading,
    start: { version: 0, lines: actions.map(() => nothing) },
    beliefs: (state, context) => linearBeliefs(state, context, known),
    observe: ({ version, lines }, context, action, reward) => {
      if (action === known) return { version: version + 1, lines };
      const next = lines.slice();
      next[action] = learned(lines[action] as Line, featuresOf(context), reward, noise ** -2);
      return { version: version + 1, lines: next };
    },
    save: ({ lines }) => ({ lines: lines.map(({ precision, right }) => ({ precision, right })) }),
    load: (saved, version) => ({
      version,
      lines: Saved.parse(saved).lines.map(({ precision, right }) => lineOf(precision, right)),
    }),
    stats: () => ({ features: COLUMNS }),
  };
}

function linearBeliefs({ lines }: Lines, context: RtsContext, known: number): Required<Belief> {
  const x = featuresOf(context);
  return {
    means: lines.map(({ mean }, at) => (at === known ? 0 : dot(mean, x))),
    sds: lines.map(({ lower }) => {
      const half = forward(lower, x);
      return Math.sqrt(dot(half, half));
    }),
  };
}

function learned({ precision, right }: Line, x: readonly number[], reward: number, weight: number): Line {
  return lineOf(
    precision.map((old, at) => old + weight * (x[Math.floor(at / COLUMNS)] as number) * (x[at % COLUMNS] as number)),
    right.map((old, at) => old + weight * reward * (x[at] as number)),
  );
}

function lineOf(precision: readonly number[], right: readonly number[]): Line {
  const lower = cholesky(precision, COLUMNS);
  return { precision, right, lower, mean: backward(lower, forward(lower, right)) };
}

function featuresOf({ errorMode, confidence, turnIndex }: RtsContext): readonly number[] {
  const turn = Math.min(turnIndex, LAST_TURN) / LAST_TURN;
  return [1, ...ERROR_MODES.map((mode) => (mode === errorMode ? 1 : 0)), confidence, turn];
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
