import { keyedRng } from "corrigenda/rng";
import { describe, expect, test } from "vitest";
import { simulateRelevance } from "../../lib/whyfix/collocate.ts";
import { parseEntry } from "../../lib/whyfix/collocate-entry.ts";
import { collocatedRows, listLines } from "../../lib/whyfix/collocate-output.ts";
import { relevancePrompt } from "../../lib/whyfix/collocate-relevance.ts";
import { readJsonRows, rowsOnly } from "../../lib/whyfix/data/index.ts";
import { bareRow, fullRow } from "../whyfix/fixture.ts";
import { inputOf } from "../whyfix-data/input.ts";

const candidate = (at: number, text: string) => ({ at, text, score: 1, dense: 1, bm25: 1 });
const retrieved = {
  index: 12,
  formatted_sentence: "I [-made-]{+took+} a photo.",
  query: "make a photo -> take a photo",
  candidates: [candidate(1, "make a picture -> take a picture"), candidate(0, "strong rain -> heavy rain")],
};
const prompt = relevancePrompt({ model: "gpt-4o-mini", temperature: 0 });
const reply = (text: string, finish: "stop" | "length" = "stop") => ({
  ...{ text, finish, model: "gpt-4o-mini" },
  usage: { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 },
});

describe("the relevance check", () => {
  test("one request a row holds the sentence, the correction and all candidates, numbered", () => {
    const { messages, schema } = prompt.request(retrieved);
    expect(messages[0]?.content).toContain("1. make a picture -> take a picture\n2. strong rain -> heavy rain");
    expect(messages[0]?.content).toContain("I [-made-]{+took+} a photo.");
    expect(schema?.schema.additionalProperties).toBe(false);
  });

  test("numbers are read once each and in order; nothing is relevant where nothing is needed", () => {
    expect(prompt.parse(reply('{"needed":true,"relevant":[2,1,2]}'), retrieved).relevant).toEqual([1, 2]);
    expect(prompt.parse(reply('```json\n{"needed":false,"relevant":[1]}\n```'), retrieved).relevant).toEqual([]);
  });

  test.each([
    ['{"needed":true,"relevant":[3]}', "stop", "a number outside the list"],
    ["Sure!", "stop", "not JSON"],
    ['{"needed":true', "length", "cut off"],
  ] as const)("a reply that cannot be used says why: %s", (text, finish, reason) => {
    expect(() => prompt.parse(reply(text, finish), retrieved)).toThrow(
      `row 12: the relevance check's reply cannot be used: ${reason}`,
    );
  });

  test("offline a rule answers: both sides share a content word with the correction", () => {
    const { model, messages } = prompt.request(retrieved);
    const rng = keyedRng(1);
    const answer = simulateRelevance({ model, messages, schemaName: "collocation_relevance" }, rng);
    expect(prompt.parse(reply(answer ?? ""), retrieved)).toEqual({ needed: true, relevant: [1] });
    expect(simulateRelevance({ model, messages, schemaName: "another" }, rng)).toBeUndefined();
  });
});

test("the file is a list in the source's shape that the steps read again: collocations, categories, 'nan' where there are none", async () => {
  const lines = [
    "strong|ADJ|strong rain|heavy rain|3|heavy 3; other 0|rain < Weather|a|b|c|d",
    "make|VERB|make a picture|take a picture|2|take 2; other 0|picture < Picture|a|b|c|d",
    "make|VERB|make an exam|take an exam|1|take 1; other 0|exam < Test|a|b|c|d",
  ];
  const corpus = lines.map((line) => parseEntry(line, "x:1")).flatMap((entry) => ("ok" in entry ? [] : [entry]));
  const of = async function* <T>(...items: T[]) {
    yield* items;
  };
  const rows = [fullRow(), bareRow({ index: 13, learner_sentence: "Another one." })];
  const made = collocatedRows(rows, corpus, of(retrieved), of({ index: 12, needed: true, relevant: [1] }));
  let text = "";
  for await (const line of listLines(made)) text += `${line}\n`;
  const values = JSON.parse(text) as Record<string, unknown>[];
  expect(values.map(({ index, collocations }) => [index, collocations])).toEqual([
    [12, lines[1]],
    [13, "nan"],
  ]);
  expect(JSON.parse(values[0]?.other_categories_formatted_json as string)).toEqual([
    {
      component_change_category: "make -> take (VERB) + noun of Test",
      example_collocation: "make an exam -> take an exam",
    },
  ]);
  const back = [];
  for await (const row of rowsOnly(readJsonRows(inputOf(text, "x.json")), new Map())) back.push(row);
  expect(back[0]).toEqual({ ...values[0] });
  expect(back[1]?.collocations).toBeUndefined();
});
