import { normalQuantile } from "corrigenda/stats";
import type { Algorithm, Belief, State } from "./policy-algorithm.ts";
import { certain, drawPlace, firstLargest } from "./policy-draws.ts";
import type { RtsContext } from "./types.ts";

/**
 * Stops where another pass is expected to hurt: where P(the best template earns more than 0) is below `stop`. Otherwise it
 * does what the algorithm does. "Expected to earn more than 0" is the control view's ECR (1 - Acc) > EIR Acc, tokens counted.
 * @param known the place of NONE @param stop (0, 0.5]
 * @see Aggarwal et al. 2023, arXiv:2305.11860: stop by the posterior of the best, at 0.95
 */
export function halting<S extends State>(way: Algorithm<S>, known: number, stop: number): Algorithm<S> {
  const z = normalQuantile(1 - stop);
  const stops = (state: S, context: RtsContext): boolean =>
    bestTemplate(way.beliefs(state, context), known, z).bound < 0;
  return {
    ...way,
    propensities: (state, context) => {
      const p = way.propensities(state, context);
      return stops(state, context) ? certain(known, p.length) : p;
    },
    draw: (state, context, rng) =>
      stops(state, context)
        ? known
        : (way.draw?.(state, context, rng) ?? drawPlace(way.propensities(state, context), rng)),
  };
}

/**
 * What was learned, put to use: the best template where P(it earns more than 0) is at least `sure`, otherwise NONE, and
 * nothing is learned any more.
 * @param known the place of NONE, or -1 @param sure [0.5, 1)
 */
export function frozen<S extends State>(way: Algorithm<S>, known: number, sure: number): Algorithm<S> {
  const z = -normalQuantile(sure);
  const place = (state: S, context: RtsContext): number => {
    const beliefs = way.beliefs(state, context);
    if (known < 0 || !beliefs.sds) return firstLargest(beliefs.means);
    const best = bestTemplate(beliefs, known, z);
    return best.bound > 0 ? best.place : known;
  };
  return {
    ...way,
    propensities: (state, context) => certain(place(state, context), way.beliefs(state, context).means.length),
    draw: place,
    observe: (state) => state,
  };
}

/** The template with the largest mean, and z standard deviations above that mean. */
function bestTemplate(
  { means, sds }: Belief,
  known: number,
  z: number,
): { readonly place: number; readonly bound: number } {
  let place = known === 0 ? 1 : 0;
  for (let at = place + 1; at < means.length; at++)
    if (at !== known && (means[at] as number) > (means[place] as number)) place = at;
  return { place, bound: (means[place] as number) + z * (sds?.[place] ?? 0) };
}
