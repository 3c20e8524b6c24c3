import { isStudyError } from "corrigenda/error";
import {
  actionsOf,
  CONTEXT_KEYS,
  contextKey,
  fillTemplate,
  ownTemplates,
  parseTemplates,
} from "corrigenda/selfcorrect";
import { expect, test } from "vitest";

const count = (values: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(values)].map((value) => [value, values.filter((one) => one === value).length]));

function complaint(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isStudyError(error, "config")) return error.message;
    throw error;
  }
  return "no complaint";
}

test("32 templates and none are the 33 actions of the source's summary, its canonical ids among them", () => {
  const actions = actionsOf(ownTemplates());
  expect([actions.length, new Set(actions).size, actions[0]]).toEqual([33, 33, "none"]);
  // R4.D and R4.79: the documentation's own ids.
  for (const id of ["p_try_again", "p_think_step_by_step", "p_think_less", "p_are_you_sure", "p_explain_why"])
    expect(actions).toContain(id);
});

test("every style and load is used about as often as in the source", () => {
  const templates = ownTemplates();
  // The source has 9, 6, 5, 5, 4, 4 of its 33, and loads 10, 12, 11 (facts 4.D).
  expect(count(templates.map(({ style }) => style))).toEqual({
    neutral: 8,
    concise: 6,
    supportive: 5,
    adversarial: 5,
    "critique-revise": 4,
    exhaustive: 4,
  });
  expect(count(templates.map((template) => template.cognitive_load))).toEqual({ low: 10, medium: 12, high: 10 });
  expect(new Set(templates.map(({ text }) => text)).size).toBe(32);
});

test("a template asks about the answer so far", () => {
  const sure = ownTemplates().find(({ id }) => id === "p_are_you_sure");
  expect(sure && fillTemplate(sure, "41")).toBe("Are you sure about 41?");
  expect(ownTemplates().filter(({ text }) => /<(?!ANSWER>)/.test(text))).toEqual([]);
});

test("a template file of one's own is read, further columns left out", () => {
  const text = '\uFEFF[{"id":"mine","style":"concise","cognitive_load":"low","text":"<ANSWER>, really?","intent":"x"}]';
  expect(parseTemplates(text, "mine.json")).toEqual([
    { id: "mine", style: "concise", cognitive_load: "low", text: "<ANSWER>, really?" },
  ]);
});

test.each([
  ["[", "mine.json is not JSON; write a list of {id, style, cognitive_load, text}"],
  ["[]", "mine.json, the whole: is empty; give one template at least; mend the file"],
  [
    '[{"id":"a","style":"concise","cognitive_load":"low","text":" "}]',
    "mine.json, 0.text: is empty; give what is asked; mend the file",
  ],
  [
    '[{"id":"../a","style":"concise","cognitive_load":"low","text":"x"}]',
    "mine.json, 0.id: is not 1 to 64 letters, digits, _, . or -; mend the file",
  ],
  [
    '[{"id":"none","style":"concise","cognitive_load":"low","text":"x"}]',
    'mine.json: "none" is taken already; give every template an id of its own',
  ],
])("what is wrong in %s is said with its place", (text, sentence) => {
  expect(complaint(() => parseTemplates(text, "mine.json"))).toBe(sentence);
});

test("there are 54 contexts, six modes by three bins of confidence by three of turns, and nine of an unknown mode", () => {
  expect([CONTEXT_KEYS.length, new Set(CONTEXT_KEYS).size]).toEqual([63, 63]);
  expect(CONTEXT_KEYS.filter((key) => !key.startsWith("unknown_"))).toHaveLength(54);
});

test.each([
  ["anchored", 0.7, 1, "anchored_high_early"],
  ["anchored", 0.39, 0, "anchored_low_early"],
  ["wavering", 0.4, 2, "wavering_medium_mid"],
  ["unchanged_correct", 0.69, 3, "unchanged_correct_medium_mid"],
  ["perfectionism", 1, 4, "perfectionism_high_late"],
  ["unknown", 0, 9, "unknown_low_late"],
] as const)("mode %s, confidence %f, turn %i is %s", (errorMode, confidence, turnIndex, key) => {
  expect(contextKey({ errorMode, confidence, turnIndex, lastPromptId: "p_try_again" })).toBe(key);
});

test.each([Number.NaN, -0.1, 1.1])("a confidence of %f is refused", (confidence) => {
  expect(() => contextKey({ errorMode: "corrected", confidence, turnIndex: 0, lastPromptId: null })).toThrow("[0, 1]");
});
