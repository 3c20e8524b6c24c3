import { readText } from "corrigenda/files";
import { readMetrics } from "corrigenda/results";
import { afterAll, expect, test } from "vitest";
import { done, run, temporary } from "./script.ts";

const root = temporary("selfcorrect-report");
afterAll(() => root.remove("."));

const at = ["--results", root.resolve(".")];
const GSM8K = "data/sample/selfcorrect/gsm8k.jsonl";
const page = (): Promise<string> => readText(root, "selfcorrect/s/report.html");
const answered = async (stage: string): Promise<number> =>
  (await readText(root, `selfcorrect/s/${stage}/ledger.jsonl`)).split("\n").length - 1;

test("a run is reported, compared, reported again and reproduced; what its traces hold is not asked for again", async () => {
  const flags = ["--dataset", "gsm8k", "--from", GSM8K, "--preset", "learnable", "--limit", "20", "--max-turns", "3"];
  await done("scripts/selfcorrect/collect.ts", ...flags, "--batch-size", "5", "--lag", "16", "--run", "s", ...at);
  await done("scripts/selfcorrect/report.ts", "s", "--figures=false", ...at);
  expect(await page()).toContain("Not compared yet: npx zx scripts/selfcorrect/evaluate.ts s");

  const said = await done("scripts/selfcorrect/evaluate.ts", "s", ...at);
  expect(said).toContain("evaluation: 20 rows answered");
  expect(said).toMatch(/^never +none +\d+\.\d \[/m);
  const { headline } = (await readMetrics(root, "selfcorrect/s/evaluation")) ?? {};
  expect(headline).toMatchObject({ n: 20, unit: "share", provider: "offline" });
  // 20 first answers were kept; random, greedy, always, oracle-stop ask at most 2 more, self-consistency at most 2 samples.
  expect(await answered("evaluation")).toBeLessThanOrEqual(20 * (4 * 2 + 2));
  await done("scripts/selfcorrect/report.ts", "s", "--figures=false", ...at);
  const gained = headline?.value ?? Number.NaN;
  expect(await page()).toContain(`${gained < 0 ? "−" : "+"}${Math.abs(100 * gained).toFixed(1)} points`);
  expect(await page()).not.toContain("Not compared yet");

  expect(await done("scripts/results/verify.ts", "selfcorrect/s", ...at)).toContain("every hash holds (stages: 2)");
  expect(await done("scripts/selfcorrect/evaluate.ts", "s", ...at)).toContain("nothing to do, it is finished");
  expect(await done("scripts/results/reproduce.ts", "selfcorrect/s", ...at)).toContain("is reproduced");
  // Never asking again is in the traces: no model is needed.
  expect(await done("scripts/selfcorrect/evaluate.ts", "s", "--baselines", "never", ...at)).toContain("nothing paid");
  const refused = await run("scripts/selfcorrect/evaluate.ts", "s", "--baselines", "best", ...at);
  expect([refused.code, refused.err.trim()]).toEqual([2, expect.stringContaining('there is no baseline "best"')]);
  const missing = await run("scripts/selfcorrect/report.ts", "none", ...at);
  expect(missing.err).toContain(
    "traces of selfcorrect run none is missing; run: npx zx scripts/selfcorrect/collect.ts --run none",
  );
});
