// npx zx scripts/ilm/submit.ts my-run --plan scripts/ilm/plan.yaml --slurm --device cuda --sbatch "--partition=gpu --time=24:00:00"
// The trainings of one plan or several as one Slurm array: a task a training, resumed after preemption; then evaluation and
// comparison. Writes results/ilm/<run>/slurm/*.sh and the logs beside them. Without --slurm: this machine's GPUs or cores.
import { defineScript, main, parseYaml, runStep } from "corrigenda/cli";
import { engineFlags } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { memoryDisk, nodeDisk, readText } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { runFolder } from "corrigenda/results";
import { z } from "zod";
import { $ } from "zx";

const script = defineScript({
  name: "scripts/ilm/submit.ts",
  summary: "ilm: trainings of one plan or several as a Slurm array, or on all that this machine has.",
  positionals: { run: z.string().optional().describe("the run's name, of one plan (default: the plan's)") },
  flags: {
    plan: z.array(z.string()).default(["scripts/ilm/plan.yaml"]).describe("plans, with commas: a grid of trainings"),
    slurm: z.boolean().default(false).describe("hand them to Slurm"),
    sbatch: z.string().default("").describe("options of sbatch for every job: --partition=gpu --time=24:00:00"),
    dryRun: z.boolean().default(false).describe("show the scripts for Slurm; write and submit nothing"),
    ...ilm.placeFlags,
    device: ilm.placeFlags.device.unwrap().optional().describe("of each task of Slurm (default: cpu)"),
    figures: z.boolean().default(true).describe("save every figure as interactive HTML, SVG, PNG and PDF"),
    results: engineFlags.results,
  },
  examples: [
    "npx zx scripts/ilm/submit.ts my-run --slurm --dry-run",
    'npx zx scripts/ilm/submit.ts --plan a.yaml,b.yaml --slurm --device cuda --sbatch "--partition=gpu --time=24:00:00"',
  ],
});

await main(script, async ({ run: named, plan: files, slurm, sbatch, dryRun, ...flags }, { disk, print, signal }) => {
  const { results, engine, device = "cpu", threads, figures } = flags;
  ilm.checkSubmit({ slurm, sbatch, dryRun, device: flags.device });
  if (named !== undefined && files.length > 1)
    throw new StudyError("config", "several plans have their own names; leave the run's name out");
  if (!slurm) {
    const words = [...ilm.flagWords({ engine, threads, results, devices: "auto" }), `--figures=${figures}`];
    for (const file of files)
      await runStep(["scripts/ilm/run.ts", ...(named ? [named] : []), "--plan", file, ...words], signal);
    return;
  }
  const root = dryRun ? memoryDisk() : nodeDisk(disk.resolve(results));
  const runs: ilm.PlannedRun[] = [];
  const keeper = { disk, root, readText, parseYaml, runFolder };
  for (const file of files) runs.push({ file, ...(await ilm.keepPlan(keeper, file, named)) });
  const folders = runs.map(({ run }) => `${runFolder({ study: "ilm", run })}/slurm`);
  for (const path of folders.map((one) => `${one}/queued.json`)) {
    if ((await root.size(path)) === undefined) continue;
    const ids = Object.values(JSON.parse(await readText(root, path)) as Record<string, string>).join();
    ilm.refuseQueued(ids, await $({ quiet: true, nothrow: true })`squeue --noheader --jobs ${ids}`);
  }
  const [folder] = folders;
  const cores = threads ?? 2;
  const place = { cwd: disk.resolve("."), logs: disk.resolve(`${results}/${folder}`), cores };
  const options = sbatch.split(/\s+/).filter((option) => option !== "");
  const ids: Record<string, string> = {};
  for (const array of ilm.slurmArrays(runs, { results, engine, device, threads: cores, figures })) {
    const text = ilm.slurmScript(array, { ...place, hasGpu: device !== "cpu", options });
    const [file, { after }] = [`${folder}/${array.name}.sh`, array];
    const behind = after === undefined ? [] : [`--dependency=${after.how}:${ids[after.name]}`];
    const words = ["--parsable", "--kill-on-invalid-dep=yes", ...behind, `${place.logs}/${array.name}.sh`];
    if (dryRun) {
      ids[array.name] = `<id of ${array.name}>`;
      print(`# sbatch ${words.join(" ")}\n${text}`);
      continue;
    }
    await root.write(file, text);
    ids[array.name] = (await $({ quiet: true })`sbatch ${words}`).stdout.trim().replace(/;.*/, "");
    for (const one of folders) await root.write(`${one}/queued.json`, JSON.stringify(ids));
    print(`${array.name}: job ${ids[array.name]}, tasks: ${array.tasks.length}`);
  }
  if (!dryRun) print(`how far: squeue; npx zx scripts/ilm/status.ts ${runs[0]?.run}; logs: ${place.logs}`);
});
