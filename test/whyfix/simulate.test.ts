import { keyedRng } from "corrigenda/rng";
import { METHODS, type MethodCode, simulateWhyfix, whyfixPrompt } from "corrigenda/whyfix";
import { expect, test } from "vitest";
import { bareRow, cell, fullRow, reply, shipped } from "./fixture.ts";

const experiment = shipped();
const prompt = whyfixPrompt(experiment);
const knowledge = { causes: ["c"], academic_writing: ["a"] };
const methods = Object.keys(METHODS) as MethodCode[];

/** The simulator's text for an item, under a seed. */
function simulated(
  method: MethodCode,
  seed: number,
  changes: Parameters<typeof cell>[0] = {},
  row = fullRow(),
): string | undefined {
  const { model, messages, schema } = prompt.request({ row, cell: cell({ method, ...changes }), knowledge });
  return simulateWhyfix({ model, messages, schemaName: schema?.name ?? "" }, keyedRng(seed));
}

function parsed(method: MethodCode, seed: number, changes: Parameters<typeof cell>[0] = {}, row = fullRow()) {
  const item = { row, cell: cell({ method, ...changes }) };
  return prompt.parse(reply(simulated(method, seed, changes, row) ?? ""), item);
}

test("the same request and seed give the same text, others give another", () => {
  for (const method of methods) expect(simulated(method, 5)).toBe(simulated(method, 5));
  expect(new Set(Array.from({ length: 40 }, (_, seed) => simulated("BL", seed))).size).toBeGreaterThan(30);
});

test("good answers parse without a note, say that they are simulated, and name both words", () => {
  for (const method of methods) {
    const { kind, payload, notes } = parsed(method, 1);
    expect(notes).toEqual([]);
    if (kind === "knowledge") continue;
    expect(payload.explanation_en).toMatch(/^\[offline\] /);
    expect(payload.explanation_zh_tw).toMatch(/^\[offline\] .*「(made|took)」/);
    expect(payload.example_en[0]).toContain("made");
    expect(payload.example_en[1]).toContain("took");
  }
});

test("matched items are taken from the list, letter by letter, and vary", () => {
  const answers = Array.from(
    { length: 30 },
    (_, seed) => (parsed("Cause", seed).payload as { matched: string[] }).matched,
  );
  expect(answers.flat().every((item) => experiment.lists.causes.includes(item))).toBe(true);
  expect(new Set(answers.map(({ length }) => length)).size).toBeGreaterThan(2);
});

test("collocations are those of the prompt, and there are none where it shows none", () => {
  expect(parsed("Collo2", 1).payload).toMatchObject({
    corresponding_collocation_en: ["make -> take photo (VERB) + Picture"],
    other_collocations_en: expect.arrayContaining(["make -> do (VERB) + Task"]),
  });
  expect(parsed("Collo2", 1, {}, bareRow()).payload).toMatchObject({
    corresponding_collocation_en: [],
    other_collocations_examples_en: [],
  });
});

test("lengths follow the limit asked for, with a few over it", () => {
  const words = (length: string) =>
    Array.from({ length: 200 }, (_, seed) => seed)
      .filter((seed) => isGood("BL", seed, { length }))
      .map(
        (seed) =>
          (parsed("BL", seed, { length }).payload as { explanation_en: string }).explanation_en.split(" ").length,
      );
  const [thirty, eighty] = [words("thirty"), words("eighty")];
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(thirty)).toBeGreaterThan(18);
  expect(mean(thirty)).toBeLessThan(34);
  expect(mean(eighty)).toBeGreaterThan(60);
  const over = thirty.filter((n) => n > 30).length / thirty.length;
  expect(over).toBeGreaterThan(0);
  expect(over).toBeLessThan(0.15);
});

function isGood(method: MethodCode, seed: number, changes: Parameters<typeof cell>[0] = {}): boolean {
  try {
    parsed(method, seed, changes);
    return true;
  } catch {
    return false;
  }
}

test("about one in two hundred answers is bad, in more than one way", () => {
  const bad = Array.from({ length: 4000 }, (_, seed) => seed).filter((seed) => !isGood("Dict", seed));
  expect(bad.length).toBeGreaterThan(8);
  expect(bad.length).toBeLessThan(40);
  const ways = bad.map((seed) => {
    try {
      JSON.parse(simulated("Dict", seed) ?? "");
      return "missing field";
    } catch {
      return "not JSON";
    }
  });
  expect(new Set(ways).size).toBe(2);
});

test("requests of other studies are left to other simulators", () => {
  for (const schemaName of ["essay_score", "", undefined]) {
    const request = { model: "m", messages: [], ...(schemaName === undefined ? {} : { schemaName }) };
    expect(simulateWhyfix(request, keyedRng(1))).toBeUndefined();
  }
});
