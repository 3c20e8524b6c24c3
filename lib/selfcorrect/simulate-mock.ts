import { mockAnswer } from "./mock-questions.ts";
import { scoringOf } from "./score.ts";
import type { Known } from "./simulate-wording.ts";

/** The mock question that a prompt asks, answered from its text; undefined where it asks none. */
export function mockQuestion(prompt: string): Known | undefined {
  const question = prompt.slice(0, prompt.indexOf("\n\n") + 1 || undefined).trim();
  const reference_answer = mockAnswer(question);
  if (reference_answer === undefined) return undefined;
  return { question: { id: question, question, reference_answer }, scoring: scoringOf("mock") };
}
