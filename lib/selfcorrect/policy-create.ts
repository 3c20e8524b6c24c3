import { StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import { z } from "zod";
import { type Algorithm, type DrawingPolicy, policyOf, type State } from "./policy-algorithm.ts";
import { fixed } from "./policy-fixed.ts";
import { PolicyOptions } from "./policy-options.ts";
import { epsilonGreedy, gaussianThompson, sourceThompson } from "./policy-rules.ts";
import { type Rule, tabular } from "./policy-table.ts";
import { NONE } from "./types.ts";

type Maker = (options: PolicyOptions, known: number) => Rule;

/** Those that keep a row for every context, by name. */
const TABULAR: Readonly<Record<string, Maker>> = {
  thompson_sampling: sourceThompson,
  epsilon_greedy: epsilonGreedy,
  greedy: () => epsilonGreedy({ epsilon: 0, decay: 1 }),
  gaussian_ts: gaussianThompson,
};

/** Names for `createPolicy`, and "always:" before the id of an action. */
export const ALGORITHMS: readonly string[] = [...Object.keys(TABULAR), "random", "never"];

/**
 * A policy that has seen nothing.
 * @param algorithm one of ALGORITHMS, or "always:<action>"
 * Throws StudyError "config" for a name it does not know and for options that do not fit.
 */
export function createPolicy(algorithm: string, options: z.input<typeof PolicyOptions>): DrawingPolicy {
  const { data, error } = PolicyOptions.safeParse(options);
  if (error) throw new StudyError("config", `options of the policy ${algorithm}: ${sentence(error)}`);
  return made(algorithm, data, (way) => way.start);
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
    const { algorithm, options, version, learned } = Saved.parse(state);
    return made(algorithm, options, (way) => way.load(learned, version));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new StudyError("config", `not the state of a policy: ${sentence(error)}`, { cause: error });
  }
}

function made(
  algorithm: string,
  options: PolicyOptions,
  state: <S extends State>(way: Algorithm<S>) => S,
): DrawingPolicy {
  const head = { algorithm, options };
  const { actions } = options;
  const known = actions.indexOf(NONE);
  const rule = Object.hasOwn(TABULAR, algorithm) ? TABULAR[algorithm] : undefined;
  if (rule) {
    const way = tabular(rule(options, known), actions.length, known);
    return policyOf(way, head, state(way));
  }
  const way = fixed(shares(algorithm, actions));
  return policyOf(way, head, state(way));
}

/** The probabilities of a policy that learns nothing. */
function shares(algorithm: string, actions: readonly string[]): readonly number[] {
  if (algorithm === "random") return actions.map(() => 1 / actions.length);
  const one = algorithm === "never" ? NONE : /^always:(.+)$/.exec(algorithm)?.[1];
  if (one === undefined)
    throw new StudyError(
      "config",
      `there is no policy "${algorithm}"; take ${ALGORITHMS.join(", ")} or always:<template>`,
    );
  if (!actions.includes(one))
    throw new StudyError("config", `the policy ${algorithm} needs the action "${one}"; it has ${actions.join(", ")}`);
  return actions.map((action) => (action === one ? 1 : 0));
}

function sentence(error: z.ZodError): string {
  const [{ path, message } = { path: [], message: "does not fit" }] = error.issues;
  return `${path.join(".") || "the whole"} ${message}`;
}
