import { merlin } from "corrigenda/dataset";
import { collect, nodeDisk, readText } from "corrigenda/files";
import { planCorpus, survey } from "corrigenda/ilm";
import { expect, test } from "vitest";

const disk = nodeDisk(".");
const SAMPLE = "data/sample/ilm/merlin-de.jsonl";
const SOURCE = "../shared/data/learner/merlin.jsonl";

test("the bundled texts are 24 German ones of each level", async () => {
  const all = await survey(merlin.rows({ file: SAMPLE, bytes: disk.read(SAMPLE) }));
  expect(Array.from(all.levels, ([level, documents]) => [level, documents.length])).toEqual(
    ["A1", "A2", "B1", "B2", "C1"].map((level) => [level, 24]),
  );
  const flags = { trainRatio: 0.8, validRatio: 0.1, testRatio: 0.1, seed: 0, nested: true, fold: 0 };
  const { splits } = planCorpus(all, flags);
  expect([splits.train.length, splits.valid.length, splits.test.length]).toEqual([70, 25, 25]);
});

test("they are the ones that their README says, unchanged", async (context) => {
  if ((await disk.size(SOURCE)) === undefined) return context.skip(`${SOURCE} is not here`);
  const lines = (await readText(disk, SOURCE)).split("\n").filter((line) => line !== "");
  const rows = lines.map((line) => ({
    line,
    ...(JSON.parse(line) as Record<"lang" | "id" | "cefr" | "text", string>),
  }));
  const length = (text: string): number => [...text].length;
  const chosen = ["A1", "A2", "B1", "B2", "C1"].flatMap((level) =>
    rows
      .filter(({ lang, cefr, text }) => lang === "DE" && cefr === level && length(text) >= 100)
      .sort((a, b) => length(a.text) - length(b.text) || (a.id < b.id ? -1 : 1))
      .slice(0, 24)
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const sample = Buffer.concat(await collect(disk.read(SAMPLE))).toString("utf8");
  expect(sample).toBe(chosen.map(({ line }) => `${line}\n`).join(""));
});
