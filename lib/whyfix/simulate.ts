import type { SimulatedRequest, Simulator } from "corrigenda/provider";
import type { Rng } from "corrigenda/rng";
import { type Collocation, type Explanation, type Matched, SCHEMA_NAMES } from "./answers.ts";
import { CORRECTION_SCHEMA } from "./correct.ts";
import { simulatedCorrection } from "./correct-simulate.ts";
import { JUDGE_SCHEMA } from "./judge.ts";
import { simulatedJudgement } from "./judge-simulate.ts";
import { EXAMPLES_EN, EXAMPLES_ZH, SENTENCES_EN, SENTENCES_ZH } from "./simulated-texts.ts";

/** One in 200 answers is bad, so that the way of errors is walked in every longer run. */
const BAD_SHARE = 0.005;

/** Answers whyfix's own requests offline. The texts are templates, labelled [offline]: they say nothing about English. */
export const simulateWhyfix: Simulator = (request, rng) => {
  const prompt = request.messages.map(({ content }) => content).join("\n");
  const answer = answerTo(request, prompt, rng);
  if (answer === undefined) return undefined;
  return rng.next() < BAD_SHARE ? spoil(answer, rng) : JSON.stringify(answer);
};

function answerTo({ schemaName }: SimulatedRequest, prompt: string, rng: Rng): object | undefined {
  if (schemaName === SCHEMA_NAMES.knowledge) return matched(prompt, rng);
  if (schemaName === SCHEMA_NAMES.explanation) return explanation(prompt, rng);
  if (schemaName === SCHEMA_NAMES.collocation) return { ...explanation(prompt, rng), ...collocations(prompt, rng) };
  if (schemaName === CORRECTION_SCHEMA) return simulatedCorrection(prompt, rng);
  if (schemaName === JUDGE_SCHEMA) return simulatedJudgement(prompt, rng);
  return undefined;
}

function matched(prompt: string, rng: Rng): Matched {
  const items = [...prompt.matchAll(/^\d+\. (.+)$/gm)].map(([, item]) => item as string);
  return { matched: rng.shuffle(items).slice(0, rng.int(5)) };
}

function explanation(prompt: string, rng: Rng): Explanation {
  const words = wordsOf(prompt);
  const limit = Number(/\bin (\d+) words\b/.exec(prompt)?.[1] ?? 95);
  const pick = rng.int(EXAMPLES_EN.length);
  const examples = (texts: readonly (readonly [string, string])[]): string[] =>
    (texts[pick] ?? []).map((text) => put(text, words));
  return {
    explanation_en: ["[offline]", ...sentences(limit, rng).map((text) => put(text, words))].join(" "),
    explanation_zh_tw: `[offline] ${rng
      .shuffle(SENTENCES_ZH)
      .slice(0, limit < 40 ? 1 : 2 + rng.int(2))
      .map((text) => put(text, words))
      .join("")}`,
    example_en: examples(EXAMPLES_EN),
    example_zh_tw: examples(EXAMPLES_ZH),
  };
}

/** Sentences up to the word limit; now and then one too many, as models do. */
function sentences(limit: number, rng: Rng): string[] {
  const chosen: string[] = [];
  let words = 1;
  const over = rng.next() < 0.06;
  for (const sentence of rng.shuffle(SENTENCES_EN)) {
    const more = sentence.split(" ").length;
    if (words + more > limit && !over) continue;
    chosen.push(sentence);
    words += more;
    if (words > limit) break;
  }
  return chosen;
}

interface Words {
  readonly learner: string;
  readonly editor: string;
}

/** The two words where the prompts name them, else where the markers show them. */
function wordsOf(prompt: string): Words {
  const swapped = /suggests "(.*?)" in place of "(.*?)"\.$/m.exec(prompt);
  if (swapped !== null) return { learner: swapped[2] as string, editor: swapped[1] as string };
  const named = /(?:A has "(.*?)" where B has|The words: "(.*?)" and) "(.*?)"\./.exec(prompt);
  if (named !== null) return { learner: (named[1] ?? named[2]) as string, editor: named[3] as string };
  const learner = /\[-(?!\.\.\.)(.+?)-\]/.exec(prompt)?.[1];
  const editor = /\{\+(?!\.\.\.)(.+?)\+\}/.exec(prompt)?.[1];
  return { learner: learner ?? "the first word", editor: editor ?? "the second word" };
}

function put(text: string, { learner, editor }: Words): string {
  return text.replace(/LEARNER|EDITOR/g, (name) => (name === "LEARNER" ? learner : editor));
}

type Lists = Omit<Collocation, keyof Explanation>;

/** Lists from the collocations that the prompt shows; empty where it shows none, as the prompt asks. */
function collocations(prompt: string, rng: Rng): Lists {
  const rows = block(prompt, "related_collocations")
    .split("\n")
    .filter((line) => line.includes("|"))
    .map((line) => line.split("|").map((field) => field.trim()));
  const [first] = rows;
  const others = rng.shuffle(entries(block(prompt, "other_category_collocations"))).slice(0, 3);
  const shown = (row: readonly string[] | undefined): string => `${row?.[0]} -> ${row?.[3]}`;
  const category = first?.[6]?.split("<")[1]?.trim() ?? "Thing";
  return {
    corresponding_collocation_en: first === undefined ? [] : [`${shown(first)} (${first[1]}) + ${category}`],
    corresponding_collocation_examples_en: first === undefined ? [] : [shown(first), shown(rows[1] ?? first)],
    other_collocations_en: others.map(({ component_change_category }) => component_change_category),
    other_collocations_examples_en: others.map(({ example_collocation }) => example_collocation),
  };
}

function block(prompt: string, tag: string): string {
  return new RegExp(`^<${tag}>\\n([\\s\\S]*?)\\n</${tag}>$`, "m").exec(prompt)?.[1] ?? "";
}

function entries(text: string): { component_change_category: string; example_collocation: string }[] {
  const pairs = text.matchAll(
    /"component_change_category":\s*("(?:[^"\\]|\\.)*"),\s*"example_collocation":\s*("(?:[^"\\]|\\.)*")/g,
  );
  return [...pairs].map(([, category, example]) => ({
    component_change_category: JSON.parse(category as string) as string,
    example_collocation: JSON.parse(example as string) as string,
  }));
}

/** The ways in which replies go wrong most: cut-off JSON, talk around it, a missing field. */
function spoil(answer: object, rng: Rng): string {
  const text = JSON.stringify(answer);
  const way = rng.int(3);
  if (way === 0) return text.slice(0, Math.floor(text.length * 0.6));
  if (way === 1) return `Sure! Here is the answer you asked for: ${text.slice(1, 60)} …`;
  return JSON.stringify(Object.fromEntries(Object.entries(answer).slice(1)));
}
