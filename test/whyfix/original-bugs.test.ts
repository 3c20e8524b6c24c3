// The original study's pipeline had eight known bugs. Each test shows the behaviour that stands in a bug's place.
import { collect } from "corrigenda/files";
import {
  cellItems,
  type ExportFile,
  exportPlan,
  formatId,
  type Group,
  METHODS,
  matchedById,
  readResultLine,
  type StructuredRecord,
  stepGroups,
  whyfixPrompt,
} from "corrigenda/whyfix";

import { expect, test } from "vitest";
import { bareRow, cell, experimentText, fullRow, goodExplanation, reply, shipped } from "./fixture.ts";

const experiment = shipped();
const prompt = whyfixPrompt(experiment);
const source = { experiment, provider: "offline" };
const steps = [1, 3] as const;
const groupsOf = (dataset: string): Group[] =>
  steps.flatMap((step) => [...stepGroups(experiment, step, { dataset, sampleSize: "fu" })]);

test("bug 1, one code for three tasks: causes, features and explanations have ids of their own, over all files of a run", () => {
  const ids = groupsOf("fce").flatMap(({ cells }) =>
    cells.flatMap((one) => [1, 2].map((index) => formatId(one, index))),
  );
  expect(new Set(ids).size).toBe(ids.length);
  const methods = groupsOf("fce").flatMap(({ cells }) => cells.map(({ method }) => method));
  expect(new Set(methods)).toEqual(new Set(["BL", "Dict", "Collo2", "Cause", "Acad", "L2", "Mix2"]));
});

test("bug 2, columns written and read under different names: what step 1 matched reaches the prompts of step 3", () => {
  const rows = [bareRow({ index: 1 })];
  const records = groupsOf("fce")
    .flatMap(({ cells }) => cells)
    .filter(({ method }) => METHODS[method].kind === "knowledge")
    .map((one): StructuredRecord => {
      const text = JSON.stringify({ matched: [`${one.method} ${one.input} ${one.length}`] });
      const body = { output: [{ type: "message", content: [{ type: "output_text", text }] }] };
      return readResultLine(source, {
        line: 1,
        value: { custom_id: formatId(one, 1), response: { status_code: 200, body } },
      });
    });
  for (const { cells } of stepGroups(experiment, 3, { dataset: "fce", sampleSize: "fu" })) {
    const items = [...cellItems(cells, rows, matchedById(records))];
    expect(items).toHaveLength(2);
    for (const item of items) {
      const text = prompt.request(item).messages[0]?.content;
      expect(text).toContain(`<likely_causes>\n- Cause ${item.cell.input} ${item.cell.length}\n</likely_causes>`);
      expect(text).toContain(`- Acad ${item.cell.input} ${item.cell.length}\n</features_of_academic_writing>`);
    }
  }
});

test("bug 3, only the first result file kept and lines doubled by a second run: each group's results are written, once", async () => {
  const groups = groupsOf("longman").map((group) => {
    const lines = () => group.cells.map((one) => JSON.stringify({ custom_id: formatId(one, 1) }));
    return { ...group, tasks: lines, files: () => [], batches: () => [], results: lines };
  });
  const plan = (): readonly ExportFile[] =>
    exportPlan({ experiment, date: "0622-1458", groups, records: () => [], rows: {}, matched: new Map() });
  const results = async () =>
    Promise.all(
      plan()
        .filter(({ path }) => path.endsWith("/batchResult.jsonl"))
        .map(({ lines }) => collect(lines())),
    );
  expect((await results()).map(({ length }) => length)).toEqual(groups.map(({ cells }) => cells.length));
  expect(await results()).toEqual(await results());
});

test("bug 4, a sentence doubled or dropped where a neighbour is missing: the target is there exactly once", () => {
  const target = "I made a photo of the bridge.";
  for (const input of ["t", "pt", "tf", "ptf"] as const) {
    for (const preceding_sentence of ["", "Before it."]) {
      for (const following_sentence of ["", "After it."]) {
        const row = fullRow({ preceding_sentence, following_sentence });
        const text = prompt.request({ row, cell: cell({ input }) }).messages[0]?.content ?? "";
        expect(text.split(target)).toHaveLength(2);
        expect(text.includes("Before it.")).toBe(preceding_sentence !== "" && input.startsWith("p"));
        expect(text.includes("After it.")).toBe(following_sentence !== "" && input.endsWith("f"));
      }
    }
  }
});

test("bug 5, promised validation that is only a print: a reply is checked field by field, and a bad one is an error with a reason", () => {
  const item = { row: fullRow(), cell: cell() };
  const bad = JSON.stringify({ ...goodExplanation, example_zh_tw: [] });
  expect(() => prompt.parse(reply(bad), item)).toThrow("the reply's example_zh_tw has 0 entries; 2 expected");
});

test("bug 6, one reasoning model asked for all: the model of the cell is asked, with an effort and no temperature", () => {
  for (const { code, name, kind } of experiment.levels.model) {
    const temp = kind === "gpt" ? "seven" : "h";
    const { model, temperature, effort } = prompt.request({ row: fullRow(), cell: cell({ model: code, temp }) });
    expect([model, temperature, effort]).toEqual([
      name,
      kind === "gpt" ? 0.7 : undefined,
      kind === "gpt" ? undefined : "high",
    ]);
  }
});

test("bug 7, paths of one machine: every path in the plan is relative, and the configuration has none", () => {
  const groups = groupsOf("longman").map((group) => ({
    ...group,
    tasks: () => [],
    files: () => [],
    batches: () => [],
    results: () => [],
  }));
  const files = exportPlan({ experiment, date: "0622-1458", groups, records: () => [], rows: {}, matched: new Map() });
  for (const { path } of files) expect(path).toMatch(/^[a-z][\w-]*(\/[\w-]+)*\.jsonl$/i);
  expect(experimentText).not.toMatch(/\/home\/|\/work\/|[A-Z]:\\/);
});

test("bug 8, the row's index taken by position from any id: an id is read whole, or its record says why not", () => {
  const index = (id: string) => readResultLine(source, { line: 1, value: { custom_id: id } }).data_index;
  expect(index("lg_fu_12_Cause_fON_zero_t_l_fifty")).toBe(12);
  expect(index("longman_12_3_L2_fON_zero_t_l")).toBeUndefined();
  expect(index("lg_12_L2_fourOneNano_zero_t_linguist_fifty")).toBeUndefined();
});
