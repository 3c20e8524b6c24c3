// npx zx scripts/ilm/run.ts my-run --plan scripts/ilm/plan.yaml --devices cuda:0,cuda:1
// Six models: texts, masked examples, trainings, evaluations, comparison; as many at a time as there are devices. Every step is
// resumable, so the same command goes on after any interruption; scripts/ilm/status.ts shows at any time how far it is.
import { availableParallelism } from "node:os";
import { defineScript, main, parseYaml, runStep } from "corrigenda/cli";
import { engineFlags } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk, readText } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { holdRun, runFolder } from "corrigenda/results";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/run.ts",
  summary: "ilm, all steps of a plan: texts, examples, six trainings, evaluations, comparison.",
  positionals: { run: z.string().optional().describe("the run's name (default: the plan's)") },
  flags: {
    plan: z.string().default("scripts/ilm/plan.yaml").describe("what is trained on what, how long, in which order"),
    engine: ilm.placeFlags.engine,
    devices: ilm.Devices.default(["cpu"]).describe(
      "where, one job at a time on each: cuda:0,cuda:1 or cpu,cpu or auto (what there is)",
    ),
    threads: ilm.placeFlags.threads.describe("of the processor, for each job (default: its share of the cores)"),
    figures: z.boolean().default(true).describe("save every figure as interactive HTML, SVG, PNG and PDF"),
    results: engineFlags.results,
  },
  examples: [
    "npx zx scripts/ilm/run.ts --plan scripts/ilm/micro-plan.yaml --devices cpu,cpu",
    "npx zx scripts/ilm/run.ts my-run --plan scripts/ilm/plan.yaml --devices cuda:0,cuda:1",
  ],
});

await main(script, async ({ run: named, plan: file, engine, devices, threads, figures, results }, around) => {
  const { disk, print, signal } = around;
  const gpus = (await nodeDisk("/").list("proc/driver/nvidia/gpus")).length;
  const machine = { cores: availableParallelism(), gpus, visible: process.env.CUDA_VISIBLE_DEVICES };
  const slots = ilm.deviceSlots(devices, machine, threads);
  const root = nodeDisk(disk.resolve(results));
  const { plan, run } = await ilm.keepPlan({ disk, root, readText, parseYaml, runFolder }, file, named);
  await using _held = await holdRun(root, { study: "ilm", run });
  const step = (name: string, ...words: readonly string[]): Promise<void> =>
    runStep([`scripts/ilm/${name}.ts`, run, ...words, "--results", results], signal);
  await step("prepare", "--plan", file);
  const work = ilm.planWork(plan, { results, run, engine });
  const prepared = ilm.planJobs(plan).flatMap(({ id, kind }) => (/corpus|examples/.test(kind) ? [id] : []));
  const start = async (one: ilm.Work, slot: ilm.Slot): Promise<void> => {
    if (slots.length === 1) return runStep(one.words(slot), signal, undefined, slot.env);
    print(`${one.id}: begins on ${[slot.device, ...Object.values(slot.env)].join(" ")}`);
    const say = (line: string): void => print(line.startsWith(one.id) ? line : `${one.id}: ${line}`);
    return runStep(one.words(slot), signal, say, slot.env);
  };
  const end = await ilm.runWork(work, slots, prepared, start, signal);
  signal.throwIfAborted();
  const evaluated = work.some(
    ({ id }) => id.startsWith("evaluate-") && !end.failed.has(id) && !end.waiting.includes(id),
  );
  if (evaluated) await step("compare", `--figures=${figures}`);
  await step("status");
  const failure = ilm.failureLine(end, run);
  if (failure !== undefined) throw new StudyError("stage", failure);
  print(`all steps of ${run} are finished`);
});
