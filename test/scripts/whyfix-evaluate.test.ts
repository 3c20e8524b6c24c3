import { collect, nodeDisk, readText } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { readNotebook } from "corrigenda/notebook";
import { readBill } from "corrigenda/provider/offline";
import { readMetrics } from "corrigenda/results";
import { afterAll, expect, test } from "vitest";
import { readSheet, writeSheet } from "../../lib/whyfix/ratings-csv.ts";
import { shownBy } from "../notebook/shown.ts";
import { done, run, temporary } from "./script.ts";

const root = temporary("whyfix-evaluate");
const here = ["--results", root.resolve(".")];
const DATE = "0622-1458";
const evaluate = (...words: string[]) => done("scripts/whyfix/evaluate.ts", DATE, ...words, "--figures=false", ...here);
const read = (file: string): Promise<string> => readText(root, `whyfix/${DATE}/evaluation/${file}`);
/** What the evaluation wrote, by its hash: pages are long. */
const written = async (): Promise<string[]> =>
  (await Promise.all(["evaluation.json", "evaluation.jsonl", "metrics.json", "report.html"].map(read))).map(sha256);
const paid = async (): Promise<number> => (await collect(readBill(nodeDisk(root.resolve(".offline"))))).length;

afterAll(() => root.remove("."));

test("corrections and an evaluation follow a run; judged later, they are made again; a second time nothing is asked, and the bytes are the same", async () => {
  const none = await run("scripts/whyfix/evaluate.ts", DATE, ...here);
  expect([none.code, none.err]).toEqual([
    1,
    expect.stringContaining(`error[stage]: whyfix run ${DATE} has no explanations yet`),
  ]);
  await done("scripts/whyfix/step1.ts", "sample-longman", "small", DATE, ...here);
  await done("scripts/whyfix/step2.ts", DATE, ...here);
  await done("scripts/whyfix/report.ts", DATE, "--figures=false", ...here);
  expect(await readText(root, `whyfix/${DATE}/report.html`)).not.toContain("evaluation/report.html");
  const priced = await done("scripts/whyfix/correct.ts", "sample-longman", "small", DATE, "--dry-run", ...here);
  expect(priced).toMatch(/gpt-4\.1-nano: 37 requests/);
  expect(await done("scripts/whyfix/correct.ts", "sample-longman", "small", DATE, ...here)).toContain(
    "GLEU less the copy's",
  );

  expect(await evaluate("--no-judge")).toContain("METEOR");
  expect(await readText(root, `whyfix/${DATE}/report.html`)).toContain('<a href="evaluation/report.html">');
  expect(await read("report.html")).toContain('<a href="../report.html">');
  expect((await readMetrics(root, `whyfix/${DATE}/evaluation`))?.headline.name).toMatch(/^best by reference: /);
  expect(await evaluate("--pairs", "20", "--dry-run")).toMatch(/gpt-4\.1-nano: 40 requests/);
  expect(await evaluate("--pairs", "20")).toContain("expected share of wins");
  expect(JSON.parse(await read("metrics.json")).headline).toMatchObject({ provider: "offline", unit: "share" });
  expect((await read("report.html")).includes("beside the sentence as it stands (the copy)")).toBe(true);
  const [judged, bill] = [await written(), await paid()];
  await evaluate("--pairs", "20");
  expect([await written(), await paid()]).toEqual([judged, bill]);
  expect(await done("scripts/results/verify.ts", `whyfix/${DATE}`, ...here)).toContain("every hash holds");
});

/** The sheets of a run, filled in: whoever rates goes by the row's number alone. */
async function filled(): Promise<void> {
  const from = `whyfix/${DATE}/rating-sheets`;
  for (const name of (await root.list(from)).filter((file) => file.endsWith(".csv"))) {
    const rows = (await collect(readSheet(await readText(root, `${from}/${name}`)))).flatMap((row, at) =>
      "cells" in row
        ? [
            {
              ...row.cells,
              ...Object.fromEntries(["Accuracy", "Helpfulness"].map((scale) => [scale, `${1 + (at % 5)}`])),
            },
          ]
        : [],
    );
    const columns = Object.keys(rows[0] ?? {}).filter(
      (column) => name.includes("scores") || !/^(Accuracy|Helpfulness)$/.test(column),
    );
    await root.write(`filled/${name}`, writeSheet(columns, rows));
  }
}

test("ratings that come back open the evaluation again: people stand beside the judge; a notebook draws the same numbers", async () => {
  await done("scripts/whyfix/ratings.ts", "export", DATE, "--raters", "anna,ben", "--rows", "6", ...here);
  await filled();
  const back = ["--sheets", root.resolve("filled"), "--figures=false"];
  await done("scripts/whyfix/ratings.ts", "import", DATE, ...back, ...here);
  await evaluate("--pairs", "20");
  const metrics = (await readMetrics(root, `whyfix/${DATE}/evaluation`))?.metrics ?? [];
  expect(metrics.filter(({ name }) => /^people: .*: Accuracy$/.test(name))).toHaveLength(3);
  const page = await read("report.html");
  expect(page).toMatch(/<a href="\.\.\/ratings-[0-9a-f]{8}\/report\.html">/);
  expect(page).toContain("2 people rated");

  const name = "05-whyfix-evaluation-claim";
  const given = ["-p", "results", root.resolve("."), "-p", "run", `whyfix/${DATE}`];
  await done("scripts/notebook/run.ts", `notebooks/${name}.ipynb`, ...given, ...here);
  const shown = shownBy(readNotebook(await readText(root, `notebooks/${name}/${name}.ipynb`), name)) as Shown[];
  const [trace] = shown.flatMap(({ others }) =>
    others.flatMap(({ data }) => data["application/vnd.plotly.v1+json"]?.data ?? []),
  );
  expect(trace?.y).toHaveLength(6);
  for (const [at, system] of (trace?.y ?? []).entries()) {
    const own = metrics.find((one) => one.name === `${system}: expected share of wins before the judge`);
    const x = trace?.x[at] ?? Number.NaN;
    expect(x).toBe(own?.value);
    expect(x - (trace?.error_x.arrayminus[at] ?? 0)).toBeCloseTo(own?.low ?? -1, 12);
    expect(x + (trace?.error_x.array[at] ?? 0)).toBeCloseTo(own?.high ?? -1, 12);
  }
  const lead = metrics.find((one) => one.name === "lead of the best over the next");
  const [value, low, high] = [lead?.value, lead?.low, lead?.high].map((share) =>
    (100 * (share ?? 0)).toFixed(1).replace("-", "−"),
  );
  expect(shown.at(-1)?.texts.stdout).toContain(`, ${value} points of expected wins before`);
  expect(shown.at(-1)?.texts.stdout).toContain(`(95 % interval ${low} to ${high}; n = 20 judged pairs`);
});

interface Shown {
  readonly texts: { readonly stdout?: string };
  readonly others: readonly { readonly data: Readonly<Record<string, { readonly data?: readonly Trace[] }>> }[];
}

interface Trace {
  readonly x: readonly number[];
  readonly y: readonly string[];
  readonly error_x: { readonly array: readonly number[]; readonly arrayminus: readonly number[] };
}
