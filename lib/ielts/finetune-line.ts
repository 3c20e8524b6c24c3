import type { JsonObject } from "corrigenda/json";
import type { Message } from "corrigenda/provider";
import { CRITERIA } from "./criteria.ts";
import type { Evidence } from "./evidence.ts";
import type { Example } from "./example.ts";

export type Target = "azure" | "openai";

/** What every training file starts with: Azure wants UTF-8 with a byte order mark, OpenAI without. */
export const BYTE_ORDER_MARK: Readonly<Record<Target, string>> = { azure: "\uFEFF", openai: "" };

/** The fixed text of every example, and of every question to the model that comes out of it. */
export const SYSTEM = `You are an experienced IELTS examiner. Score the Task 2 essay by the public band descriptors.

Answer with one JSON object and nothing else:
{"per_criterion": [four objects], "overall": number}
Each object of per_criterion, in this order: Task Response, Coherence & Cohesion, Lexical Resource, Grammatical Range & Accuracy:
{"name": string, "band": number, "evidence_quotes": [1 to 3 strings], "errors": [{"span": string, "type": string, "fix": string}], "suggestions": [1 to 3 strings]}
- Bands are 0 to 9 in steps of 0.5. overall is the mean of the four, rounded to the nearest half band; a quarter goes up.
- evidence_quotes and span are copied from the essay character by character.
- type is one of grammar, lexical, coherence, task, other.`;

const ASK = "Score this essay by the four criteria of IELTS Writing Task 2.\n\nEssay:\n";
const CLOSING = "\n\nAnswer with the JSON object only.";

/** The user's part: the question where there is one, and the essay. */
export function userText({ prompt, essay }: Pick<Example, "prompt" | "essay">): string {
  return `${prompt.trim() === "" ? "" : `Task 2 Question:\n${prompt}\n\n`}${ASK}${essay}${CLOSING}`;
}

/** The question and the essay of a user's part; undefined where it is none. */
export function readUserText(text: string): { readonly prompt: string; readonly essay: string } | undefined {
  const at = text.indexOf(ASK);
  if (at < 0 || !text.endsWith(CLOSING)) return undefined;
  const head = /^Task 2 Question:\n([\s\S]*)\n\n$/.exec(text.slice(0, at));
  if (at > 0 && head === null) return undefined;
  return { prompt: head?.[1] ?? "", essay: text.slice(at + ASK.length, -CLOSING.length) };
}

/** What the model is to learn to answer. */
export function answerOf(
  { bands, overall }: Pick<Example, "bands" | "overall">,
  evidence: readonly Evidence[],
): JsonObject {
  return {
    per_criterion: CRITERIA.map((name, place) => ({
      name,
      band: bands[place],
      evidence_quotes: evidence[place]?.quotes ?? [],
      errors: evidence[place]?.errors ?? [],
      suggestions: evidence[place]?.suggestions ?? [],
    })),
    overall,
  };
}

/** A line of a training file, without its line end. */
export function finetuneLine(example: Example, evidence: readonly Evidence[]): string {
  const messages: Message[] = [
    { role: "system", content: SYSTEM },
    { role: "user", content: userText(example) },
    { role: "assistant", content: JSON.stringify(answerOf(example, evidence)) },
  ];
  return JSON.stringify({ messages });
}
