import { contentHash, type JsonObject } from "corrigenda/json";
import { z } from "zod";
import { BASELINES, type Baseline } from "./baseline-names.ts";
import type { Evaluation } from "./evaluate-result.ts";

/** The flags of evaluate that are the study's own. */
export const evaluateFlags = {
  baselines: z
    .string()
    .optional()
    .describe(`what to compare with, beside never asking again: ${BASELINES}; default: one of each but oracle-arm`),
  concurrency: z.number().int().positive().default(16).describe("calls in flight at most"),
};

/**
 * The stage of a comparison: "evaluation" for a run with the usual baselines, other ones by their digits.
 * @param others the traces of the runs after the first
 */
export function evaluationStage(
  { runs, baselines: given }: { readonly runs: string; readonly baselines?: string | undefined },
  baselines: readonly Baseline[],
  others: readonly { readonly manifestSha256: string }[],
): { readonly stage: string; readonly config: JsonObject; readonly words: readonly string[] } {
  const hashes = others.map(({ manifestSha256 }) => manifestSha256);
  const [, ...more] = runsOf(runs);
  const config = { against: more, baselines: baselines.map(({ name }) => name), manifests: hashes };
  const isUsual = more.length === 0 && given === undefined;
  return {
    stage: isUsual ? "evaluation" : `evaluation-${contentHash(config).slice(0, 8)}`,
    config,
    words: [["{run}", ...more].join(","), ...(given === undefined ? [] : ["--baselines", given])],
  };
}

/** The runs that a list names. */
export function runsOf(list: string): string[] {
  return list.split(",").map((name) => name.trim());
}

/** All that the terminal is told of a comparison. @param table makes rows a text */
export function evaluationWords(evaluation: Evaluation, table: (rows: readonly Row[]) => string): string {
  const tables = [evaluationRows(evaluation), comparisonRows(evaluation)].filter((rows) => rows.length > 0);
  return [...tables.map((rows) => table(rows)), evaluationSentence(evaluation)].join("\n\n");
}

type Row = Readonly<Record<string, string | number>>;

/** A line for each policy, for the terminal. */
function evaluationRows({ policies }: Evaluation): Row[] {
  return policies.map((one) => ({
    policy: one.policy,
    feedback: one.feedback,
    "accuracy %": percents(one.accuracy),
    "tokens a question": one.tokens.value.toFixed(0),
    answers: one.answers.toFixed(2),
    "less tokens %": (100 * one.net.value).toFixed(1),
    front: one.onFront ? "yes" : "",
  }));
}

/** The first policy against each other one. */
function comparisonRows({ comparisons }: Evaluation): Row[] {
  return comparisons.map(({ against, difference, p, pHolm, pairs }) => ({
    against,
    "accuracy, points": percents(difference),
    "only it / other right": pairs ? `${pairs.onlyA} / ${pairs.onlyB}` : "",
    p: p.toPrecision(3),
    "p (Holm)": pHolm.toPrecision(3),
  }));
}

/** What was compared, and who answered. */
function evaluationSentence({ policies, questions, feedback, provider, front }: Evaluation): string {
  const simulated = provider === "offline" ? "; simulated answers: no figure is about any model" : "";
  const own = policies[0]?.policy ?? "";
  const adds = 100 * (front.hypervolume - front.hypervolumeOfOthers);
  return `${own} on ${questions.toLocaleString("en-US")} questions, feedback ${feedback}, provider ${provider}${simulated}. Policies dominate ${(100 * front.hypervolume).toFixed(1)} % of tokens times accuracy, ${adds.toFixed(1)} points of it by ${own} alone.`;
}

function percents({ value, low, high }: { value: number; low: number; high: number }): string {
  return `${(100 * value).toFixed(1)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
}
