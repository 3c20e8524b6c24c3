import path from "node:path";
import { collect, memoryDisk, nodeDisk, readText } from "corrigenda/files";
import { type Notebook, notebooksBelow, readNotebook } from "corrigenda/notebook";
import { readBill, startOfflineService } from "corrigenda/provider/offline";
import { type Metrics, readMetrics } from "corrigenda/results";
import { realClock } from "corrigenda/time";
import { simulateWhyfix } from "corrigenda/whyfix";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shownBy } from "../notebook/shown.ts";
import { hasJupyter, nbclient } from "./jupyter.ts";
import { done, start, temporary } from "./script.ts";

/** Results of their own: what lies in results/ says nothing about the notebooks. */
const place = temporary("notebooks");
const repository = nodeDisk(".");
const here = ["--results", place.resolve(".")];
const notebooks = await notebooksBelow(repository, "notebooks");
const jupyter = await hasJupyter();

/** What `npm start` runs and notebooks read; the parts of a chain need each other. */
const CHAINS = [
  [
    "ilm/run.ts sample --plan scripts/ilm/micro-plan.yaml --no-figures",
    "ielts/prepare.ts --from data/sample/ielts/essays.csv --disable-azure --run sample",
    "ielts/evaluate.ts {results}/ielts/sample/finetuning_data --disable-azure",
  ],
  [
    "whyfix/run.ts sample-longman small 0101-0900 --provider offline",
    "whyfix/evaluate.ts 0101-0900 --figures=false",
    "labeling/run.ts --input data/sample/papers --run sample --provider offline",
    "labeling/evaluate.ts --run sample --gold data/sample/papers-gold",
    "labeling/generate-finetune-data.ts --run sample",
    "selfcorrect/collect.ts --dataset gsm8k --from data/sample/selfcorrect/gsm8k.jsonl --run sample --preset learnable --batch-size 5 --lag 16",
    "selfcorrect/evaluate.ts sample",
  ],
];

async function follow(steps: readonly string[]): Promise<void> {
  for (const step of steps) {
    const [script, ...words] = step.split(" ").map((word) => word.replace("{results}", place.resolve(".")));
    await done(`scripts/${script}`, ...words, ...here);
  }
}

beforeAll(async () => {
  await Promise.all(CHAINS.map(follow));
}, 400_000);
afterAll(() => place.remove("."));

const copyOf = (name: string): string => `notebooks/${name}/${name}.ipynb`;
const executed = async (name: string): Promise<Notebook> => readNotebook(await readText(place, copyOf(name)), name);

/** Runs one in a process of its own, then, where there is one, in Jupyter: the copy's cells, parameters included. */
async function both(file: string): Promise<void> {
  const name = path.basename(file, ".ipynb");
  const { cells } = readNotebook(await readText(repository, file), file);
  const [defaults] = cells.filter(({ metadata }) => metadata.tags?.includes("parameters"));
  const reads = /\bresults\b/.test([defaults?.source].flat().join(""));
  await done("scripts/notebook/run.ts", file, ...here, ...(reads ? ["-p", "results", place.resolve(".")] : []));
  const theirs = place.resolve(`${name}-theirs.ipynb`);
  if (jupyter) await nbclient(place.resolve(copyOf(name)), repository.resolve("notebooks"), theirs);
}

/** On a busy machine the last one waits long for its turn. */
const TURN_MS = 600_000;

/** Two at a time. */
function inTwos(files: readonly string[]): Map<string, Promise<void>> {
  const ran = new Map<string, Promise<void>>();
  const lanes: Promise<void>[] = [Promise.resolve(), Promise.resolve()];
  for (const [at, file] of files.entries()) {
    const mine = (lanes[at % 2] ?? Promise.resolve()).then(() => both(file));
    ran.set(file, mine);
    lanes[at % 2] = mine.catch(() => undefined);
  }
  return ran;
}

describe("every notebook", () => {
  let ran = new Map<string, Promise<void>>();
  beforeAll(() => {
    ran = inTwos(notebooks);
  });

  const runs = async (file: string): Promise<void> => {
    const name = path.basename(file, ".ipynb");
    await ran.get(file);
    const ours = shownBy(await executed(name));
    expect(ours.length).toBeGreaterThan(5);
    if (!jupyter) return;
    const theirs = readNotebook(await readText(place, `${name}-theirs.ipynb`), "theirs");
    expect(ours).toEqual(shownBy(theirs));
  };
  test.each(notebooks)("%s runs without Jupyter, and shows the same in Debian's Jupyter", runs, TURN_MS);
});

interface Trace {
  readonly type: string;
  readonly name?: string;
  readonly x: readonly (string | number)[];
  readonly y: readonly (string | number)[];
  readonly z?: readonly (readonly (number | null)[])[];
  readonly error_y?: { readonly array: readonly number[]; readonly arrayminus: readonly number[] };
}

/** The traces of each figure that a notebook shows. */
async function figuresOf(name: string): Promise<Trace[][]> {
  const shown = shownBy(await executed(name)) as { others: { data: Record<string, { data: Trace[] }> }[] }[];
  return shown.flatMap(({ others }) =>
    others.flatMap(({ data }) => {
      const figure = data["application/vnd.plotly.v1+json"];
      return figure ? [figure.data] : [];
    }),
  );
}

async function claimOf(name: string): Promise<string> {
  const shown = shownBy(await executed(name)) as { texts: { stdout?: string } }[];
  return shown.at(-1)?.texts.stdout ?? "";
}

/** Each point of a trace as metrics.json has it, ends included. */
async function expectMetrics(trace: Trace | undefined, folder: string, nameOf: (x: string) => string): Promise<void> {
  const published = await readMetrics(place, folder);
  expect(trace?.x.length).toBeGreaterThan(0);
  for (const [at, x] of (trace?.x ?? []).entries()) {
    const { value, low, high } = metricOf(published, nameOf(String(x)));
    const [y, above, below] = [trace?.y[at], trace?.error_y?.array[at], trace?.error_y?.arrayminus[at]].map(Number);
    expect(y, String(x)).toBeCloseTo(value, 9);
    expect((y ?? 0) + (above ?? 0), String(x)).toBeCloseTo(high ?? Number.NaN, 9);
    expect((y ?? 0) - (below ?? 0), String(x)).toBeCloseTo(low ?? Number.NaN, 9);
  }
}

function metricOf(metrics: Metrics | undefined, name: string) {
  const found = [...(metrics ? [metrics.headline, ...metrics.metrics] : [])].find((one) => one.name === name);
  if (!found) throw new Error(`metrics.json has no "${name}"`);
  return found;
}

describe("the figures of a claim notebook have the values of metrics.json:", () => {
  test("whyfix", async () => {
    const [[shares] = []] = await figuresOf("02-whyfix-claim");
    await expectMetrics(shares, "whyfix/0101-0900/step4", (method) => `within the word limit: ${method}`);
    expect(shares?.x).toHaveLength(5);
  });

  test("ielts", async () => {
    const [folder = ""] = (await place.list("ielts/sample")).filter((name) => name.startsWith("evaluation-"));
    const [[distance] = []] = await figuresOf("07-ielts-claim");
    await expectMetrics(distance, `ielts/sample/${folder}`, (scorer) => `overall mae, ${scorer}`);
    const { value, low, high } = metricOf(
      await readMetrics(place, `ielts/sample/${folder}`),
      "overall mae, difference",
    );
    const [said, from, to] = [value, low, high].map((number) => number?.toFixed(2));
    expect(await claimOf("07-ielts-claim")).toContain(`is ${said} bands further`);
    expect(await claimOf("07-ielts-claim")).toContain(`(95 % interval ${from} to ${to};`);
  });

  test("selfcorrect", async () => {
    const folder = "selfcorrect/sample/evaluation";
    const metrics = await readMetrics(place, folder);
    const [points = []] = await figuresOf("09-selfcorrect-claim");
    expect(points).toHaveLength(7);
    for (const point of points) {
      const named = metrics?.metrics.find(({ name }) => name.startsWith(`accuracy, ${point.name} (`))?.name ?? "";
      await expectMetrics({ ...point, x: [String(point.name)] }, folder, () => named);
      const tokens = metricOf(metrics, named.replace("accuracy,", "tokens per question,"));
      expect(point.x[0]).toBeCloseTo(tokens.value, 9);
    }
    const { value, low, high } = metrics?.headline ?? { value: 0, low: 0, high: 0 };
    const [said, from, to] = [value, low, high].map((share) => (100 * (share ?? 0)).toFixed(0));
    expect(await claimOf("09-selfcorrect-claim")).toContain(`gains ${said} points`);
    expect(await claimOf("09-selfcorrect-claim")).toContain(`(95 % interval ${from} to ${to};`);
  });

  test("ilm", async () => {
    const metrics = await readMetrics(place, "ilm/sample/comparison");
    const [[matrix] = [], [gains] = []] = await figuresOf("11-ilm-claim");
    for (const [row, model] of (matrix?.y ?? []).entries())
      for (const [column, corpus] of (matrix?.x ?? []).entries())
        expect(matrix?.z?.[row]?.[column]).toBeCloseTo(
          metricOf(metrics, `infill perplexity, ${model} on ${corpus}`).value,
          6,
        );
    await expectMetrics(gains, "ilm/sample/comparison", (level) => `specialisation gain, ${level}`);
    expect(gains?.x).toEqual(["A1", "A2", "B1", "B2", "C1"]);
    const { value } = metrics?.headline ?? { value: Number.NaN };
    expect(await claimOf("11-ilm-claim")).toContain(
      `${Math.abs(value).toFixed(1)} % ${value < 0 ? "lower" : "higher"}`,
    );
    expect(await claimOf("11-ilm-claim")).toContain("H1 to H3 are not decided by micro models");
  });

  test("labeling", async () => {
    const [[f1] = []] = await figuresOf("12-labeling-claim");
    const system = (after: string): string => (after === "lexical reader" ? "baseline" : after);
    await expectMetrics(f1, "labeling/sample/evaluation", (after) => `${system(after)}: mentions, exact names, F1`);
    expect(f1?.x).toHaveLength(4);
  });
});

test.each(notebooks.filter((file) => file.endsWith("-claim.ipynb")))(
  "%s ends on a sentence with its interval and n, and says who answered",
  async (file) => {
    const claim = await claimOf(path.basename(file, ".ipynb"));
    expect(claim).toMatch(/^(offline: simulated|Models trained here).*\(.*95 % interval .* to .*n = \d+ /);
    expect(claim.trim().split("\n")).toHaveLength(1);
  },
);

test("with a key the first cell's dollars hold: the next call is refused in one line, before it is sent", async () => {
  const disk = memoryDisk();
  const { url, close } = await startOfflineService({ disk, clock: realClock, simulators: [simulateWhyfix] });
  const key = { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: `${url}/v1` };
  const words = (budgetUsd: string) => [
    ...["scripts/notebook/run.ts", "notebooks/01-whyfix-explore.ipynb", ...here, "--name", `budget-${budgetUsd}`],
    ...["-p", "provider", "openai", "-p", "results", place.resolve("."), "-p", "budgetUsd", budgetUsd],
  ];
  try {
    const none = await start(words("0.01"), key).ended;
    expect([none.code, none.err]).toEqual([
      1,
      expect.stringMatching(
        /^error\[notebook\]: notebooks\/01-whyfix-explore\.ipynb:8:1: StudyError: nothing was sent: \$0\.0000 of \$0\.0100 are spent, and this may cost up to \$0\.03\d\d; raise budgetUsd in the first cell, or ask for less\n$/,
      ),
    ]);
    expect(await collect(readBill(disk))).toEqual([]);
    const one = await start(words("0.035"), key).ended;
    expect([one.code, one.err]).toEqual([
      1,
      expect.stringMatching(/ipynb:11:2: StudyError: nothing was sent: \$0\.000\d of \$0\.0350 are spent, and this /),
    ]);
    expect(await collect(readBill(disk))).toMatchObject([{ kind: "online", model: "gpt-4o-mini" }]);
  } finally {
    await close();
  }
});
