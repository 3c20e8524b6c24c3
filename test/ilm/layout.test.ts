import {
  applySpans,
  documentExamples,
  infillTokens,
  type LayoutOptions,
  padded,
  type Spans,
  TARGET,
  TASKS,
  type Task,
} from "corrigenda/ilm";
import { loadTokenizer } from "corrigenda/text";
import { describe, expect, test } from "vitest";

const tokenizer = await loadTokenizer("r50k_base");
const tokens = infillTokens(["document", "paragraph", "sentence", "ngram", "word"]);
const WORD = 4;
const BREAKFAST = "She ate cereal for breakfast this morning";

function examplesOf(text: string, spans: readonly string[], more: Partial<LayoutOptions> = {}) {
  const dropped = new Map<string, number>();
  const masks: Spans = spans.flatMap((span) => [WORD, text.indexOf(span), span.length]);
  const options: LayoutOptions = { task: "ilm", length: 256, tokens, ...more };
  return { examples: documentExamples({ text, examples: [masks] }, tokenizer, options, dropped), dropped };
}

const show = (id: number): string => tokens.names[id] ?? tokenizer.decode([id]);

test("the special tokens follow GPT-2's", () => {
  expect(tokens).toMatchObject({ start: 50257, end: 50258, masks: [50259, 50260, 50261, 50262, 50263], size: 50264 });
  expect(tokens.names[50261]).toBe("<|infill_sentence|>");
});

describe("the original's golden example", () => {
  // chrisdonahue/ilm, train_ilm_test.py: tokens and target types of each task
  const [context, answers] = ["She| ate|W| for|W|!|S", " cereal|E| breakfast| this| morning|E"];
  const whole = "She| ate| cereal| for| breakfast| this| morning|!|E";
  const golden: Readonly<Record<Task, readonly [tokens: string, types: string]>> = {
    ilm: [`${context}|${answers}`, "1121213454445"],
    no_context_ilm: [`S|${answers}`, "3454445"],
    naive: [`${context}|${whole}`, "1121213664544456"],
    lm: [`S|${whole}`, "3664544456"],
    reverse_lm: ["S|!| morning| this| breakfast| for| cereal| ate|She|E", "3644454566"],
  };
  const short = { W: "<|infill_word|>", S: "<|startofinfill|>", E: "<|endofinfill|>" } as const;

  test.each(TASKS)("%s, cut at every length", (task) => {
    const expected = golden[task][0].split("|").map((token) => short[token as keyof typeof short] ?? token);
    for (let length = 0; length <= 16; length++) {
      const { examples } = examplesOf(`${BREAKFAST}!`, ["cereal", "breakfast this morning"], { task, length });
      const [example] = examples;
      expect(Array.from(example?.ids ?? [], show)).toEqual(expected.slice(0, length));
      expect(example?.types.join("")).toBe(golden[task][1].slice(0, length));
    }
  });

  test("where the last span ends the text, the end token says that it ended", () => {
    const types = (task: Task): string | undefined =>
      examplesOf(BREAKFAST, ["cereal", "breakfast this morning"], { task }).examples[0]?.types.join("");
    expect(types("lm")).toBe("366454445");
    expect(types("naive")).toBe("11212366454445");
    expect(types("reverse_lm")).toBe("344454566");
  });
});

test("examples are padded with zeros", () => {
  const [example] = examplesOf("Hi there", ["there"]).examples;
  if (!example) return expect.unreachable("no example");
  expect([...padded(example, 8).ids]).toEqual([17250, 50263, 50257, 612, 50258, 0, 0, 0]);
  expect([...padded(example, 8).types]).toEqual([1, 2, 3, 4, 5, 0, 0, 0]);
});

test.each(["“Café”", "🙂", "日本語", "本", "naïve", "—", "👩‍👩‍👧", "e\u0301"])(
  "a document of characters that tokens cut is kept: %s is masked in it, with nothing of it left",
  (span) => {
    const text = "So “Café” was 🙂 — in 日本語, naïve 👩‍👩‍👧 e\u0301nd.";
    const { examples, dropped } = examplesOf(text, [span]);
    expect([...dropped]).toEqual([]);
    const [example] = examples;
    const of = (type: number): string =>
      tokenizer.decode(Array.from(example?.ids ?? []).filter((_, at) => example?.types[at] === type));
    expect(of(TARGET.INFILL)).toContain(span);
    expect((of(TARGET.CONTEXT) + of(TARGET.INFILL)).length).toBe(text.length);
  },
);

test("spans that share a token drop the example, and the reason is counted", () => {
  const apart = examplesOf("I can't", ["can", "'t"]);
  expect([apart.examples.length, [...apart.dropped]]).toEqual([1, []]);
  // Two words for the masks, one token for the model.
  const shared = examplesOf("I cannot", ["can", "not"]);
  expect([shared.examples, [...shared.dropped]]).toEqual([[], [["two spans share a token", 1]]]);
});

test("a mask without spans has no answers", () => {
  const { examples } = examplesOf("Hi there", []);
  expect(examples[0]?.types.join("")).toBe("113");
});

test("examples that the naive task could not hold are left out on request", () => {
  // 7 tokens of text, 5 of context, separator and end: 14
  const left = (length: number): number =>
    examplesOf(BREAKFAST, ["cereal", "this morning"], { length, skipNaiveIncomplete: true }).examples.length;
  expect([left(15), left(14)]).toEqual([1, 0]);
});

test("text with its spans replaced, as the original shows it", () => {
  // chrisdonahue/ilm, ilm/mask/util_test.py
  const applied = applySpans("She ate leftover pasta for lunch.", [0, 8, 14, 1, 27, 5], ["ngram", "word"]);
  expect(applied.context).toBe("She ate <ngram> for <word>.");
  expect(applied.answers).toEqual([
    { type: "ngram", text: "leftover pasta" },
    { type: "word", text: "lunch" },
  ]);
});
