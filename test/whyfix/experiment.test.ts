import { isStudyError } from "corrigenda/error";
import { parseExperiment, pickLevel } from "corrigenda/whyfix";
import { expect, test } from "vitest";
import { experimentText, shipped } from "./fixture.ts";

/** The complaints about experiment.yaml with some texts replaced. */
function complaints(...edits: readonly (readonly [string, string])[]): string[] {
  let text = experimentText;
  for (const [from, to] of edits) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  return complaintsOf(text);
}

function complaintsOf(text: string): string[] {
  try {
    parseExperiment(text, "experiment.yaml");
  } catch (error) {
    if (isStudyError(error, "config")) return error.message.split("\n");
    throw error;
  }
  return [];
}

/** The line of the shipped file that starts with a text. */
function line(start: string): number {
  return experimentText.split("\n").findIndex((text) => text.startsWith(start)) + 1;
}

test("the shipped file parses, and its default run is the original study's", () => {
  const { run, provider, levels, lists } = shipped();
  expect(provider).toEqual({ name: "offline" });
  expect([run.model.name, run.temp.value, run.role.name]).toEqual(["gpt-4.1-nano", 0, "linguist"]);
  expect(run.lengths.map(({ words }) => words)).toEqual([50, 80]);
  expect(run.inputs).toMatchObject({ fce: ["t", "tf"], lg: ["t"] });
  expect(levels.model.map(({ name }) => name)).toEqual(
    ["gpt-4o-mini", "gpt-4.1-mini", "gpt-4.1-nano", "o1-mini", "o3-mini", "o4-mini", "gpt-6-luna"], // README's, the yaml's, and the replacement
  );
  expect(lists.causes.length).toBeGreaterThan(15);
  expect(new Set(lists.academic_writing.map((item) => item.split(":")[0])).size).toBe(11);
});

test("a mistake is told with file, line, key, what is wrong and what is allowed", () => {
  expect(complaints(["  role: linguist", "  rol: linguist"])).toEqual([
    `experiment.yaml:${line("run:")}: run.role: is missing; give a text`,
    `experiment.yaml:${line("  role: linguist")}: run.rol: unknown key, did you mean "role"?; allowed: model, temp, effort, role, lengths, inputs, wording`,
  ]);
  expect(complaints(["zero: 0.0", "zero: cold"], ["temp: zero", "temp: seven"])).toEqual([
    `experiment.yaml:${line("  zero:")}: temp.zero: is "cold"; give a number`,
  ]);
  expect(complaints(["seven: 0.7", "seven: 2.5"])).toEqual([
    `experiment.yaml:${line("  seven:")}: temp.seven: is above 2; allowed: 0 to 2`,
  ]);
  expect(complaints(["name: offline", "name: openia"])).toEqual([
    `experiment.yaml:${line("  name: offline")}: provider.name: is "openia"; allowed: offline, openai, azure, anthropic, compatible`,
  ]);
  expect(complaints(["name: offline", "name: compatible"])).toEqual([
    `experiment.yaml:${line("provider:")}: provider.baseUrl: is missing; provider "compatible" needs one, such as http://localhost:11434/v1`,
  ]);
  expect(complaints(["lengths: [fifty", "lengths: [sixty"])).toEqual([
    `experiment.yaml:${line("  lengths:")}: run.lengths.0: "sixty" is not defined; allowed: thirty, fifty, eighty, unlimit`,
  ]);
});

test("codes that would break or blur a custom_id are refused", () => {
  expect(complaints(["  fON: gpt-4.1-nano", "  f_ON: gpt-4.1-nano"])).toEqual([
    `experiment.yaml:${line("  fON:")}: model_names.f_ON: "f_ON" is not a code; use letters and digits only, "_" joins the parts of a custom_id`,
  ]);
  expect(complaints(["  fON: gpt-4.1-nano", "  fOM: gpt-4.1-nano"])).toEqual([
    `experiment.yaml:${line("    fourOMini:")}: model_type.gpt.fourOMini: "gpt-4o-mini" has no code; add one under model_names`,
    `experiment.yaml:${line("  fON:")}: fOM: this key is given twice; keep one`,
  ]);
  expect(complaints(["      h: high", "      seven: high"])).toEqual([
    `experiment.yaml:${line("      h: high")}: model_type.reasoning.effort.seven: "seven" is also a code under temp; both stand at the same place of a custom_id, so give another`,
  ]);
  expect(complaints(["  l: linguist", "  l: linguist\n  lin: linguist"])).toEqual([
    `experiment.yaml:${line("  l: linguist") + 1}: role_names.lin: "linguist" has a second code; keep one`,
  ]);
  expect(complaints(["  t: teacher", "  t: techer"])).toEqual([
    `experiment.yaml:${line("  teacher:")}: role.teacher: "teacher" has no code; add one under role_names`,
    `experiment.yaml:${line("  t: teacher")}: role_names.t: "techer" is not defined; allowed: none, teacher, linguist`,
  ]);
});

test("placeholders and braces in prompts are checked, with the line inside the text", () => {
  const at = line("  baseline: |") + 2;
  expect(complaints(['A checker suggests "{editorWord}"', 'A checker suggests "{editorWrod}" {or}}'])[0]).toMatch(
    `experiment.yaml:${at}: prompt.baseline: a single "}" in `,
  );
  expect(complaints(['A checker suggests "{editorWord}"', 'A checker suggests "{editorWrod}"'])).toEqual([
    expect.stringMatching(
      `^experiment.yaml:${at}: prompt.baseline: placeholder {editorWrod} has no value here, did you mean "editorWord"\\?; allowed: role, sentence,`,
    ),
  ]);
  expect(complaints(["A student wrote: {sentence}", "A student wrote this."])).toEqual([
    `experiment.yaml:${line("  baseline: |")}: prompt.baseline: shows no sentence; use {sentence}, {sentences} or {formatted_sentences}`,
  ]);
  expect(complaints(["    {causes}", "    {causes_of_lexical_errors}"])).toEqual([
    expect.stringMatching(/prompt\.causes: does not show the list; use \{causes\}$/),
    expect.stringMatching(/prompt\.causes: placeholder \{causes_of_lexical_errors\} has no value here/),
  ]);
});

test("all mistakes are told at once, in the order of the file", () => {
  const told = complaints(
    ["  role: linguist", "  rol: linguist"],
    ["  fON: gpt", "  f_ON: gpt"],
    ["seven: 0.7", "seven: hot"],
  );
  expect(told.map((text) => text.split(": ")[1])).toEqual(["run.role", "run.rol", "model_names.f_ON", "temp.seven"]);
});

test("what is not YAML, or empty, is told as such", () => {
  expect(complaintsOf("run:\n  lengths: [fifty\nrole: x\n")[0]).toMatch(/^experiment\.yaml:\d+: not YAML: /);
  expect(complaintsOf("")).toEqual(["experiment.yaml:1: the file: is empty; give keys and values"]);
});

test("names of the README and names of the yaml mean the same levels", () => {
  const { levels } = shipped();
  const code = (factor: Parameters<typeof pickLevel>[1], name: string) => pickLevel(levels, factor, name).code;
  expect(["high_school_teacher", "teacher", "t"].map((name) => code("role", name))).toEqual(["t", "t", "t"]);
  expect(["no_limit", "unlimit"].map((name) => code("length", name))).toEqual(["unlimit", "unlimit"]);
  expect(["30", "thirty"].map((name) => code("length", name))).toEqual(["thirty", "thirty"]);
  expect(["0.0", "0", "zero", "0.7"].map((name) => code("temp", name))).toEqual(["zero", "zero", "zero", "seven"]);
  expect(["fourOneNano", "gpt-4.1-nano", "fON"].map((name) => code("model", name))).toEqual(["fON", "fON", "fON"]);
  expect(["preceding + target", "pt"].map((name) => code("input", name))).toEqual(["pt", "pt"]);
  expect(["longman", "lg"].map((name) => code("dataset", name))).toEqual(["lg", "lg"]);
  expect(() => pickLevel(levels, "role", "poet")).toThrow(
    'role "poet" is not in the experiment; allowed: none (n), teacher (t), linguist (l)',
  );
  const readme = experimentText
    .replace("  teacher: You", "  high_school_teacher: You")
    .replace("t: teacher", "t: high_school_teacher")
    .replace("  unlimit:", "  no_limit:")
    .replace("  thirty:", "  30:")
    .replace("[fifty, eighty]", "[50, 80]");
  expect(JSON.stringify(parseExperiment(readme, "x"))).toBe(JSON.stringify(shipped()));
});

test("provider.model takes the place of run.model and must be known", () => {
  const text = experimentText.replace("name: offline", "name: openai\n  model: gpt-6-luna");
  expect(parseExperiment(text, "x").run.model).toMatchObject({ code: "sL", kind: "reasoning" });
  expect(complaints(["name: offline", "name: offline\n  model: gpt-9"])[0]).toMatch(
    /provider\.model: "gpt-9" is not defined; allowed: gpt-4o-mini \(fOM\), /,
  );
});
