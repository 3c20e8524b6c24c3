import { keyedRng } from "corrigenda/rng";
import { fillTemplate, firstMessages, firstPrompt, repromptMessages } from "./prompts.ts";
import { scoringOf } from "./score.ts";
import { cellAccuracy, cellTransitions, steadyAccuracy } from "./simulate-chain.ts";
import { mockQuestion } from "./simulate-mock.ts";
import { simulatedAsk, simulateSelfcorrect } from "./simulate-model.ts";
import { cellFor, type Preset } from "./simulate-presets.ts";
import type { Template } from "./types.ts";

export interface FiguresAsked {
  readonly preset: Preset;
  readonly dataset: string;
  readonly template: Template;
  /** How many questions are asked. */
  readonly questions: number;
  /** How often each is asked again. */
  readonly rounds: number;
  readonly seed: number;
}

/** Counts of right answers by turn, and of what happened between the first two; shares are these over `questions`. */
export interface SimulatedFigures {
  /** [rounds + 1] */
  readonly right: readonly number[];
  /** [rounds + 1] Right where wrong answers alone are asked about again. */
  readonly oracleRight: readonly number[];
  readonly fixed: number;
  readonly broken: number;
  /** New answers, right or wrong. */
  readonly flipped: number;
}

/** Asks a simulated model sums, in this process, and again and again with one template. */
export function simulatedFigures(asked: FiguresAsked): SimulatedFigures {
  const { preset, dataset, template, questions, rounds, seed } = asked;
  const ask = simulatedAsk(
    simulateSelfcorrect({ preset, dataset, templates: [template], references: () => undefined }),
  );
  const right = new Array<number>(rounds + 1).fill(0);
  const oracleRight = new Array<number>(rounds + 1).fill(0);
  const moves = { fixed: 0, broken: 0, flipped: 0 };
  for (let at = 0; at < questions; at++) {
    const first = sumOf(seed, at);
    const known = mockQuestion(first);
    if (known === undefined) continue;
    const answers = [ask({ model: "simulated", messages: firstMessages(first) }) ?? ""];
    for (let round = 0; round < rounds; round++) {
      const last = answers[round] ?? "";
      const prompt = fillTemplate(template, known.scoring.extract(last) ?? last);
      answers.push(ask({ model: "simulated", messages: repromptMessages(first, last, prompt) }) ?? "");
    }
    const verdicts = answers.map((answer) => known.scoring.isCorrect(answer, known.question.reference_answer));
    for (const [round, isRight] of verdicts.entries()) {
      if (isRight) right[round] = (right[round] ?? 0) + 1;
      if (verdicts.indexOf(true) >= 0 && verdicts.indexOf(true) <= round)
        oracleRight[round] = (oracleRight[round] ?? 0) + 1;
    }
    const [one = "", two = ""] = answers.map((answer) => known.scoring.extract(answer) ?? "");
    if (one !== two) moves.flipped += 1;
    if (!verdicts[0] && verdicts[1]) moves.fixed += 1;
    if (verdicts[0] && !verdicts[1]) moves.broken += 1;
  }
  return { right, oracleRight, ...moves };
}

/** Few texts come twice, so that each question draws its own difficulty. */
function sumOf(seed: number, at: number): string {
  const rng = keyedRng(seed, "sum", at);
  const question = `What is ${1000 + rng.int(9000)} + ${1000 + rng.int(9000)}?`;
  return firstPrompt({ id: question, question, reference_answer: "" }, scoringOf("mock"));
}

export interface FigureRows {
  readonly rounds: Readonly<Record<string, string | number>>[];
  readonly moves: Readonly<Record<string, string | number>>[];
  /** Accuracy after any number of rounds, [0, 1]. */
  readonly steady: number;
}

/** Simulated figures beside the closed form, in percent, and how many standard errors lie between. */
export function figureRows(asked: FiguresAsked): FigureRows {
  const { preset, dataset, template, questions } = asked;
  const cell = cellFor(preset, dataset);
  const figures = simulatedFigures(asked);
  const beside = (what: string, count: number, share: number) => {
    const error = Math.sqrt((share * (1 - share)) / questions);
    const off = error === 0 ? 0 : (count / questions - share) / error;
    return {
      [`${what}, closed form`]: (100 * share).toFixed(2),
      [`${what}, simulated`]: (100 * (count / questions)).toFixed(2),
      "off by SE": off.toFixed(1),
    };
  };
  const { fixed, broken, flipped } = cellTransitions(cell, template);
  return {
    rounds: figures.right.map((count, round) => ({
      round,
      ...beside("right", count, cellAccuracy(cell, round, template)),
    })),
    moves: [
      { "first round": "wrong to right", ...beside("answers", figures.fixed, fixed) },
      { "first round": "right to wrong", ...beside("answers", figures.broken, broken) },
      { "first round": "any new answer", ...beside("answers", figures.flipped, flipped) },
    ],
    steady: steadyAccuracy(cell, template),
  };
}
