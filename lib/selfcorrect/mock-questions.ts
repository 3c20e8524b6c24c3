import { keyedRng, type Rng } from "corrigenda/rng";
import type { Question } from "./types.ts";

const ASKED = /^What is \(?(\d+) ([-+*/]) (\d+)\)?(?: ([-+*/]) (\d+))?\?$/;
const SIGNS = ["+", "-", "*", "/"] as const;

/**
 * Arithmetic questions in one or two steps, whole-number answers, one at a time: any number of them in constant memory.
 * The first m of n questions are the m questions of the same seed. Ids are "q1", "q2", ….
 * @param n how many; Infinity for no end
 */
export function* mockQuestions(n: number, seed: number): Generator<Question> {
  const rng = keyedRng(seed, "mock questions");
  for (let made = 1; made <= n; made++) {
    const question = `What is ${rng.int(2) === 0 ? step(rng) : twoSteps(rng)}?`;
    yield { id: `q${made}`, question, reference_answer: mockAnswer(question) ?? "" };
  }
}

/** The answer of a mock question, from its text; undefined for any other text. */
export function mockAnswer(question: string): string | undefined {
  const [, a, sign, b, next, c] = ASKED.exec(question) ?? [];
  if (a === undefined || sign === undefined || b === undefined) return undefined;
  const first = apply(Number(a), sign, Number(b));
  return String(next === undefined ? first : apply(first, next, Number(c)));
}

function step(rng: Rng): string {
  const [sign, a, b] = [rng.pick(SIGNS), 2 + rng.int(98), 2 + rng.int(11)];
  return sign === "/" ? `${a * b} / ${b}` : `${a} ${sign} ${b}`;
}

/** A last division would seldom end, so the second step is one of the others. */
function twoSteps(rng: Rng): string {
  return `(${step(rng)}) ${rng.pick(SIGNS.slice(0, 3))} ${2 + rng.int(48)}`;
}

function apply(a: number, sign: string, b: number): number {
  if (sign === "+") return a + b;
  if (sign === "-") return a - b;
  return sign === "*" ? a * b : a / b;
}
