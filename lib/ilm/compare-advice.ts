import type { Deployment } from "./compare-cost.ts";
import { GOOD_ENOUGH, type Verdict } from "./verdict.ts";

export interface Recommendation {
  readonly scenario: "known level" | "unknown level" | "limited resources" | "tracking a learner";
  /** What the source takes, whatever is measured. */
  readonly source: string;
  /** What these measurements speak for. */
  readonly choice: string;
  readonly evidence: string;
  /** false: the numbers are there, but H1–H3 are not decidable by them. */
  readonly decided: boolean;
}

/** What to use when, by what was measured; without evidence for more, the general model, which is the cheapest. */
export function recommendationsOf(deployments: readonly Deployment[], verdicts: readonly Verdict[]): Recommendation[] {
  const decided = verdicts.some(({ id, interval }) => id !== "H3" && interval !== "not decidable");
  const ways = (...names: readonly Deployment["name"][]): Deployment[] =>
    deployments.filter(({ name }) => names.includes(name));
  const line = (
    scenario: Recommendation["scenario"],
    source: string,
    candidates: readonly Deployment[],
  ): Recommendation => ({ scenario, source, ...bestOf(candidates), decided });
  return [
    line("known level", "the level's model", ways("level-routed", "fine-tuned")),
    line("unknown level", "the general model", ways("guessed", "averaged")),
    { ...{ scenario: "limited resources", source: "the general model", decided }, ...cheap(deployments) },
    line("tracking a learner", "the general model, then fine-tuned on each level", ways("fine-tuned")),
  ];
}

const NAMES: Readonly<Record<Deployment["name"], string>> = {
  general: "the general model",
  "level-routed": "the level's model",
  "fine-tuned": "the general model fine-tuned on the level",
  guessed: "the level model that finds the context likeliest",
  averaged: "the mean of all level models' probabilities",
  blind: "any level's model",
};

/** The lowest perplexity among those whose gain is above 0 with its whole interval; else the general model. */
function bestOf(candidates: readonly Deployment[]): Pick<Recommendation, "choice" | "evidence"> {
  if (candidates.length === 0) return { choice: NAMES.general, evidence: "nothing else was evaluated" };
  const better = candidates.filter(({ gain }) => gain !== null && gain.low > 0);
  const best = [...better].sort((a, b) => a.perplexity.value - b.perplexity.value)[0];
  if (best !== undefined) return { choice: NAMES[best.name], evidence: `${gainText(best)} over the general model` };
  return { choice: NAMES.general, evidence: candidates.map(gainText).join("; ") };
}

function cheap(deployments: readonly Deployment[]): Pick<Recommendation, "choice" | "evidence"> {
  const routed = deployments.find(({ name }) => name === "level-routed");
  const best = deployments.filter(({ name, gain }) => name !== "general" && name !== "blind" && gain !== null);
  const most = Math.max(0, ...best.map(({ gain }) => gain?.value ?? 0));
  if (routed === undefined) return { choice: NAMES.general, evidence: "nothing else was evaluated" };
  const near = most <= GOOD_ENOUGH ? `within ${GOOD_ENOUGH} % of the best` : `${most.toFixed(1)} % above the best`;
  return { choice: NAMES.general, evidence: `one model instead of ${routed.models.length}; ${near}` };
}

function gainText({ name, gain }: Deployment): string {
  if (gain === null) return name;
  return `${name}: gain ${gain.value.toFixed(1)} % [${gain.low.toFixed(1)}, ${gain.high.toFixed(1)}]`;
}
