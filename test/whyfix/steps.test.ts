import {
  blockedItems,
  cellItems,
  formatId,
  type MatchedById,
  METHODS,
  parseExperiment,
  stepGroups,
} from "corrigenda/whyfix";
import { expect, test } from "vitest";
import { bareRow, experimentText, shipped } from "./fixture.ts";

const experiment = shipped();
const rows = [bareRow({ index: 3 }), bareRow({ index: 7 })];
const names = (step: 1 | 3, dataset: string) =>
  stepGroups(experiment, step, { dataset, sampleSize: "fu" }).map(({ name }) => name);

/** Matches for every knowledge task of a dataset's step 1. */
function matchAll(dataset: string): Map<string, readonly string[]> {
  const cells = stepGroups(experiment, 1, { dataset, sampleSize: "fu" }).flatMap((group) => group.cells);
  const knowledge = cells.filter(({ method }) => METHODS[method].kind === "knowledge");
  return new Map(
    knowledge.flatMap((cell) =>
      rows.map((row) => [formatId(cell, row.index), [`${cell.method} ${cell.input} ${cell.length} ${row.index}`]]),
    ),
  );
}

test("the groups are the original study's, with its names: longman with t only, fce with t and tf", () => {
  expect(names(1, "longman")).toEqual([
    "first_three_methods_lg_fu_t_fifty",
    "ragL2_causes_lg_fu_t_fifty",
    "ragL2_academic_writing_lg_fu_t_fifty",
    "first_three_methods_lg_fu_t_eighty",
    "ragL2_causes_lg_fu_t_eighty",
    "ragL2_academic_writing_lg_fu_t_eighty",
  ]);
  expect(names(3, "longman")).toEqual(["part2_lg_fu_t_fifty", "part2_lg_fu_t_eighty"]);
  expect(names(3, "fce")).toEqual([
    "part2_fce_fu_t_fifty",
    "part2_fce_fu_t_eighty",
    "part2_fce_fu_tf_fifty",
    "part2_fce_fu_tf_eighty",
  ]);
});

test("step 1 asks BL, Dict, Collo2, Cause and Acad; step 3 asks L2 and Mix2; with the run's one model and role", () => {
  const of = (step: 1 | 3) =>
    stepGroups(experiment, step, { dataset: "longman", sampleSize: "sp" })
      .slice(0, step === 1 ? 3 : 1)
      .flatMap(({ cells }) => cells);
  expect(of(1).map(({ method }) => method)).toEqual(["BL", "Dict", "Collo2", "Cause", "Acad"]);
  expect(of(3).map(({ method }) => method)).toEqual(["L2", "Mix2"]);
  expect(of(1)[0]).toEqual({
    dataset: "lg",
    sample_size: "sp",
    method: "BL",
    model: "fON",
    temp: "zero",
    input: "t",
    role: "l",
    length: "fifty",
  });
  const reasoning = parseExperiment(experimentText.replace("model: gpt-4.1-nano", "model: gpt-6-luna"), "x");
  expect(stepGroups(reasoning, 1, { dataset: "lg", sampleSize: "fu" })[0]?.cells[0]).toMatchObject({
    model: "sL",
    temp: "m",
  });
});

test("a step on a dataset that the run has no inputs for, or that is unknown, is refused", () => {
  expect(() => names(1, "icle")).toThrow('dataset "icle" is not in the experiment; allowed: fce, longman (lg), m2');
  const without = parseExperiment(experimentText.replace("    longman: [t]\n", ""), "x");
  expect(() => stepGroups(without, 1, { dataset: "longman", sampleSize: "fu" })).toThrow(
    'run.inputs has no entry for dataset "longman"; add one, such as [t]',
  );
});

test("step 3 builds each row on what was matched for its own dataset, input and length", () => {
  const matched: MatchedById = matchAll("fce");
  for (const { cells } of stepGroups(experiment, 3, { dataset: "fce", sampleSize: "fu" })) {
    const items = [...cellItems(cells, rows, matched)];
    expect(items).toHaveLength(4);
    for (const { cell, row, knowledge } of items) {
      const where = `${cell.input} ${cell.length} ${row.index}`;
      expect(knowledge).toEqual({ causes: [`Cause ${where}`], academic_writing: [`Acad ${where}`] });
    }
  }
});

test("a row without its knowledge is told apart, not asked with less and not lost", () => {
  const matched = matchAll("longman");
  matched.delete("lg_fu_7_Cause_fON_zero_t_l_fifty");
  const [group] = stepGroups(experiment, 3, { dataset: "longman", sampleSize: "fu" });
  const cells = group?.cells ?? [];
  expect([...cellItems(cells, rows, matched)].map(({ row }) => row.index)).toEqual([3, 3]);
  expect(
    [...blockedItems(cells, rows, matched)].map(({ row, cell, missing }) => [row.index, cell.method, missing]),
  ).toEqual([
    [7, "L2", ["lg_fu_7_Cause_fON_zero_t_l_fifty"]],
    [7, "Mix2", ["lg_fu_7_Cause_fON_zero_t_l_fifty"]],
  ]);
});
