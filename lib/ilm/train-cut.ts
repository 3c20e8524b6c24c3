import type { Examples } from "./example-file.ts";
import { TARGET } from "./example-layout.ts";
import { scoredExamples, type TokenSetup } from "./train-documents.ts";
import type { TrainingFiles } from "./train-files.ts";

/** How many of the examples that were drawn lose answers, since a sequence ends before them. */
export interface AnswersCut {
  readonly drawn: number;
  /** Lose at least the end of an answer. */
  readonly cut: number;
  /** Lose all answers: nothing is learned from them but their context. */
  readonly lost: number;
}

/** Enough for a share to be right within three percent points. */
const DRAWN = 1_000;

/** Looks at some examples of a file as they would be without an end, beside the length of the setup. */
export async function answersCut(
  examples: Pick<Examples, "header" | "document" | "locate">,
  setup: TokenSetup,
  seed: number,
): Promise<AnswersCut> {
  const whole = { ...setup, length: Number.POSITIVE_INFINITY };
  const items = scoredExamples(examples, whole, { seed, documents: DRAWN });
  let [cut, lost] = [0, 0];
  for (let at = 0; at < items.size; at++) {
    const kinds = Array.from((await items.example(at, 0)).kinds);
    const isAnswer = (kind: number): boolean => kind === TARGET.INFILL || kind === TARGET.INFILL_SPECIAL;
    if (kinds.findLastIndex(isAnswer) < setup.length) continue;
    cut += 1;
    if (kinds.findIndex(isAnswer) >= setup.length) lost += 1;
  }
  return { drawn: items.size, cut, lost };
}

/** Of a training's two files: what its manifest counts, and what is to be said. */
export async function trainingCuts(
  { training, validation }: Pick<TrainingFiles, "training" | "validation">,
  setup: TokenSetup,
  seed: number,
): Promise<{ readonly counts: Readonly<Record<string, number>>; readonly warnings: readonly string[] }> {
  const [train, valid] = [await answersCut(training, setup, seed), await answersCut(validation, setup, seed)];
  return {
    counts: { ...cutCounts("train", train), ...cutCounts("valid", valid) },
    warnings: [
      ...cutWarning("the training split", train, setup.length),
      ...cutWarning("the validation split", valid, setup.length),
    ],
  };
}

/** What is to be said of a split; nothing where no answer is cut off. */
export function cutWarning(split: string, { drawn, cut, lost }: AnswersCut, length: number): readonly string[] {
  if (cut === 0) return [];
  const [some, all] = [cut, lost].map((number) => `${((100 * number) / drawn).toFixed(1)} %`);
  const of = `of ${drawn.toLocaleString("en-US")} examples of ${split} ${some} lose answers behind ${length} tokens`;
  return [`warning: ${of}, ${all} all of them; raise --train-sequence-length (1024 at most) to keep them`];
}

/** As a manifest counts it: "trainCut" of "trainDrawn" … */
export function cutCounts(split: string, { drawn, cut, lost }: AnswersCut): Readonly<Record<string, number>> {
  return { [`${split}Drawn`]: drawn, [`${split}Cut`]: cut, [`${split}Lost`]: lost };
}
