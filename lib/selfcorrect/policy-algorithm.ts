import { StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import type { Rng } from "corrigenda/rng";
import { contextIndex } from "./context.ts";
import { drawPlace } from "./policy-draws.ts";
import type { PolicyOptions } from "./policy-options.ts";
import { type Decision, NONE, type Observation, type Policy, type RtsContext } from "./types.ts";

/** A policy that also says what it would do without saying how probable that was: for simulations, many times as fast. */
export interface DrawingPolicy extends Policy {
  /** An action, distributed as that of `choose`; the numbers it draws are others. */
  pick(context: RtsContext, rng: Rng): string;
  after(observations: readonly Observation[]): DrawingPolicy;
}

/** What an algorithm knows; never changed. */
export interface State {
  /** Observations in it. */
  readonly version: number;
}

/** What is held of every action's mean reward in one context. */
export interface Belief {
  readonly means: readonly number[];
  /** Their standard deviations, where the model has them; of NONE it is not read. */
  readonly sds?: readonly number[];
}

/** One way to learn and to choose. Actions are places in the policy's list. */
export interface Algorithm<S extends State> {
  readonly start: S;
  /** By its means `explored` is told. */
  beliefs(state: S, context: RtsContext): Belief;
  /** Sum to 1. Every choice is drawn from these, so that a propensity is the probability that acted. */
  propensities(state: S, context: RtsContext): readonly number[];
  /** A place of the same distribution, where there is a quicker way. */
  draw?(state: S, context: RtsContext, rng: Rng): number;
  observe(state: S, context: RtsContext, action: number, reward: number): S;
  save(state: S): Json;
  /** Throws a ZodError on what `save` never wrote. */
  load(saved: unknown, version: number): S;
  stats(state: S): Readonly<Record<string, number>>;
}

/** What a policy is called and made from. */
export interface Head {
  readonly algorithm: string;
  readonly options: PolicyOptions;
}

/** An algorithm in one of its states, as a policy. */
export function policyOf<S extends State>(way: Algorithm<S>, head: Head, state: S): DrawingPolicy {
  const { actions } = head.options;
  return {
    algorithm: head.algorithm,
    version: state.version,
    choose: (context, rng) => decide(way, state, checked(context), actions, rng),
    propensities: (context) => way.propensities(state, checked(context)),
    pick: (context, rng) =>
      actions[
        way.draw?.(state, checked(context), rng) ?? drawPlace(way.propensities(state, checked(context)), rng)
      ] as string,
    after: (observations) => {
      let next = state;
      for (const { context, action, reward } of observations) {
        const place = actions.indexOf(action);
        if (place < 0 || !Number.isFinite(reward)) throw unfit(action, reward);
        next = way.observe(next, checked(context), place, reward);
      }
      return policyOf(way, head, next);
    },
    state: () => ({ ...head, options: { ...head.options }, version: state.version, learned: way.save(state) }),
    stats: () => ({
      algorithm: head.algorithm,
      total_actions: actions.length,
      templates_loaded: actions.filter((action) => action !== NONE).length,
      ...way.stats(state),
    }),
  };
}

function decide<S extends State>(
  way: Algorithm<S>,
  state: S,
  context: RtsContext,
  actions: readonly string[],
  rng: Rng,
): Decision {
  const p = way.propensities(state, context);
  const place = drawPlace(p, rng);
  const { means } = way.beliefs(state, context);
  const own = means[place] as number;
  return {
    action: actions[place] as string,
    propensity: p[place] as number,
    from: "exact",
    explored: means.some((mean) => mean > own),
    candidates: actions,
  };
}

/** Throws where a context has no key. */
function checked(context: RtsContext): RtsContext {
  contextIndex(context);
  return context;
}

function unfit(action: string, reward: number): StudyError {
  return new StudyError(
    "dataset",
    `the policy cannot learn from action "${action}" with reward ${reward}; give one of its actions and a finite number`,
  );
}
