import { isStudyError } from "corrigenda/error";
import { type Cell, type MethodCode, whyfixPrompt } from "corrigenda/whyfix";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cell, fullRow, goodExplanation, reply, shipped } from "./fixture.ts";

const experiment = shipped();
const prompt = whyfixPrompt(experiment);
const read = (method: MethodCode, text: string, finish?: Parameters<typeof reply>[1]) =>
  prompt.parse(reply(text, finish), { cell: cell({ method } as Partial<Cell>), row: fullRow() });

function fault(method: MethodCode, text: string, finish?: Parameters<typeof reply>[1]): [string, unknown] {
  try {
    read(method, text, finish);
  } catch (error) {
    if (isStudyError(error, "reply")) return [error.message, error.facts.reason];
    throw error;
  }
  throw new Error("it parsed");
}

const lists = {
  corresponding_collocation_en: ["make -> take (VERB) + Picture"],
  corresponding_collocation_examples_en: ["make -> take photo", "make -> take picture"],
  other_collocations_en: [],
  other_collocations_examples_en: [],
};

test("a good reply is its fields", () => {
  expect(read("BL", JSON.stringify(goodExplanation))).toEqual({
    kind: "explanation",
    payload: goodExplanation,
    notes: [],
  });
  expect(read("Collo2", JSON.stringify({ ...goodExplanation, ...lists })).payload).toEqual({
    ...goodExplanation,
    ...lists,
  });
  expect(read("Dict", `\`\`\`json\n${JSON.stringify(goodExplanation)}\n\`\`\``).payload).toEqual(goodExplanation);
});

test("each way a reply can be wrong has its own sentence and reason, without the reply's text", () => {
  const id = "lg_fu_12_BL_fON_zero_t_l_fifty";
  expect(fault("BL", "Sure! Here it is")).toEqual([`${id}: the reply (16 characters) is not JSON`, "not JSON"]);
  expect(fault("BL", JSON.stringify({ ...goodExplanation, explanation_zh_tw: undefined }))).toEqual([
    `${id}: the reply's explanation_zh_tw is missing`,
    "missing field",
  ]);
  expect(fault("BL", JSON.stringify({ ...goodExplanation, explanation_en: " " }))).toEqual([
    `${id}: the reply's explanation_en is empty`,
    "missing field",
  ]);
  expect(fault("BL", JSON.stringify({ ...goodExplanation, example_en: ["one"] }))).toEqual([
    `${id}: the reply's example_en has 1 entries; 2 expected`,
    "wrong count",
  ]);
  expect(
    fault("Collo2", JSON.stringify({ ...goodExplanation, ...lists, other_collocations_en: ["a", "b", "c", "d"] })),
  ).toEqual([
    "lg_fu_12_Collo2_fON_zero_t_l_fifty: the reply's other_collocations_en has 4 entries; at most 3 expected",
    "wrong count",
  ]);
  expect(fault("BL", JSON.stringify({ ...goodExplanation, example_zh_tw: "兩句" }))).toEqual([
    `${id}: the reply's example_zh_tw is not a list`,
    "wrong type",
  ]);
  expect(fault("BL", "[]")[1]).toBe("wrong type");
  expect(fault("BL", "", "refusal")).toEqual([`${id}: the model refused to answer; look at the row's text`, "refusal"]);
  expect(fault("BL", '{"explanation_en": "We', "length")).toEqual([
    `${id}: the reply was cut off at the output limit; allow more output tokens`,
    "cut off",
  ]);
  expect(fault("BL", " ")).toEqual([`${id}: the reply has no text`, "no text"]);
});

test("matched items are the list's own, each once; a strange one is kept and noted", () => {
  const [first, second] = experiment.lists.causes as [string, string];
  const answer = read("Cause", JSON.stringify({ matched: [first, ` 2. ${second}`, first, "Bad luck."] }));
  expect(answer.payload).toEqual({ matched: [first, second, "Bad luck."] });
  expect(answer.notes).toEqual(["1 of 3 matched items are not in the list"]);
  expect(read("Acad", '{"matched": []}')).toEqual({ kind: "knowledge", payload: { matched: [] }, notes: [] });
  expect(read("Acad", JSON.stringify({ matched: [first] })).notes).toEqual([
    "1 of 1 matched items are not in the list",
  ]);
});

test("markers in examples and fields not asked for are noted, not fatal", () => {
  const odd = { ...goodExplanation, example_en: ["She [-made-] it.", "She took it."], mood: "good" };
  const answer = read("BL", JSON.stringify(odd));
  expect(answer.notes).toEqual(["1 fields that were not asked for are left out", "an example holds markers"]);
  expect(answer.payload).not.toHaveProperty("mood");
});

test("any text is read or refused with StudyError reply", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json()),
      fc.constantFrom<MethodCode>("BL", "Collo2", "Cause"),
      (text, method) => {
        try {
          read(method, text);
        } catch (error) {
          expect(isStudyError(error, "reply")).toBe(true);
        }
      },
    ),
  );
});
