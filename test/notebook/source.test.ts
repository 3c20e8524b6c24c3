import os from "node:os";
import path from "node:path";
import { type Disk, nodeDisk, readText } from "corrigenda/files";
import type { Json } from "corrigenda/json";
import { isPublished, notebooksBelow, openSource, publish, readNotebook, type Source } from "corrigenda/notebook";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ipynb, type TestCell } from "./notebooks.ts";

/** A repository of its own: nothing that others change changes these runs. */
const disk = nodeDisk(path.join(os.tmpdir(), `corrigenda-source-${process.pid}`));
const results = nodeDisk(disk.resolve("results"));
const FILES = {
  "lib/package.json": JSON.stringify({ version: "1.2.3", dependencies: { "typescript-api": "npm:typescript@5.9.3" } }),
  "lib/a.ts": "export const a = 1;\n",
  "package-lock.json": "{}",
  "data/sample/rows.csv": "a\n1\n",
  "data/raw/rows.csv": "a\n2\n",
  "results/whyfix/r1/step1/manifest.json": "{}",
  "results/whyfix/r1/step1/rows.jsonl": "{}\n",
  "results/ielts/r1/step1/manifest.json": "{}",
  "notebooks/near.json": "{}",
};

async function fill(files: Readonly<Record<string, string>>): Promise<Disk> {
  for (const [name, text] of Object.entries(files)) await disk.write(name, text);
  return disk;
}

async function source(cells: readonly TestCell[], parameters: Record<string, Json> = {}): Promise<Source> {
  await fill({ "notebooks/one.ipynb": ipynb(...cells) });
  return openSource(disk, "notebooks/one.ipynb", { parameters, results });
}

beforeEach(async () => {
  await disk.remove(".");
  await fill(FILES);
});
afterAll(() => disk.remove("."));

describe("parameters", () => {
  const injected = async (cells: readonly TestCell[], given: Record<string, Json>): Promise<unknown> => {
    const { notebook } = await source(cells, given);
    return notebook.cells.map((one) => (one.metadata.tags?.includes("injected-parameters") ? one.source : one.id));
  };
  const defaults =
    "let model: string = 'a', n = 1\nconst limit: number | undefined = 5; const word = 'x'\nvar old; function f() {}";

  test("come behind the cell that holds their defaults: variables assigned, constants declared again with their type", async () => {
    const given = { model: "gpt", n: "-2", limit: "7", word: '"1"', old: "[1, {}]" };
    expect(await injected(["1", [defaults, "parameters"], "2"], given)).toEqual([
      "c1",
      "c2",
      '// Parameters\nmodel = "gpt";\nn = -2;\nconst limit: number | undefined = 7;\nconst word = "1";\nold = [1,{}];',
      "c3",
    ]);
  });

  test("come at the top where no cell holds defaults, and take the place of injected ones", async () => {
    expect(await injected(["1", ["const n = 4;", "injected-parameters"]], { n: 5 })).toEqual([
      "// Parameters\nconst n = 5;",
      "c1",
    ]);
    expect(await injected([["let n = 1", "parameters"]], {})).toEqual(["c1"]);
  });

  test.each([
    ["m", 'notebooks/one.ipynb has no parameter "m"; its parameters are: n, who'],
    ["f", 'notebooks/one.ipynb has no parameter "f"; its parameters are: n, who'],
  ])("that the cell does not declare are refused: %s", async (name, message) => {
    const cells: TestCell[] = [["let n = 1; const who = 2; function f() {}", "parameters"]];
    await expect(source(cells, { [name]: 1 })).rejects.toMatchObject({ code: "config", message });
  });

  test("that could be code are refused", async () => {
    await expect(source(["1"], { "a; evil()": 1 })).rejects.toMatchObject({ code: "config" });
  });
});

test("notebooks are found in folders too, but two of one name would share their results", async () => {
  await fill({ "notebooks/b.ipynb": "", "notebooks/deep/a.ipynb": "", "notebooks/.ipynb_checkpoints/b.ipynb": "" });
  expect(await notebooksBelow(disk, "notebooks")).toEqual(["notebooks/b.ipynb", "notebooks/deep/a.ipynb"]);
  await fill({ "notebooks/deep/b.ipynb": "" });
  await expect(notebooksBelow(disk, "notebooks")).rejects.toMatchObject({
    code: "config",
    message: "notebooks/b.ipynb and notebooks/deep/b.ipynb would share one folder of results; rename all but one",
  });
});

test("a notebook needs a name that may be a folder", async () => {
  for (const file of ["notebooks/one.txt", "notebooks/-x y.ipynb"])
    await expect(openSource(disk, file, { parameters: {}, results })).rejects.toMatchObject({ code: "config" });
  await expect(openSource(disk, "no.ipynb", { parameters: {}, results })).rejects.toMatchObject({ code: "files" });
});

describe("what outputs depend on:", () => {
  const inputs = async (code: string): Promise<string[]> =>
    (await source([code])).basis.inputs.map((input) => input.path);

  test.each<[code: string, found: string[]]>([
    ["1", []],
    ['readText(disk, "data/sample/rows.csv")', ["data/sample/rows.csv"]],
    ["query(`from read_csv('../data/*/rows.csv')`)", ["data/raw/rows.csv", "data/sample/rows.csv"]],
    ['const run = { study: "whyfix", run: "r1" }', ["results/whyfix/r1/step1/manifest.json"]],
    ['from "../results/whyfix/r1/step1/rows.jsonl"', ["results/whyfix/r1/step1/manifest.json"]],
    ['nodeDisk("../results")', ["results/ielts/r1/step1/manifest.json", "results/whyfix/r1/step1/manifest.json"]],
    ['import near from "./near.json"', ["notebooks/near.json"]],
    ['"not-whyfix-either ../lib/a.ts /etc/passwd ../../.. . /"', []],
  ])("%s", async (code, found) => {
    expect(await inputs(code)).toEqual(found);
  });
});

describe("an executed copy", () => {
  const CELLS: TestCell[] = [["let n = 1", "parameters"], 'n; "data/sample/rows.csv"'];
  const run = { failed: false, start: 0, end: 1500 };

  test("lies in results/ with where it comes from, as Jupyter writes it", async () => {
    const one = await source(CELLS, { n: 2 });
    const outputs = [
      { output_type: "stream", name: "stdout", text: "a\nb" },
      {
        output_type: "display_data",
        metadata: {},
        data: { "text/html": "<p>\n</p>\n", "image/png": "AA\n", "application/json": { b: "\n", a: 1 } },
      },
    ];
    const cells = one.notebook.cells.map((cell) => ({ ...cell, outputs }));
    const copy = await publish(results, one, { ...run, notebook: { ...one.notebook, theirs: 1, cells } });
    expect(copy).toBe("notebooks/one/one.ipynb");
    const text = await readText(results, copy);
    expect(text.startsWith('{\n "cells": [\n  {\n   "cell_type": "code",\n   "execution_count": null,\n')).toBe(true);
    const read = readNotebook(text, copy);
    expect(read).toMatchObject({ nbformat: 4, nbformat_minor: 5, theirs: 1 });
    expect(read.cells[1]?.source).toEqual(["// Parameters\n", "n = 2;"]);
    expect(read.cells[1]?.outputs).toEqual([
      { output_type: "stream", name: "stdout", text: ["a\n", "b"] },
      {
        output_type: "display_data",
        metadata: {},
        data: { "text/html": ["<p>\n", "</p>\n"], "image/png": "AA\n", "application/json": { b: "\n", a: 1 } },
      },
    ]);
    expect(read.metadata.corrigenda).toEqual({
      ...{ source: "notebooks/one.ipynb", parameters: { n: 2 }, commit: null },
      ...{ startedAt: "1970-01-01T00:00:00.000Z", endedAt: "1970-01-01T00:00:01.500Z" },
      versions: { node: process.version, corrigenda: "1.2.3", kernel: "corrigenda 1.2.3", typescript: "5.9.3" },
    });
  });

  test("counts until something that it depends on changes", async () => {
    const first = await source(CELLS);
    expect(await isPublished(results, first)).toBe(false);
    await publish(results, first, { ...run, notebook: first.notebook });
    expect(await isPublished(results, await source(CELLS))).toBe(true);
    expect(await isPublished(results, await source(CELLS, { n: 1 }))).toBe(false);
    expect(await isPublished(results, await source([...CELLS, "1"]))).toBe(false);
    for (const name of ["lib/a.ts", "package-lock.json", "data/sample/rows.csv"]) {
      await fill({ [name]: "changed" });
      expect([name, await isPublished(results, await source(CELLS))]).toEqual([name, false]);
      await fill({ [name]: FILES[name as keyof typeof FILES] });
      expect([name, await isPublished(results, await source(CELLS))]).toEqual([name, true]);
    }
    await fill({ "data/raw/rows.csv": "changed" });
    expect(await isPublished(results, await source(CELLS))).toBe(true);
  });

  test.each(["one.ipynb", "manifest.json"])(
    "does not count with a torn or missing %s, nor where a cell failed",
    async (name) => {
      const one = await source(CELLS);
      await publish(results, one, { ...run, notebook: one.notebook });
      const file = `notebooks/one/${name}`;
      await results.write(file, (await readText(results, file)).slice(0, -3));
      expect(await isPublished(results, one)).toBe(false);
      await results.remove(file);
      expect(await isPublished(results, one)).toBe(false);
      await publish(results, one, { ...run, notebook: one.notebook, failed: true });
      expect(await isPublished(results, one)).toBe(false);
    },
  );
});
