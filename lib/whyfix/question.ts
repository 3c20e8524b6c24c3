import type { Cell } from "./cell.ts";
import { type WhyfixItem, type WhyfixPrompt, whyfixPrompt } from "./prompts.ts";
import type { Setup } from "./setup.ts";
import { type Blocked, blockedItems, cellItems, type MatchedById, stepGroups } from "./steps.ts";

/** What step 1 or step 3 asks. */
export interface StepQuestion {
  readonly cells: readonly Cell[];
  readonly prompt: WhyfixPrompt;
  readonly rows: () => Iterable<WhyfixItem>;
  /** Rows that cannot be asked, because an answer of step 1 is missing. */
  readonly blocked: () => Iterable<Blocked>;
  readonly output: typeof OUTPUT_TOKENS;
}

/** Tokens of an answer, for estimates: two languages and two examples each; reasoning models think as well. */
export const OUTPUT_TOKENS = { low: 80, mean: 350, high: 1_500 };

/** @param matched what Cause and Acad matched in step 1; step 3 builds on it */
export function stepQuestion(
  { experiment, source, rows }: Setup,
  step: 1 | 3,
  matched: MatchedById = new Map(),
): StepQuestion {
  const groups = stepGroups(experiment, step, { dataset: source.code, sampleSize: source.size });
  const cells = groups.flatMap((group) => group.cells);
  return {
    cells,
    prompt: whyfixPrompt(experiment),
    rows: () => cellItems(cells, rows, matched),
    blocked: () => blockedItems(cells, rows, matched),
    output: OUTPUT_TOKENS,
  };
}

/** What the replies that a stage collects were asked; undefined where that is not one of the four steps. */
export function stageQuestion(stage: string, setup: Setup, matched: MatchedById | undefined): StepQuestion | undefined {
  if (stage === "step2") return stepQuestion(setup, 1);
  return stage === "step4" && matched ? stepQuestion(setup, 3, matched) : undefined;
}
