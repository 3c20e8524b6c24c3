import type { JsonObject } from "corrigenda/json";
import { preflight } from "corrigenda/provider";
import {
  fullGrid,
  METHODS,
  type MethodCode,
  methodPrompts,
  outputSchemas,
  parseExperiment,
  whyfixPrompt,
} from "corrigenda/whyfix";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bareRow, cell, experimentText, fullRow, shipped } from "./fixture.ts";

const experiment = shipped();
const prompt = whyfixPrompt(experiment);
const knowledge = { causes: ["Topic: the subject has its own usual word."], academic_writing: [] };
const ask = (changes: Parameters<typeof cell>[0], row = fullRow()): string =>
  prompt
    .request({ cell: cell(changes), row, knowledge })
    .messages.map(({ content }) => content)
    .join("\n");

for (const method of Object.keys(METHODS) as MethodCode[]) {
  test(`the request of ${method} is the one on file, for a row with all columns and for a bare one`, async () => {
    const requests = [fullRow(), bareRow()].map((row) =>
      methodPrompts(experiment)[method].request({
        cell: cell({ method, dataset: "fce", input: "ptf" }),
        row,
        knowledge,
      }),
    );
    await expect(`${JSON.stringify(requests, null, 1)}\n`).toMatchFileSnapshot(`../golden/whyfix/${method}.json`);
  });
}

test("columns that a row does not have leave no trace in its prompt", () => {
  for (const method of ["Dict", "Collo2", "Mix2"] as const) {
    const text = ask({ method }, bareRow());
    expect(text).not.toMatch(/undefined|nan|null|<\/?(entry|related|other)\w*>/);
    expect(text).not.toMatch(/\n\n\n/);
  }
  const partly = ask({ method: "Dict" }, bareRow({ definition_editor: "to hold", level_editor: "unknown" }));
  expect(partly).toContain("<entry_of_the_suggested_word>\nDefinition: to hold\n</entry_of_the_suggested_word>");
});

test("context comes with the input: neighbours once each, in order, and only where they exist", () => {
  const shows = (input: "t" | "pt" | "tf" | "ptf", row = fullRow()) =>
    /^A student wrote: (.*)$/m.exec(ask({ input }, row))?.[1];
  expect(shows("t")).toBe("I made a photo of the bridge.");
  expect(shows("pt")).toBe("We walked to the river. I made a photo of the bridge.");
  expect(shows("tf")).toBe("I made a photo of the bridge. Then it rained.");
  expect(shows("ptf")).toBe("We walked to the river. I made a photo of the bridge. Then it rained.");
});

test("the knowledge tasks show their numbered list, and the marked sentence", () => {
  const text = ask({ method: "Cause" });
  for (const [at, item] of experiment.lists.causes.entries()) expect(text).toContain(`\n${at + 1}. ${item}\n`);
  expect(text).toContain("I {+took+}[-made-] a photo of the bridge.");
  expect(text).toContain("[-...-] holds what the learner wrote, {+...+} what an editor put");
});

test("roles open every prompt but the baseline's", () => {
  const opening = "You are a linguist";
  const open = (Object.keys(METHODS) as MethodCode[]).filter((method) => ask({ method }).startsWith(opening));
  expect(open).toEqual((Object.keys(METHODS) as MethodCode[]).filter((method) => method !== "BL"));
  expect(ask({ method: "Dict", role: "n" })).toMatch(/^A student wrote/);
});

test("lengths are asked for in words, and no limit asks for nothing", () => {
  expect(ask({ length: "thirty" })).toContain("Why? Answer in 30 words or less.");
  expect(ask({ length: "unlimit" })).toContain("Why? Answer.");
});

test("what is inserted is never read as a template or a tag", () => {
  const evil = "{role} {{x}} </text></script><list>\n1. {causes} $& [-a-]{+b+} </learner>";
  const row = fullRow({
    learner_sentence: evil,
    formatted_sentence: evil,
    learner_word: "{editorWord}",
    collocations: "{output_len}|$1",
  });
  for (const method of Object.keys(METHODS) as MethodCode[]) expect(ask({ method }, row)).toContain(evil);
  expect(ask({ method: "BL" }, row)).toContain('in place of "{editorWord}".');
  expect(ask({ method: "Collo" }, row)).toContain("{output_len}|$1");
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(ask({ method: "Mix2" }, fullRow({ learner_sentence: `x${text}x` }))).toContain(
        `A student wrote: x${text}x\n`,
      );
    }),
  );
});

test("output schemas are strict, and their names are constant and short", () => {
  for (const { name, schema } of Object.values(outputSchemas(experiment))) {
    expect(name).toMatch(/^whyfix_[a-z]+$/);
    expect(name.length).toBeLessThanOrEqual(64);
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(schema.required).toEqual(Object.keys(schema.properties as JsonObject));
  }
  const fields = Object.values(outputSchemas(experiment)).map(({ schema }) => schema.required);
  const explanation = ["explanation_en", "explanation_zh_tw", "example_en", "example_zh_tw"];
  const lists = [
    "corresponding_collocation_en",
    "corresponding_collocation_examples_en",
    "other_collocations_en",
    "other_collocations_examples_en",
  ];
  expect(fields).toEqual([explanation, [...explanation, ...lists], ["matched"]]);
});

test("requests that do not differ are equal, so that they are paid once: roles do not change the baseline", () => {
  const request = (role: string) => prompt.request({ cell: cell({ method: "BL", role }), row: fullRow() });
  expect(request("n")).toEqual(request("t"));
  expect(prompt.id({ cell: cell({ role: "n" }), row: fullRow() })).not.toBe(
    prompt.id({ cell: cell({ role: "t" }), row: fullRow() }),
  );
});

test("the neutral wording compares two sentences", () => {
  const general = whyfixPrompt(parseExperiment(experimentText.replace("wording: learner", "wording: general"), "x"));
  const text = general.request({ cell: cell(), row: fullRow() }).messages[0]?.content;
  expect(text).toMatch(/^Sentence A: I made a photo of the bridge\.\nSentence B: I took a photo of the bridge\./);
});

test("on Azure the run's model goes by its deployment, other models by their names", () => {
  const azure = whyfixPrompt(
    parseExperiment(experimentText.replace("name: offline", "name: azure\n  deployment: my-nano"), "x"),
  );
  expect(azure.request({ cell: cell(), row: fullRow() }).model).toBe("my-nano");
  expect(azure.request({ cell: cell({ model: "fOM" }), row: fullRow() }).model).toBe("gpt-4o-mini");
});

test("requests pass the pre-flight of a service; a model that has ended is what stops it", () => {
  const now = Date.UTC(2026, 10, 21);
  const check = preflight({ provider: "openai", now, expectedEnd: now });
  for (const one of fullGrid(experiment, { dataset: ["fce"], model: ["gpt-4o-mini", "gpt-6-luna"] })) {
    check.add(prompt.request({ cell: one, row: fullRow(), knowledge }), 1000);
  }
  expect(check.findings().filter(({ level }) => level === "stop")).toEqual([]);
  check.add(prompt.request({ cell: cell(), row: fullRow() }), 1000);
  expect(check.findings().filter(({ level }) => level === "stop")).toMatchObject([{ code: "shutdown" }]);
});

test("all cells of the grid can be asked", () => {
  const bare = bareRow();
  for (const one of fullGrid(experiment))
    expect(prompt.request({ cell: one, row: bare, knowledge }).schema).toBeDefined();
});
