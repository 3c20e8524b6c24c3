import type { Message } from "corrigenda/provider";
import type { Question, Scoring, Template } from "./types.ts";

/** The text of the first prompt: what has to be read, the question, the form of the answer. */
export function firstPrompt({ question, context }: Question, { instruction }: Pick<Scoring, "instruction">): string {
  return [...(context === undefined ? [] : [context]), question, instruction].join("\n\n");
}

/** A template with the answer so far in its place. */
export function fillTemplate({ text }: Pick<Template, "text">, answer: string): string {
  return text.replaceAll("<ANSWER>", () => answer);
}

/** A trace's first request. */
export function firstMessages(first: string): readonly Message[] {
  return [{ role: "user", content: first }];
}

/** A re-prompt: the question, the last answer, the filled template. Earlier answers are not sent again. */
export function repromptMessages(first: string, answer: string, prompt: string): readonly Message[] {
  return [
    { role: "user", content: first },
    { role: "assistant", content: answer },
    { role: "user", content: prompt },
  ];
}
