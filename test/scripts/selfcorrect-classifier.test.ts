import { writeLines } from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import { Metrics } from "corrigenda/results";
import { keyedRng } from "corrigenda/rng";
import { chooseClassifier, scoringOf } from "corrigenda/selfcorrect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { done, run, temporary } from "./script.ts";

const root = temporary("selfcorrect-classifier");
const TRAIN = "scripts/selfcorrect/train-classifier.ts";
const RESULTS = ["--results", root.resolve("results")];
const CSV = "initial_answer,revised_answer,reprompt_id,failure_mode,delta_accuracy";

/** Made-up traces: right answers say "clearly", wrong ones "perhaps", nine times of ten. */
function traceLines(): string[] {
  const rng = keyedRng(1, "made-up traces");
  return Array.from({ length: 150 }, (_, at) => {
    const rights = Array.from({ length: 3 }, () => rng.next() < 0.5);
    const turns = rights.map((isRight, turn) => ({
      ...{ turn_id: turn, question: "How many?", prompt_id: turn === 0 ? null : "p_try_again", error_mode: "unknown" },
      answer: `So ${rng.next() < 0.9 === isRight ? "clearly" : "perhaps"} it is #### ${isRight ? 42 : 43 + rng.int(3)}`,
      delta_accuracy: turn === 0 ? 0 : Number(isRight) - Number(rights[turn - 1]),
    }));
    const head = { trace_id: `t${at}`, dataset_name: "gsm8k", question_id: `${at}`, provider: "offline" };
    return JSON.stringify({ ...head, turns, final_accuracy: Number(rights[2]) });
  });
}

beforeAll(() => writeLines(root, "traces.jsonl", () => [...traceLines(), "{torn", '{"turns": []}']));
afterAll(() => root.remove("."));

const written = (said: string) => nodeDisk(said.match(/^written: (.+)$/m)?.[1] ?? "");

test("a classifier is trained on traces, judged, kept and read again; the same command does nothing", async () => {
  const words = [TRAIN, "--traces", root.resolve("traces.jsonl"), "--run", "own", ...RESULTS];
  const said = await done(...words);
  expect(said).toContain("2 bad rows: 2 × no trace record");
  expect(said).toContain("simulated answers are among the rows: these figures say nothing about any model");
  const folder = written(said);
  const { headline, metrics } = Metrics.parse(JSON.parse(await readText(folder, "metrics.json")));
  const value = (name: string): number => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  expect(headline).toMatchObject({ name: "macro F1, trained", provider: "offline", n: 90 });
  expect(headline.low).toBeGreaterThan(value("macro F1, rules"));
  expect(value("AUROC, trained")).toBeGreaterThan(0.8);
  expect(value("bad rows")).toBe(2);
  const bad = (await readText(folder, "bad-rows.jsonl")).trim().split("\n");
  expect(bad.map((line) => JSON.parse(line).place.replace(/.*traces/, "traces"))).toEqual([
    ...["traces.jsonl:151", "traces.jsonl:152"],
  ]);
  const { classifier, notice } = chooseClassifier({ model: await readText(folder, "model.json") }, scoringOf("gsm8k"));
  const step = (initial: string, revised: string) =>
    classifier.predict({ initialAnswer: initial, revisedAnswer: revised, repromptId: "p_try_again" });
  expect([classifier.name, notice]).toEqual(["own", undefined]);
  expect(step("perhaps it is #### 43", "clearly it is #### 42").failure_mode).toBe("corrected");
  expect(step("clearly it is #### 42", "perhaps it is #### 43").failure_mode).toBe("overcorrected");
  const page = await readText(folder, "report.html");
  expect(page).toContain("offline: simulated answers, no model was asked");
  for (const title of ["Failure modes", "Confidence", "Rows"]) expect(page).toContain(`<h2>${title}</h2>`);
  const again = await done(...words);
  expect(again).toBe(said.slice(said.indexOf("measure")));

  // What the traces taught lies there in the source's columns, and teaches the same.
  const table = root.resolve("results/selfcorrect/own/classifier/training_data.csv");
  expect((await readText(folder, "training_data.csv")).startsWith(`${CSV},`)).toBe(true);
  const other = written(await done(TRAIN, "--from", table, "--run", "from-table", ...RESULTS));
  const withoutName = (text: string): string => text.replace(/"name":"(own|from-table)"/, "");
  expect(withoutName(await readText(other, "model.json"))).toBe(withoutName(await readText(folder, "model.json")));
});

test("nothing to learn from, too little, and a table without the columns get one line", async () => {
  await root.write("few.csv", `${CSV}\n"1","2","p","corrected","1"\n`);
  await root.write("other.csv", "a,b\n1,2\n");
  for (const [exit, words, why] of [
    [2, [], "give --from training_data.csv, or --traces <file>"],
    [1, ["--from", root.resolve("nowhere.csv")], "nowhere.csv does not exist"],
    [1, ["--from", root.resolve("few.csv")], "are too few"],
    [1, ["--from", root.resolve("other.csv")], "has no column initial_answer, revised_answer"],
  ] as const) {
    const { code, err } = await run(TRAIN, ...words, ...RESULTS);
    expect([code, err.trim().split("\n").length]).toEqual([exit, 1]);
    expect(err).toContain(why);
  }
});
