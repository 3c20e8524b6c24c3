import { isText, type QuestionDraft, type QuestionRecord, type QuestionSet, type Unfit } from "./question.ts";
import type { Declaration } from "./types.ts";

/** Questions whose answer rests on two Wikipedia articles. @see Yang et al. 2018, arXiv:1809.09600 */
export const hotpotqa: Declaration = {
  name: "hotpotqa",
  source: "HotpotQA, https://hotpotqa.github.io",
  licence: "CC BY-SA 4.0",
  mayLeaveMachine: true,
};

/** Paragraphs: ten with two that matter (distractor), or the ten best of all Wikipedia (fullwiki). */
export function hotpotqaQuestions(config: "distractor" | "fullwiki"): QuestionSet {
  return { declaration: hotpotqa, hub: { dataset: "hotpotqa/hotpot_qa", config }, read };
}

function read({ _id, id = _id, question, answer, context, supporting_facts }: QuestionRecord): QuestionDraft | Unfit {
  if (!isText(id)) return { unfit: "id" };
  if (!isText(question)) return { unfit: "question" };
  if (!isText(answer)) return { unfit: "answer" };
  const paragraphs = pairs(context, "sentences", isTexts);
  if (!paragraphs) return { unfit: "context" };
  const facts = supporting_facts === undefined ? undefined : pairs(supporting_facts, "sent_id", isSentence);
  if (supporting_facts !== undefined && !facts) return { unfit: "supporting_facts" };
  const text = paragraphs.map(([title, sentences]) => `${title}\n${sentences.join("").trim()}`).join("\n\n");
  return { id, question, reference_answer: answer, context: text, ...(facts && { supporting_facts: facts }) };
}

/** [[title, second], …] as the original has it, or {title: […], second: […]} as the hub has it. */
function pairs<Second>(
  value: unknown,
  name: string,
  isSecond: (second: unknown) => second is Second,
): (readonly [title: string, second: Second])[] | undefined {
  const found: (readonly [string, Second])[] = [];
  for (const pair of zipped(value, name) ?? [undefined]) {
    const [title, second] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    if (typeof title !== "string" || !isSecond(second)) return undefined;
    found.push([title, second]);
  }
  return found;
}

function zipped(value: unknown, name: string): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  const { title, [name]: second } = Object(value) as QuestionRecord;
  if (!Array.isArray(title) || !Array.isArray(second) || title.length !== second.length) return undefined;
  return title.map((one: unknown, at) => [one, second[at]]);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isSentence(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
