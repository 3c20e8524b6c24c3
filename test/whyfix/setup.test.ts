import { readFileSync } from "node:fs";
import type { DataInput } from "corrigenda/dataset";
import { rowNotices, setUp } from "corrigenda/whyfix";
import { expect, test } from "vitest";

const SAMPLE = "data/sample/whyfix/longman_with_collocation_small.json";

function open(path: string): DataInput | undefined {
  if (path !== SAMPLE && !path.endsWith(".csv")) return undefined;
  const text = path === SAMPLE ? readFileSync(SAMPLE) : Buffer.from("");
  return {
    file: path,
    bytes: (async function* () {
      yield text;
    })(),
  };
}

const files = { text: async (path: string) => readFileSync(path, "utf8"), open: async (path: string) => open(path) };
const choice = (sampleType: string) => ({
  sampleType,
  embedding: "small" as const,
  experiment: "scripts/whyfix/experiment.yaml",
});

test("where the prepared file is missing, offline runs say that the sample stands in, and real ones refuse", async () => {
  const setup = await setUp(files, choice("longman"));
  const wanted = "data/prepared/whyfix/longman_with_collocation_small.json does not exist";
  expect(rowNotices(setup, "offline")[0]).toBe(`${wanted}: the bundled sample stands in; 37 rows from ${SAMPLE}`);
  expect(() => rowNotices(setup, "openai")).toThrow(
    `${wanted}; put the prepared rows there, or name the bundled sample (sample-longman, sample-fce)`,
  );
});

test("the sample by its own name may go to any provider; what is left out is told", async () => {
  const setup = await setUp(files, choice("sample-longman"));
  expect(rowNotices(setup, "openai")).toEqual([
    `37 rows from ${SAMPLE}`,
    `left out: 1 skipped: no learner sentence (first at ${SAMPLE}[37])`,
  ]);
});

test("a file without a row that can be asked is refused by its name", async () => {
  await expect(setUp(files, choice("csv:mine.csv"))).rejects.toThrow(/^mine\.csv holds no row that can be asked; /);
  await expect(setUp(files, choice("m2:gone.m2"))).rejects.toThrow(
    "SAMPLE_TYPE 'm2:gone.m2' needs gone.m2, which does not exist; put the prepared rows there",
  );
});
