import { collect, nodeDisk, readText } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { readBill } from "corrigenda/provider/offline";
import { readMetrics } from "corrigenda/results";
import { afterAll, expect, test } from "vitest";
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
  const priced = await done("scripts/whyfix/correct.ts", "sample-longman", "small", DATE, "--dry-run", ...here);
  expect(priced).toMatch(/gpt-4\.1-nano: 37 requests/);
  expect(await done("scripts/whyfix/correct.ts", "sample-longman", "small", DATE, ...here)).toContain(
    "GLEU less the copy's",
  );

  expect(await evaluate("--no-judge")).toContain("METEOR");
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
