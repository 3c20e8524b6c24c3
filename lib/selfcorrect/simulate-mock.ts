import type { Known } from "./simulate-wording.ts";
import type { Scoring } from "./types.ts";

/** Arithmetic that needs no reference: the last number of a reply is its answer. */
const ARITHMETIC: Scoring = {
  name: "mock",
  instruction: "End with #### and the number.",
  extract: (text) => /-?\d+(?:\.\d+)?(?!.*\d)/s.exec(text)?.[0],
  isCorrect: (text, reference) => Number(ARITHMETIC.extract(text)) === Number(reference),
  same: (a, b) => Number(a) === Number(b),
};

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "×": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/** The sum or product that a prompt asks for, such as "What is 6 * 7?"; undefined where it asks for none. */
export function mockQuestion(prompt: string): Known | undefined {
  const [, a, sign = "", b] = /(-?\d+)\s*([-+*×/])\s*(\d+)/.exec(prompt) ?? [];
  const value = OPERATIONS[sign]?.(Number(a), Number(b));
  if (value === undefined || !Number.isInteger(value)) return undefined;
  const question = `What is ${a} ${sign} ${b}?`;
  return { question: { id: question, question, reference_answer: String(value) }, scoring: ARITHMETIC };
}
