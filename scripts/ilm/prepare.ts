// npx zx scripts/ilm/prepare.ts my-run
// The texts and masked examples of a run's plan: results/ilm/<run>/corpus-<level>/ and examples-<level>/.
import { defineScript, main, parseYaml, startThread } from "corrigenda/cli";
import { efcamdat, merlin } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk, readText } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import * as stages from "corrigenda/results";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/prepare.ts",
  summary: "ilm: texts and masked examples of a plan.",
  positionals: { run: z.string().describe("the run's name, below results/ilm/") },
  flags: {
    plan: z.string().optional().describe("plan.yaml, for a run that has none yet"),
    results: engine.engineFlags.results,
  },
});

/** As many as create-ilm-examples.ts starts: the files are the same with any number. */
const [THREADS, THREAD] = [2, new URL("./mask-thread.ts", import.meta.url)] as const;

await main(script, async ({ run, plan: file, results }, { disk, progress, signal }) => {
  const root = nodeDisk(disk.resolve(results));
  const keeper = { disk, root, readText, parseYaml, runFolder: stages.runFolder };
  if (file !== undefined) await ilm.keepPlan(keeper, file, run);
  const command = [script.name, "{run}", ...ilm.flagWords({ plan: file })];
  const folder = stages.runFolder({ study: "ilm", run });
  const plan = parseYaml(await readText(root, `${folder}/plan.yaml`), root.resolve(`${folder}/plan.yaml`), ilm.Plan);
  const environment = await engine.stageEnvironment(disk, realClock.now());
  const inputs = new Map<string, Awaited<ReturnType<typeof engine.hashInputs>>>();
  const disks = (stage: string) => nodeDisk(root.resolve(`${folder}/${stage}`));
  await using stack = new AsyncDisposableStack();
  let workers: ReturnType<ilm.MaskThreads> | undefined;
  const threads: ilm.MaskThreads = (masks) => {
    const open = () => stack.use(startThread<ilm.CorpusBlock, ilm.MaskedBlock>(THREAD, masks)).work;
    workers ??= Array.from({ length: THREADS }, open);
    return workers;
  };
  for (const job of ilm.planJobs(plan)) {
    if (job.kind !== "corpus" && job.kind !== "examples") continue;
    const tell = (done: number): void => {
      signal.throwIfAborted();
      progress.update({ label: `${job.id} · documents`, done });
    };
    const { csv } = ilm.jobData(plan, job);
    if ((await disk.size(csv)) === undefined)
      throw new StudyError("files", `${disk.resolve(csv)} does not exist; docs/ilm.md says how to get the data`);
    const hashes = inputs.get(csv) ?? (await engine.hashInputs(disk, [csv]));
    inputs.set(csv, hashes);
    const parents: stages.Parent[] = [];
    for (const stage of job.needs)
      parents.push((await stages.requireStage(root, { study: "ilm", run, stage }, "the same command")).parent);
    const spec = {
      ...{ study: "ilm", run, stage: job.id, config: ilm.prepareRecord(plan, job), command },
      ...{ inputs: job.kind === "corpus" ? hashes : [], parents, seeds: { seed: plan.seed }, environment },
    };
    const dataset = csv.endsWith(".jsonl") ? merlin : efcamdat;
    const rows = dataset.rows({ file: csv, bytes: disk.read(csv) });
    await engine.tableStage({ root, clock: realClock, spec }, () =>
      job.kind === "corpus"
        ? ilm.writeCorpus(disks(job.id), rows, plan, job, tell)
        : ilm.writeMasks(disks(job.id), disks(job.needs[0] ?? ""), plan, threads, tell),
    );
  }
});
