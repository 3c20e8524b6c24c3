// npx zx scripts/ilm/status.ts my-run
// How far the six models of a run are: documents, examples, steps, hours so far and left, storage, and what comes next.
import { defineScript, main, parseYaml, table } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import * as stages from "corrigenda/results";
import { GPT2_SHAPES, parameterCount } from "corrigenda/train";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/status.ts",
  summary: "ilm: how far a plan of six models is.",
  positionals: { run: z.string().describe("the run's name, below results/ilm/") },
  flags: {
    plan: z.string().optional().describe("plan.yaml (default: results/ilm/<run>/plan.yaml)"),
    devices: ilm.Devices.default(["cpu"]).describe("as run.ts is given them: so many models are trained at a time"),
    results: engine.engineFlags.results,
  },
  examples: ["npx zx scripts/ilm/status.ts my-run --plan scripts/ilm/plan.yaml --devices cuda:0,cuda:1"],
});

await main(script, async ({ run, plan: file, devices, results }, { disk, print }) => {
  const root = nodeDisk(disk.resolve(results));
  const folder = stages.runFolder({ study: "ilm", run });
  const [place, path] = file === undefined ? [root, `${folder}/plan.yaml`] : [disk, file];
  const plan = parseYaml(await readText(place, path), place.resolve(path), ilm.Plan);
  const jobs = ilm.planJobs(plan);
  const reader = { root, ...stages, readTable: engine.readTable };
  const { states } = await ilm.readStates(reader, run, jobs, "the command that made it");
  for (const [stage, state] of states)
    if (state.state === "open" && (await stages.isWorkedOn(root, { study: "ilm", run, stage })))
      states.set(stage, { ...state, state: "running" });
  const status = ilm.planStatus(plan, jobs, states, devices.length);
  print(table(ilm.statusTable(status)));
  print(ilm.statusLine(status));
  const shape = Object.entries(GPT2_SHAPES).find(([name]) => name === plan.base)?.[1];
  const storage = shape && ilm.storageEstimate(plan, parameterCount(shape));
  if (storage) print(ilm.storageLine(storage));
  const ids = (wanted: string): string[] => [...states].flatMap(([id, { state }]) => (state === wanted ? [id] : []));
  const [running, finished] = [ids("running"), new Set(ids("finished"))];
  if (running.length > 0) print(`running: ${running.join(", ")}`);
  const next = ilm.nextJobs(jobs, finished, new Set(running), devices.length).map(({ id }) => id);
  if (next.length > 0) print(`next: ${next.join(", ")}`);
  if (running.length + next.length === 0) print("nothing is left to do");
});
