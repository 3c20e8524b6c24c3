import { nodeDisk, readText } from "corrigenda/files";
import { executedCells, notebooksBelow, readNotebook } from "corrigenda/notebook";
import { describe, expect, test } from "vitest";
import { ipynb } from "./notebooks.ts";

const CELL = { cell_type: "code", metadata: {}, source: "1", execution_count: null, outputs: [] };

describe("a file that is no notebook is one sentence:", () => {
  test.each([
    ["{", "x.ipynb is no notebook: it is not JSON"],
    ["[]", "x.ipynb is no notebook of nbformat 4: : Invalid input: expected object, received array"],
    [
      '{"nbformat":3,"worksheets":[]}',
      /^x.ipynb is no notebook of nbformat 4: .nbformat: .*; open it in Jupyter and save it again$/,
    ],
    [ipynb("1").replace('"code"', '"sql"'), /^x.ipynb is no notebook of nbformat 4: .cells\[0\].cell_type: /],
    [ipynb("1").replace('"1"', "1"), /^x.ipynb is no notebook of nbformat 4: .cells\[0\].source: /],
  ])("%s", (text, sentence) => {
    expect(() => readNotebook(text, "x.ipynb")).toThrow(sentence);
  });
});

test("an older notebook becomes 4.5: every cell gets an id, what is not known is kept", () => {
  const old = {
    nbformat: 4,
    nbformat_minor: 2,
    metadata: { theirs: { deep: [1] } },
    cells: [
      { ...CELL, mine: true },
      { ...CELL, id: "own" },
    ],
  };
  expect(readNotebook(JSON.stringify(old), "x.ipynb")).toEqual({
    ...old,
    nbformat_minor: 5,
    cells: [
      { ...CELL, mine: true, id: "cell-1" },
      { ...CELL, id: "own" },
    ],
  });
});

test("a notebook with outputs or counts is known from one without", () => {
  const cells = [
    CELL,
    { ...CELL, outputs: [{ output_type: "stream", name: "stdout", text: "x" }] },
    { ...CELL, execution_count: 1 },
  ];
  const both = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [...cells, { cell_type: "markdown", metadata: {}, source: "" }],
  };
  expect(executedCells(readNotebook(JSON.stringify(both), "x.ipynb"))).toEqual([2, 3]);
});

test("the notebooks of the repository hold no outputs: those lie in results/", async () => {
  const disk = nodeDisk(".");
  const executed: string[] = [];
  for (const file of await notebooksBelow(disk, "notebooks"))
    if (executedCells(readNotebook(await readText(disk, file), file)).length > 0) executed.push(file);
  expect(executed).toEqual([]);
});
