import { StudyError } from "corrigenda/error";
import type { Template } from "./types.ts";

/** What a run is compared with. */
export type Baseline =
  /** A policy that makes traces of its own: random, greedy, or one template always. */
  | { readonly kind: "policy"; readonly name: string; readonly algorithm: string }
  /** One template until the answer is right: needs the reference. */
  | { readonly kind: "oracle-stop"; readonly name: string; readonly template: string }
  /** The template that does best when each is asked once, or none: chosen in hindsight. */
  | { readonly kind: "oracle-arm"; readonly name: string }
  /** The majority of so many first answers that the tokens are those of the run. @see Wang et al. 2023, arXiv:2203.11171 */
  | { readonly kind: "self-consistency"; readonly name: string };

/** What `--baselines` may name, for help and errors; never asking again is always part of a comparison. */
export const BASELINES =
  "random, greedy, always (each template), always:<template>, oracle-stop[:<template>], oracle-arm, self-consistency";

/** With the first of the templates where one is needed. */
function usualBaselines([first]: readonly Pick<Template, "id">[]): string {
  return `random,greedy,always:${first?.id},oracle-stop,self-consistency`;
}

/** Reads a list of names; undefined: one of each but oracle-arm. Throws StudyError "config" at one that is none. */
export function parseBaselines(list: string | undefined, templates: readonly Pick<Template, "id">[]): Baseline[] {
  const names = (list ?? usualBaselines(templates)).split(",").map((name) => name.trim());
  const found = names.filter((name) => name !== "" && name !== "never").flatMap((name) => baselinesOf(name, templates));
  return found.filter(({ name }, at) => found.findIndex((other) => other.name === name) === at);
}

function baselinesOf(name: string, templates: readonly Pick<Template, "id">[]): Baseline[] {
  const [kind, ...rest] = name.split(":");
  const id = rest.length === 0 ? undefined : rest.join(":");
  if (id !== undefined && templates.every((template) => template.id !== id))
    throw new StudyError("config", `the baseline ${name}: no template "${id}" is loaded`);
  if (kind === "always" && id === undefined) return templates.map((template) => policy(`always:${template.id}`));
  if (kind === "always") return [policy(name)];
  const template = id ?? templates[0]?.id;
  if (kind === "oracle-stop" && template !== undefined) return [{ kind, name: `oracle-stop:${template}`, template }];
  if (name === "random" || name === "greedy") return [policy(name)];
  if (name === "oracle-arm" || name === "self-consistency") return [{ kind: name, name }];
  throw new StudyError("config", `there is no baseline "${name}"; take ${BASELINES}`);
}

function policy(name: string): Baseline {
  return { kind: "policy", name, algorithm: name };
}

/** Calls that a baseline needs at most for a question, its first answer not counted: that one is kept. */
export function callsAtMost(
  { kind }: Baseline,
  { maxTurns, templates, samples }: { readonly maxTurns: number; readonly templates: number; readonly samples: number },
): number {
  if (kind === "oracle-arm") return maxTurns > 1 ? templates : 0;
  return kind === "self-consistency" ? samples - 1 : maxTurns - 1;
}
