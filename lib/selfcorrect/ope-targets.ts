import { keyedRng } from "corrigenda/rng";
import { readPolicyFile } from "./export.ts";
import { createPolicy, frozenPolicy } from "./policy-create.ts";
import { NONE, type Policy, type RtsContext } from "./types.ts";

/** A policy in question. */
export interface OpeTarget {
  readonly name: string;
  /** It may have learned from the traces that it is judged by. */
  readonly isLearned: boolean;
  /** Its actions with a probability above 0. */
  probabilities(context: RtsContext): ReadonlyMap<string, number>;
}

const FROZEN = "frozen:";

/**
 * Policies by their names: never, random, always:<template> or another algorithm that has seen nothing; a file that ends in
 * .json is the state of a learned one, with "frozen:" before it put to use without learning on.
 * @param actions what the log could choose from @param text a file's text @throws StudyError "config"
 */
export async function opeTargets(
  names: readonly string[],
  actions: readonly string[],
  text: (path: string) => Promise<string>,
): Promise<OpeTarget[]> {
  const ordered = [...actions].sort((a, b) => Number(b === NONE) - Number(a === NONE));
  return Promise.all(
    names.map(async (name) => {
      const [path] = policyFiles([name]);
      if (path === undefined) return targetOf(name, createPolicy(name, { actions: ordered }));
      const { policy } = readPolicyFile(await text(path), path);
      return targetOf(name, name.startsWith(FROZEN) ? frozenPolicy(policy) : policy, true);
    }),
  );
}

/** The files that such names stand for. */
export function policyFiles(names: readonly string[]): string[] {
  return names.filter((name) => name.endsWith(".json")).map((name) => name.replace(FROZEN, ""));
}

/** A policy as a target. Contexts that come again are not worked out again: some policies integrate. */
export function targetOf(name: string, policy: Policy, isLearned = false): OpeTarget {
  const known = new Map<string, ReadonlyMap<string, number>>();
  return {
    ...{ name, isLearned },
    probabilities: (context) => {
      const key = JSON.stringify(context);
      const found = known.get(key) ?? probabilitiesOf(policy, context, keyedRng("ope", key));
      known.set(key, found);
      return found;
    },
  };
}

function probabilitiesOf(policy: Policy, context: RtsContext, rng: ReturnType<typeof keyedRng>): Map<string, number> {
  const { candidates } = policy.choose(context, rng);
  const p = policy.propensities(context, rng);
  return new Map(candidates.flatMap((action, at) => ((p[at] ?? 0) > 0 ? [[action, p[at] as number] as const] : [])));
}
