import { writeLines } from "corrigenda/engine";
import { collect, nodeDisk, readJsonl, readText } from "corrigenda/files";
import { Evaluation, SCHEMAS, schemaProblems, simulateIelts, variantRows } from "corrigenda/ielts";
import type { Json } from "corrigenda/json";
import { noFaults, type OfflineService, readBill, startOfflineService } from "corrigenda/provider/offline";
import { realClock } from "corrigenda/time";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleRows } from "../ielts/fixture.ts";
import { done, run, temporary } from "./script.ts";

const root = temporary("ielts-evaluate");
const EVALUATE = "scripts/ielts/evaluate.ts";
const PREPARED = root.resolve("ielts/all/finetuning_data");
let services: OfflineService[] = [];

beforeAll(async () => {
  const rows = await sampleRows();
  await writeLines(root, "rows.jsonl", () => [...rows, ...variantRows(rows, 60, 7)].map((row) => JSON.stringify(row)));
  const from = ["--from", root.resolve("rows.jsonl"), "--validation-ratio", "0.3", "--disable-azure"];
  await done("scripts/ielts/prepare.ts", ...from, "--run", "all", "--results", root.resolve("."));
});
afterAll(async () => {
  for (const service of services) await service.close();
  await root.remove(".");
});

const serve = async (folder: string, server = 0): Promise<string> => {
  const disk = nodeDisk(root.resolve(folder));
  const pace = { validateMs: 0, perRequestMs: 0, finalizeMs: 0 };
  const faults = server === 0 ? noFaults : { ...noFaults, seed: 5, rates: { server, cutBefore: server } };
  const service = await startOfflineService({ disk, clock: realClock, simulators: [simulateIelts], pace, faults });
  services = [...services, service];
  return service.url;
};
const bill = async (folder: string) =>
  (await collect(readBill(nodeDisk(root.resolve(folder))))).filter(({ kind }) => kind === "batch" || kind === "online");
const writtenIn = (said: string): string => said.match(/^written: (.+)$/m)?.[1] ?? "";
const evaluationIn = async (said: string): Promise<Evaluation> =>
  Evaluation.parse(JSON.parse(await readText(nodeDisk(writtenIn(said)), "evaluation.json")));
const heldOut = async (): Promise<number> =>
  (await readText(root, "ielts/all/finetuning_data/validation.jsonl")).trim().split("\n").length;

test("a prepared run is evaluated in its own folder: every held-out essay, three passes, beside the baseline", async () => {
  const said = await done(EVALUATE, PREPARED, "--disable-azure", "--results", root.resolve("."));
  expect(said).toMatch(/^mock mode: .* says nothing about any model/);
  expect(writtenIn(said)).toContain(root.resolve("ielts/all/evaluation-"));
  const evaluation = await evaluationIn(said);
  const { essays, scored, failed, passes, agreement, confusion, provider, baseline } = evaluation;
  expect([provider, essays, passes.asked]).toEqual(["offline", await heldOut(), 3 * essays]);
  expect(scored + failed).toBe(essays);
  expect(baseline.essays).toBe(
    (await readText(root, "ielts/all/finetuning_data/train.jsonl")).trim().split("\n").length,
  );
  expect(agreement.map(({ target }) => target)).toEqual(["overall", "TR", "CC", "LR", "GRA"]);
  for (const { n, model, difference } of agreement) {
    expect([n, model.mae.low === null, difference.qwk.value === null]).toEqual([scored, false, false]);
  }
  expect(confusion.model.flat().reduce((sum, count) => sum + count, 0)).toBe(scored);
  const folder = nodeDisk(writtenIn(said));
  const metrics = JSON.parse(await readText(folder, "metrics.json"));
  expect(metrics.headline).toMatchObject({ name: "overall qwk, model", n: scored, provider: "offline" });
  const lines = await collect(readJsonl(folder, "evaluated.jsonl"));
  expect(lines).toHaveLength(scored);
  for (const { value } of lines) expect(schemaProblems((value as { score: Json }).score, SCHEMAS.full)).toEqual([]);
});

test("online and by batches, through faults, the answers are those of mock mode, and a second command pays for nothing", async () => {
  const mock = await evaluationIn(await done(EVALUATE, PREPARED, "--disable-azure", "--results", root.resolve(".")));
  for (const words of [[], ["--batch-api"]]) {
    const folder = `service${words.length}`;
    const url = await serve(folder, words.length === 0 ? 0.05 : 0);
    const command = [
      PREPARED,
      "--provider",
      "offline",
      "--base-url",
      url,
      "--results",
      root.resolve(`results${words.length}`),
    ];
    const said = await done(EVALUATE, ...command, ...words, "--max-cost", "5");
    const { passes, dispersion, agreement, scored, confusion } = await evaluationIn(said);
    const seen = { passes, dispersion, agreement, scored, confusion };
    expect(seen).toEqual(Object.fromEntries(Object.keys(seen).map((key) => [key, mock[key as keyof typeof seen]])));
    expect(dispersion.mean).toBeGreaterThan(0);
    const paid = (await bill(folder)).length;
    expect(paid).toBe(3 * mock.essays);
    expect(await done(EVALUATE, ...command, ...words, "--max-cost", "5")).toBe(said);
    expect((await bill(folder)).length).toBe(paid);
  }
});

test("a file of essays with scores is evaluated too; rows without a band and essays of the training side are left out", async () => {
  const rows = await sampleRows();
  const fresh = [...variantRows(rows, 12, 99)].map(({ prompt, essay }, at) => ({
    prompt,
    essay,
    overall_score: `${5 + (at % 5) / 2}`,
  }));
  const all = [...fresh, { ...fresh[0], overall_score: "<4\n" }];
  const cell = (text: string | null | undefined): string => `"${(text ?? "").replaceAll('"', '""')}"`;
  const csv = all.map(({ prompt, essay, overall_score }) => [prompt, essay, overall_score].map(cell).join(","));
  await root.write("own.csv", `prompt,essay,overall_score\n${csv.join("\n")}\n`);
  const from = ["--from", root.resolve("own.csv"), "--disable-azure", "--results", root.resolve("from")];
  const evaluation = await evaluationIn(await done(EVALUATE, PREPARED, ...from));
  expect(evaluation.essays).toBe(12);
  expect(evaluation.left_out).toEqual({ "no band that can be read": 1 });
  expect(evaluation.agreement.map(({ n }) => n)).toEqual([evaluation.scored, 0, 0, 0, 0]);
});

test("a folder without held-out essays, and files that may not leave, get one line", async () => {
  const missing = await run(EVALUATE, root.resolve("nowhere"), "--disable-azure");
  expect([missing.code, missing.err.trim().split("\n").length]).toEqual([1, 1]);
  expect(missing.err).toContain("train.jsonl does not exist; prepare writes it");
  const remote = ["--provider", "openai", "--results", root.resolve("remote")];
  const refused = await run(EVALUATE, PREPARED, ...remote);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("may not leave this machine");
});

test("the report of a run shows bands, evidence, rows left out, leakage, cost and its evaluations, and says who answered", async () => {
  const results = ["--results", root.resolve(".")];
  await done(EVALUATE, PREPARED, "--disable-azure", ...results);
  expect(await done("scripts/ielts/report.ts", "all", "--figures=false", ...results)).toContain(
    "ielts/all/report.html",
  );
  const folder = nodeDisk(root.resolve("ielts/all"));
  const page = await readText(folder, "report.html");
  expect(page).toContain("offline: simulated answers, no model was asked");
  for (const title of ["Bands", "Criteria and evidence", "Essays", "Left out", "Leakage and faults", "Cost"])
    expect(page).toContain(`<h2>${title}</h2>`);
  expect(page).toContain("<h2>Evaluation of the simulator</h2>");
  expect(page).toMatch(/QWK, simulator<.*>0\.\d\d<.*95 % −?\d\.\d\d to \d\.\d\d, n = \d+ essays; baseline/s);
  const faults = await readText(folder, "tables/faults.csv");
  expect(
    faults
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .every((line) => line.endsWith(",0")),
  ).toBe(true);
  const [, criterion = ""] = (await readText(folder, "tables/criteria-table.csv")).split(/\r?\n/);
  const metadata = JSON.parse(await readText(folder, "finetuning_data/metadata.json"));
  expect(criterion).toContain(`Task Response,${metadata.statistics.per_criterion.TR.mean_band},`);
  // Every example of the table has its place on the page of essays.
  const places = [...page.matchAll(/essays\.html#([a-z]+-\d+)/g)].map(([, id]) => id ?? "");
  const essays = await readText(folder, "essays.html");
  expect(places.length).toBeGreaterThan(10);
  for (const id of places) expect(essays).toContain(`id="${id}"`);
  const missing = await run("scripts/ielts/report.ts", "nowhere", ...results);
  expect([missing.code, missing.err.trim().split("\n").length]).toEqual([1, 1]);
});
