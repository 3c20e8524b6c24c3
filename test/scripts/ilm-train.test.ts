import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { merlin } from "corrigenda/dataset";
import { collect, nodeDisk, readText } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { Manifest } from "corrigenda/results";
import { afterAll, beforeAll, expect, test } from "vitest";
import { done, start, temporary } from "./script.ts";

const root = temporary("ilm-train");
const SAMPLE = "data/sample/ilm/merlin-de.jsonl";
const TRAIN = "scripts/ilm/train-ilm.ts";
const examples = root.resolve("examples");
const folder = root.resolve("ilm/r/train-x");

/** Every fifth text to another split, masked: what two commands would make. */
async function writeExamples(folder: string, seed: number): Promise<void> {
  const rows = await collect(merlin.rows({ file: SAMPLE, bytes: nodeDisk(".").read(SAMPLE) }));
  const texts = rows.flatMap((row) => (row.ok ? [row.row.text.trim()] : []));
  for (const [at, split] of ilm.SPLITS.entries()) {
    const own = texts.filter((_, number) => Math.max(0, (number % 5) - 2) === at);
    const plan = { maskClass: "MaskHierarchical", seed, limits: ilm.SOURCE_LIMITS };
    const bytes = Buffer.from(own.join("\n\n\n"));
    const told = { plan, rng: "keyed", source: `${split}.txt`, split } as const;
    await ilm.writeExamples(
      root,
      `${folder}/${split}.ilm`,
      told,
      [ilm.blockMasker(plan)({ bytes, first: 0 })],
      () => {},
    );
  }
}
beforeAll(() => writeExamples("examples", 1));
afterAll(() => root.remove("."));

const train = (...more: readonly string[]): string[] => [
  ...[TRAIN, "x", folder, examples, "--model-name", "micro", "--train-batch-size", "4"],
  ...["--train-batch-accumulation", "1", "--threads", "2", ...more],
];
const LEARNS = ["--max-steps", "40", "--train-eval-steps", "20", "--train-learning-rate", "0.01"];

test("a model trains, its losses fall, and another program reads the same curves from TensorBoard's files", async () => {
  const said = await done(...train(...LEARNS, "--train-sequence-length", "200"));
  expect(said).toMatch(/^x: 40 steps, best after 40: perplexity \d+\.\d \(infill\)$/m);
  // Texts of B2 and C1 have more than 200 of the micro model's tokens.
  for (const split of ["training", "validation"])
    expect(said).toMatch(
      new RegExp(
        `^warning: of [\\d,]+ examples of the ${split} split \\d+\\.\\d % lose answers behind 200 tokens`,
        "m",
      ),
    );
  const { counts } = Manifest.parse(JSON.parse(await readText(root, "ilm/r/train-x/manifest.json")));
  expect(counts.trainDrawn).toBeGreaterThan(900);
  expect(counts.trainLost).toBeGreaterThan(0);
  expect(counts.trainCut).toBeGreaterThanOrEqual(counts.trainLost as number);
  const lines = (await readText(root, "ilm/r/train-x/metrics.jsonl")).trim().split("\n");
  const metrics = lines.map((line) => JSON.parse(line) as { step: number; loss?: number; validation?: number });
  const curve = (key: "loss" | "validation"): [number, number][] =>
    metrics.flatMap((one) => (one[key] === undefined ? [] : [[one.step, one[key]] as [number, number]]));
  const mean = (part: readonly [number, number][]): number => part.reduce((sum, [, x]) => sum + x, 0) / part.length;
  expect(mean(curve("loss").slice(-5))).toBeLessThan(mean(curve("loss").slice(0, 5)) - 0.5);
  const validation = curve("validation").map(([, loss]) => Math.exp(loss));
  expect(validation[1]).toBeLessThan(validation[0] as number);
  const python = await promisify(execFile)("python3", ["--version"]).catch(() => undefined);
  if (!python) return console.warn("not read by another program: python3 is not here");
  const events = (await root.list("ilm/r/train-x/tensorboard")).map((name) => `${folder}/tensorboard/${name}`);
  const { stdout } = await promisify(execFile)("python3", ["test/scripts/read-tensorboard.py", ...events]);
  const found = JSON.parse(stdout) as Record<string, [number, number][]>;
  const single = (points: readonly [number, number][]) => points.map(([step, x]) => [step, Math.fround(x)]);
  expect(found["train/loss"]).toEqual(single(curve("loss")));
  expect(found["validation/loss"]).toEqual(single(curve("validation")));
}, 60_000);

test("--eval-only trains nothing and prints counts, losses and perplexities of the best model, the same again", async () => {
  const before = await readText(root, "ilm/r/train-x/metrics.jsonl");
  const only = ["--eval-only", "--eval-max-num-examples", "30"];
  const words = train(...only, "--eval-examples-tag", "test");
  const said = await done(...words);
  expect(await done(...train(...only))).not.toBe(said); // the source scores its cached validation examples instead
  const losses = JSON.parse(said) as Record<string, number>;
  const measures = ["context", "infill", "infill_textonly"];
  const keys = measures.flatMap((one) => ["count", "loss", "ppl"].map((what) => `eval_${one}_${what}`));
  expect(Object.keys(losses)).toEqual([...keys, "eval_examples_cut"]);
  for (const one of measures) {
    expect(losses[`eval_${one}_ppl`]).toBeCloseTo(Math.exp(losses[`eval_${one}_loss`] as number), 6);
    expect(losses[`eval_${one}_count`]).toBeGreaterThan(10);
  }
  // 1,031 tokens, all as likely: a model that has learned is below.
  expect(losses.eval_context_ppl).toBeLessThan(1_031);
  expect(losses.eval_infill_count).toBeGreaterThan(losses.eval_infill_textonly_count as number);
  expect(await done(...words)).toBe(said);
  expect(await readText(root, "ilm/r/train-x/metrics.jsonl")).toBe(before);
}, 60_000);

test("another model's examples do not go on in this model's folder, as they do in the source", async () => {
  await writeExamples("others", 2);
  const words = train(...LEARNS, "--train-sequence-length", "200");
  const { code, err } = await start(words.map((word) => word.replace(examples, root.resolve("others")))).ended;
  expect([code !== 0, err.trim().split("\n").length]).toEqual([true, 1]);
  expect(err).toContain("exists with another examples[0]: recorded ");
}, 60_000);

test("half precision, weights that are nowhere and a hub that cannot be reached are one line, and leave no folder", async () => {
  const refused = async (...more: readonly string[]): Promise<string> => {
    const words = [TRAIN, "y", root.resolve("ilm/r/train-y"), examples, "--max-steps", "1", ...more];
    const { code, out, err } = await start(words, { HF_ENDPOINT: "http://127.0.0.1:9", HF_TOKEN: "hf_secret" }).ended;
    expect([code !== 0, out, err.trim().split("\n").length]).toEqual([true, "", 1]);
    expect(err).not.toContain("hf_secret");
    return err;
  };
  expect(await refused("--model-name", "micro", "--precision", "bf16")).toContain("ort on cpu trains in fp32 alone");
  expect(await refused("--model-name", "me/none")).toMatch(/hub at http:\/\/127.* give a folder with config\.json/);
  expect(await refused("--model-name", "scripts/none")).toContain("has no model.safetensors; give one of gpt2");
  expect(await root.list("ilm/r")).toEqual(["train-x/"]);
}, 60_000);

const PROVIDER = "node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_shared.so";
const installed = (await nodeDisk(".").size(PROVIDER)) !== undefined;

test.skipIf(installed)(
  "without CUDA's provider the native library says nothing beside our one line",
  async () => {
    const words = [TRAIN, "z", root.resolve("ilm/r/train-z"), examples, "--max-steps", "1", "--model-name", "micro"];
    const { code, err } = await start([...words, "--device", "cuda"]).ended;
    expect(code).toBe(2);
    expect(err).toMatch(/^error\[config\]: no CUDA here: run "npm run gpu:install" [^\n]*\n$/);
  },
  60_000,
);
