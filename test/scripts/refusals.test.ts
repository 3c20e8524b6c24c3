import { spawn } from "node:child_process";
import { once } from "node:events";
import { nodeDisk, readText } from "corrigenda/files";
import { afterAll, describe, expect, test } from "vitest";
import { done, type Ended, run, temporary } from "./script.ts";

const root = temporary("more-refusals");
afterAll(() => root.remove("."));

const step1 = (...words: readonly string[]): string[] => ["scripts/whyfix/step1.ts", ...words];
const in_ = (folder: string): string[] => ["--results", root.resolve(folder)];
const refused = (code: string, sentence: string): Ended => ({
  ...{ code: code === "config" ? 2 : 1, out: "" },
  err: `error[${code}]: ${sentence}\n`,
});

describe.concurrent("refused with one line:", () => {
  test.each<[string, string[], Ended]>([
    [
      "a file that is not there",
      step1("m2:none.m2", "small", "0622-1458"),
      refused("dataset", "SAMPLE_TYPE 'm2:none.m2' needs none.m2, which does not exist; put the prepared rows there"),
    ],
    [
      "a file without rows",
      step1("csv:CITATION.cff", "small", "0622-1458"),
      refused(
        "dataset",
        "CITATION.cff holds no row that can be asked; see its first line and the form it should have in docs/whyfix.md",
      ),
    ],
    [
      "a budget that no price can keep",
      step1(
        "sample-fce",
        "small",
        "0622-1458",
        "--provider",
        "compatible",
        "--base-url",
        "http://127.0.0.1:1/v1",
        "--max-cost",
        "1",
      ),
      refused(
        "config",
        "no price is known for gpt-4.1-nano, so --max-cost cannot be kept; leave it out or name a priced model",
      ),
    ],
    [
      "an export of a run that has no step 2",
      ["scripts/whyfix/export.ts", "0622-1458"],
      refused("stage", "step2 of whyfix run 0622-1458 is missing; run: npx zx scripts/whyfix/step2.ts 0622-1458"),
    ],
    [
      "a grid level that the experiment does not have",
      ["scripts/whyfix/grid.ts", "longman", "small", "0622-1458", "--dry-run", "--lengths", "55"],
      refused("config", 'length "55" is not in the experiment; allowed: thirty, fifty, eighty, unlimit'),
    ],
  ])("%s", async (what, words, says) => {
    expect(await run(...words, ...in_(what.replaceAll(" ", "-")))).toEqual(says);
  });

  test("synchronous calls over --max-cost are not begun", async () => {
    const words = step1("sample-fce", "small", "0622-1458", "--online", "--max-cost", "0.0001");
    const { code, err } = await run(...words, ...in_("online"));
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error\[budget\]: the calls cost an estimated \$0\.\d{4}, more than --max-cost 0\.0001; nothing was sent\. Raise --max-cost or ask fewer\n$/,
    );
  });
});

test("two processes never share a run; a cancel names its run", async () => {
  const first = [...step1("sample-longman", "small", "0622-1458"), ...in_("shared")];
  const held = await root.lock("shared/whyfix/0622-1458/.lock");
  const folder = root.resolve("shared/whyfix/0622-1458");
  expect(await run(...first)).toEqual(
    refused("locked", `${folder} is in use by process ${process.pid}; wait for it or stop it`),
  );
  await held.release();
  await done(...first);
  expect(await run("scripts/jobs.ts", "cancel", ...in_("shared"))).toEqual(
    refused("config", "cancel which run? Name it: npx zx scripts/jobs.ts cancel <study>/<run>"),
  );
});

test("reproduce exits 1 and names the first cause where a run cannot come out the same", async () => {
  const experiment = root.resolve("mine.yaml");
  const text = await readText(nodeDisk("."), "scripts/whyfix/experiment.yaml");
  await root.write("mine.yaml", text);
  await done(...step1("sample-longman", "small", "0622-1458", "--experiment", experiment), ...in_("again"));
  await root.write("mine.yaml", text.replace("Why? Answer{output_len}.", "Why so? Answer{output_len}."));
  const { code, err } = await run("scripts/results/reproduce.ts", "whyfix/0622-1458", ...in_("again"));
  expect(code).toBe(1);
  expect(err.replaceAll(/[0-9a-f]{12}…/g, "…")).toBe(
    "error[stage]: whyfix/0622-1458 is not reproduced: output step1/step1.jsonl of step1 differs. " +
      `First cause: input ${experiment} of step1, … then, … now; ` +
      "see: npx zx scripts/results/diff.ts whyfix/0622-1458 whyfix/0622-1459\n",
  );
});

test("a reader of stdout who leaves early (| head) is no error", async () => {
  const child = spawn(process.execPath, ["node_modules/zx/build/cli.js", "scripts/jobs.ts", "--help"]);
  child.stdout.destroy();
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = await once(child, "close");
  expect({ code, said }).toEqual({ code: 0, said: "" });
});
