// npx zx scripts/ilm/evaluate.ts my-run
// Every trained model of a run on every level's test set: results/ilm/<run>/evaluate-<model>/ with losses.jsonl, words.jsonl
// and model.json.
import { defineScript, main, parseYaml } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import * as stages from "corrigenda/results";
import { loadTokenizer } from "corrigenda/text";
import { realClock } from "corrigenda/time";
import * as trainer from "corrigenda/train";
import { z } from "zod";

const doors = { ...trainer, loadTokenizer };
const script = defineScript({
  name: "scripts/ilm/evaluate.ts",
  summary: "ilm: losses and recovered words of trained models on all test sets.",
  positionals: { run: z.string().describe("the run's name, below results/ilm/") },
  flags: {
    ...ilm.evaluateFlags,
    results: engine.engineFlags.results,
    again: engine.waitFlags.again,
  },
  examples: ["npx zx scripts/ilm/evaluate.ts my-run", "npx zx scripts/ilm/evaluate.ts my-run --model C1"],
});

await main(script, async ({ run, results, again, model: only, ...flags }, { disk, print, progress, signal }) => {
  const root = nodeDisk(disk.resolve(results));
  const folder = stages.runFolder({ study: "ilm", run });
  const plan = parseYaml(await readText(root, `${folder}/plan.yaml`), root.resolve(`${folder}/plan.yaml`), ilm.Plan);
  const requireStage = (stage: string): Promise<stages.FinishedStage> =>
    stages.requireStage(root, { study: "ilm", run, stage }, `npx zx scripts/ilm/run.ts ${run}`);
  const finished = async (stage: string): Promise<boolean> =>
    (await root.size(`${folder}/${stage}/manifest.json`)) !== undefined;
  const { engine: name, device, threads, ...limits } = flags;
  const where = { engine: name, device, threads };
  const environment = await engine.stageEnvironment(disk, realClock.now());

  const evaluate = async (job: ilm.Job, stage: stages.Stage): Promise<stages.StageResult> => {
    await using stack = new AsyncDisposableStack();
    const models: ilm.OpenModel[] = [];
    for (const one of ilm.trainedFor(job))
      models.push(stack.use(await ilm.openModel(doors, root, `${folder}/${one}`, where, plan.batch)));
    const [opened] = models as [ilm.OpenModel];
    const { executor, model, generator } = opened;
    const isMixture = models.length > 1;
    const mixture = isMixture ? ilm.averagedModels(models.map((one) => one.executor)) : {};
    const scoring = { score: trainer.scoreDocuments, executor: { ...executor, ...mixture }, model, batch: plan.batch };
    const asked = { ...scoring, setup: opened.setup, decode: opened.decode, ...(isMixture ? {} : { generator }) };
    const place = { root, folder, writeLines: engine.writeLines, clock: realClock };
    const tell = (test: string, done: number): void => {
      signal.throwIfAborted();
      progress.update({ label: `${job.id} · ${test} · documents`, done });
    };
    const made = await ilm.evaluateModel(place, job, asked, { ...limits, seed: plan.seed }, tell);
    for (const warning of made.warnings) print(warning);
    if (isMixture) return { outputs: made.outputs, counts: made.counts };
    const trainedIn = `${folder}/${ilm.trainedFor(job)[0]}`;
    const stored = await Promise.all([...ilm.trainedFor(job), ...ilm.storedFor(job)].map(requireStage));
    const [trainSeconds, parameters] = [trainer.readSeconds(root, trainedIn), trainer.parameterCount(model)];
    const effort = { trainSeconds: await trainSeconds, deviceErrors: await ilm.errorsNoted(root, trainedIn) };
    const speed = { device: executor.name, tokensPerSecond: made.tokensPerSecond, parameters };
    const card = ilm.modelCard(job.model ?? "", stored, { ...effort, ...speed });
    await root.write(stage.path(ilm.EVALUATED.card), `${JSON.stringify(card, null, 2)}\n`);
    return { outputs: [...made.outputs, ilm.EVALUATED.card], counts: made.counts };
  };

  for (const job of await ilm.evaluationJobs(ilm.planJobs(plan), only, finished)) {
    const parents = (await Promise.all(job.needs.map(requireStage))).map(({ parent }) => parent);
    const spec = {
      ...{ study: "ilm", run, stage: job.id, config: ilm.evaluationRecord(plan, job, { name, device, ...limits }) },
      command: [script.name, "{run}", ...ilm.flagWords({ ...flags, threads: undefined, model: job.model })],
      ...{ parents, seeds: { seed: plan.seed }, environment, again },
    };
    await engine.tableStage({ root, clock: realClock, spec }, (stage) => evaluate(job, stage));
    print(`${job.id}: finished`);
  }
});
