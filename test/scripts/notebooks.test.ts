import path from "node:path";
import { nodeDisk, readText } from "corrigenda/files";
import { notebooksBelow, readNotebook } from "corrigenda/notebook";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shownBy } from "../notebook/shown.ts";
import { hasJupyter, nbclient } from "./jupyter.ts";
import { done, temporary } from "./script.ts";

/** Results of their own: what lies in results/ says nothing about the notebooks. */
const place = temporary("notebooks");
const repository = nodeDisk(".");
const here = ["--results", place.resolve(".")];
const notebooks = await notebooksBelow(repository, "notebooks");
const jupyter = await hasJupyter();

beforeAll(async () => {
  await done("scripts/whyfix/run.ts", "sample-longman", "small", "0101-0900", "--provider", "offline", ...here);
  const grid = "--methods BL,Dict --models fON --inputs t --temps zero --lengths thirty,eighty".split(" ");
  await done(
    "scripts/whyfix/grid.ts",
    "sample-longman",
    "small",
    "0102-0900",
    "--provider",
    "offline",
    ...grid,
    ...here,
  );
  await done(
    "scripts/labeling/run.ts",
    "--input",
    "data/sample/papers",
    "--run",
    "sample",
    "--provider",
    "offline",
    ...here,
  );
  await done("scripts/labeling/generate-finetune-data.ts", "--run", "sample", ...here);
}, 180_000);
afterAll(() => place.remove("."));

describe.each(notebooks)("%s", (file) => {
  const name = path.basename(file, ".ipynb");
  const copy = `notebooks/${name}/${name}.ipynb`;

  test("runs without Jupyter", async () => {
    const source = readNotebook(await readText(repository, file), file);
    const [defaults] = source.cells.filter(({ metadata }) => metadata.tags?.includes("parameters"));
    const reads = /\bresults\b/.test([defaults?.source].flat().join(""));
    await done("scripts/notebook/run.ts", file, ...here, ...(reads ? ["-p", "results", place.resolve(".")] : []));
    expect(await place.size(copy)).toBeGreaterThan(1000);
  });

  test.skipIf(!jupyter)("shows the same in Debian's Jupyter", async () => {
    await nbclient(place.resolve(copy), repository.resolve("notebooks"), place.resolve("theirs.ipynb"));
    const [ours, theirs] = [await readText(place, copy), await readText(place, "theirs.ipynb")];
    expect(shownBy(readNotebook(ours, "ours"))).toEqual(shownBy(readNotebook(theirs, "theirs")));
  });
});
