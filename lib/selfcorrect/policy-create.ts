import { StudyError } from "corrigenda/error";
import type { Json, JsonObject } from "corrigenda/json";
import { z } from "zod";
import { type Algorithm, type DrawingPolicy, type Head, policyOf, type State } from "./policy-algorithm.ts";
import { fixed } from "./policy-fixed.ts";
import { frozen, halting } from "./policy-halting.ts";
import { linearThompson, linearUcb } from "./policy-linear.ts";
import { PolicyOptions } from "./policy-options.ts";
import { pooled } from "./policy-pooled.ts";
import {
  betaThompson,
  epsilonGreedy,
  gaussianThompson,
  regCb,
  sourceThompson,
  squareCb,
  ucb1,
} from "./policy-rules.ts";
import { type Rule, tabular } from "./policy-table.ts";
import { NONE, type Policy, type RtsContext } from "./types.ts";

type Maker = (options: PolicyOptions, known: number) => Rule;

/** Those that keep a row for every context, by name. */
const TABULAR: Readonly<Record<string, Maker>> = {
  thompson_sampling: sourceThompson,
  epsilon_greedy: epsilonGreedy,
  greedy: () => epsilonGreedy({ epsilon: 0, decay: 1 }),
  gaussian_ts: gaussianThompson,
  beta_ts: betaThompson,
  ucb1,
  squarecb: squareCb,
  regcb: regCb,
};

const HALTING = "halting:";
const FROZEN = "frozen:";
const LEARNS_NOTHING = /^(?:random|never|always:.*)$/s;

/** Names for `createPolicy`, and "always:" before the id of an action. */
export const ALGORITHMS: readonly string[] = [
  ...Object.keys(TABULAR),
  "gaussian_ts_pooled",
  "lin_ts",
  "lin_ucb",
  "random",
  "never",
];

/** What is taken where nobody says otherwise: docs/decisions/010-policies.md. */
export const RECOMMENDED = "halting:gaussian_ts_pooled";

/**
 * A policy that has seen nothing.
 * @param algorithm one of ALGORITHMS, "always:<action>", or "halting:" before one that keeps beliefs
 * Throws StudyError "config" for a name it does not know and for options that do not fit.
 */
export function createPolicy(algorithm: string, options: z.input<typeof PolicyOptions>): DrawingPolicy {
  const { data, error } = PolicyOptions.safeParse(options);
  if (error) throw new StudyError("config", `options of the policy ${algorithm}: ${sentence(error)}`);
  const head = { algorithm, options: data };
  return withWay(head, algorithm, (way) => policyOf(way, head, way.start));
}

const Saved = z.strictObject({
  algorithm: z.string(),
  options: PolicyOptions,
  version: z.number().int().min(0),
  learned: z.unknown(),
});

/** The policy whose `state()` this is: it takes the same next actions. Throws StudyError "config" on anything else. */
export function restorePolicy(state: Json): DrawingPolicy {
  try {
    const { version, learned, ...head } = Saved.parse(state);
    return withWay(head, head.algorithm, (way) => policyOf(way, head, way.load(learned, version)));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new StudyError("config", `not the state of a policy: ${sentence(error)}`, { cause: error });
  }
}

/**
 * What a policy has learned, put to use: the best template where it is sure enough to help (the option `sure`), otherwise
 * NONE. It learns no more. One that learns nothing stays what it is.
 */
export function frozenPolicy(policy: Policy): DrawingPolicy {
  const state = policy.state() as JsonObject;
  const { algorithm } = Saved.parse(state);
  return restorePolicy(LEARNS_NOTHING.test(algorithm) ? state : { ...state, algorithm: `${FROZEN}${algorithm}` });
}

const ANYWHERE: RtsContext = { errorMode: "unknown", confidence: 0.5, lastPromptId: null, turnIndex: 0 };

/** Hands over the algorithm of a name. */
function withWay(head: Head, name: string, use: <S extends State>(way: Algorithm<S>) => DrawingPolicy): DrawingPolicy {
  const { options } = head;
  const known = options.actions.indexOf(NONE);
  if (name.startsWith(HALTING)) {
    needAction(name, NONE, options.actions);
    return withWay(head, name.slice(HALTING.length), (way) => {
      if (!way.beliefs(way.start, ANYWHERE).sds)
        throw new StudyError(
          "config",
          `${name}: it cannot tell how sure it is, so that it cannot halt; take ${RECOMMENDED}`,
        );
      return use(halting(way, known, options.stop));
    });
  }
  if (name.startsWith(FROZEN))
    return withWay(head, name.slice(FROZEN.length), (way) => use(frozen(way, known, options.sure)));
  if (name === "gaussian_ts_pooled") return use(pooled(options, known));
  if (name === "lin_ts") return use(linearThompson(options, known));
  if (name === "lin_ucb") return use(linearUcb(options, known));
  const rule = Object.hasOwn(TABULAR, name) ? TABULAR[name] : undefined;
  if (rule) return use(tabular(rule(options, known), options.actions.length, known));
  return use(fixed(shares(name, options.actions)));
}

/** The probabilities of a policy that learns nothing. */
function shares(name: string, actions: readonly string[]): readonly number[] {
  if (name === "random") return actions.map(() => 1 / actions.length);
  const one = name === "never" ? NONE : /^always:(.+)$/.exec(name)?.[1];
  if (one === undefined)
    throw new StudyError("config", `there is no policy "${name}"; take ${ALGORITHMS.join(", ")} or always:<template>`);
  needAction(name, one, actions);
  return actions.map((action) => (action === one ? 1 : 0));
}

function needAction(name: string, action: string, actions: readonly string[]): void {
  if (!actions.includes(action))
    throw new StudyError("config", `the policy ${name} needs the action "${action}"; it has ${actions.join(", ")}`);
}

function sentence(error: z.ZodError): string {
  const [{ path, message } = { path: [], message: "does not fit" }] = error.issues;
  return `${path.join(".") || "the whole"} ${message}`;
}
