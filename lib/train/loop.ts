import { StudyError } from "corrigenda/error";
import type { JsonObject } from "corrigenda/json";
import { type Batch, packBatch } from "./batch.ts";
import { openLast, type Progress, readSeconds, saveLast, saveSeconds } from "./checkpoint.ts";
import { chunksFor, type Executor, type ExecutorOptions, type StepResult } from "./executor.ts";
import type { TrainPlan, TrainWork } from "./plan.ts";
import { openRecorder, type Recorder } from "./recorder.ts";
import { documentOrder, rateAt } from "./schedule.ts";
import { meanLoss, scoreAll } from "./score.ts";
import { exportModel, type Weights } from "./weights.ts";

/** Steps in a row without a finite gradient before the run gives up. */
const MOST_SKIPPED = 5;

/**
 * Trains, from the last checkpoint if there is one. The same plan gives the same losses and files whether or not it was
 * stopped in between (but for evaluations by seconds). Throws StudyError "config" for a folder of another plan, "dataset"
 * for documents that cannot be used, "step" where the loss is no number for 5 steps, "stopped".
 */
export async function train(plan: TrainPlan, work: TrainWork): Promise<Progress> {
  const { disk, folder, weights } = work;
  const settings = settingsOf(plan, weights);
  const last = await openLast(disk, folder, settings);
  const start: Progress = last?.progress ?? { step: 0, tokens: 0, stale: 0 };
  const executor = start.ended
    ? undefined
    : await work.open(optionsOf(plan, weights), last?.tensor ?? weights.tensor).finally(() => last?.close());
  if (!executor) {
    await last?.close();
    return start;
  }
  const recorder = await openRecorder(disk, folder, start.step, work.clock);
  work.on?.({ kind: "start", step: start.step, executor: executor.name });
  try {
    return await loop({ plan, work, settings, executor, recorder }, start);
  } finally {
    await recorder.close();
    await executor.dispose();
  }
}

interface Running {
  readonly plan: TrainPlan;
  readonly work: TrainWork;
  readonly settings: JsonObject;
  readonly executor: Executor;
  readonly recorder: Recorder;
}

async function loop(run: Running, start: Progress): Promise<Progress> {
  const { plan, work, executor } = run;
  const { clock, signal } = work;
  const draw = drawing(plan, work);
  const started = clock.now();
  const secondsBefore = await readSeconds(work.disk, work.folder);
  const spent = (): number => secondsBefore + (clock.now() - started) / 1000;
  let [progress, skipped, evaluatedAt] = [start, 0, started];
  let next = draw(start.step + 1);
  while (progress.ended === undefined) {
    const step = progress.step + 1;
    const batches = await next;
    if (step < plan.steps) next = draw(step + 1); // made while the step runs
    next.catch(() => undefined); // told when its turn comes
    const rate = rateAt(plan.schedule, step, plan.steps);
    const result = await executor.step(batches, { step, rate, weightDecay: plan.weightDecay });
    skipped = Number.isFinite(result.norm) ? 0 : skipped + 1;
    progress = { ...progress, step, tokens: progress.tokens + tokensIn(batches) };
    const speed = { ms: clock.now() - started, steps: step - start.step, tokens: progress.tokens - start.tokens };
    await report(run, { step, rate, batches, result }, speed);
    if (skipped >= MOST_SKIPPED) throw notANumber(step);
    const asked = signal?.aborted === true;
    const ends = step >= plan.steps;
    if (ends || due(plan, step, clock.now() - evaluatedAt)) {
      progress = await evaluation(run, progress, ends);
      evaluatedAt = clock.now();
    } else if (!asked) continue;
    await save(run, progress, spent());
    if (asked && progress.ended === undefined) throw stopped(step);
  }
  return progress;
}

function due({ evaluateSteps, evaluateSeconds }: TrainPlan, step: number, ms: number): boolean {
  const bySteps = evaluateSteps !== undefined && step % evaluateSteps === 0;
  return bySteps || (evaluateSeconds !== undefined && ms >= evaluateSeconds * 1000);
}

interface Done {
  readonly step: number;
  readonly rate: number;
  readonly batches: readonly Batch[];
  readonly result: StepResult;
}

async function report(
  { plan, work, recorder }: Running,
  done: Done,
  speed: { ms: number; steps: number; tokens: number },
) {
  const { step, rate, batches, result } = done;
  const loss = lossOf(batches, result.nll);
  const tokensPerSecond = (speed.tokens * 1000) / Math.max(1, speed.ms);
  const norm = Number.isFinite(result.norm) ? { norm: result.norm } : {};
  await recorder.step(
    { step, ...(Number.isFinite(loss) ? { loss } : {}), ...norm, rate, tokens: tokensIn(batches) },
    tokensPerSecond,
  );
  if (!Number.isFinite(result.norm)) work.on?.({ kind: "skipped", step });
  const leftMs = (speed.ms / speed.steps) * (plan.steps - step);
  work.on?.({ kind: "step", step, steps: plan.steps, loss, tokensPerSecond, leftMs });
}

/** Scores the validation documents, and keeps the model where it is the best so far. */
async function evaluation({ plan, work, executor, recorder }: Running, at: Progress, ends: boolean): Promise<Progress> {
  const { model } = work.weights;
  const tallies = await scoreAll(executor, work.validation, { model, batch: plan.batch, kinds: plan.kinds });
  const loss = meanLoss(tallies, plan.watched);
  const kinds = Object.fromEntries([...tallies].map(([kind]) => [kind, meanLoss(tallies, [kind])]));
  await recorder.evaluation({ step: at.step, validation: loss, kinds });
  const best = loss < (at.best?.loss ?? Number.POSITIVE_INFINITY);
  const metadata = { step: `${at.step}`, validation: `${loss}` };
  if (best) await exportModel(work.disk, `${work.folder}/best`, { model, dropout: plan.dropout, metadata }, executor);
  work.on?.({ kind: "evaluation", step: at.step, loss, best });
  const stale = best ? 0 : at.stale + 1;
  const ended = ends ? "steps" : stale >= (plan.patience ?? Number.POSITIVE_INFINITY) ? "patience" : undefined;
  return { ...at, stale, ...(best ? { best: { step: at.step, loss } } : {}), ...(ended ? { ended } : {}) };
}

async function save(
  { work, settings, executor, recorder }: Running,
  progress: Progress,
  seconds: number,
): Promise<void> {
  const { disk, folder, weights } = work;
  await recorder.sync();
  await saveLast(disk, folder, { plan: settings, progress, model: weights.model }, executor);
  await saveSeconds(disk, folder, seconds);
}

/** The batches of a step, by seed and step alone. */
function drawing(plan: TrainPlan, { training, weights }: TrainWork): (step: number) => Promise<readonly Batch[]> {
  const at = documentOrder(training.size, plan.seed);
  return async (step) => {
    const batches: Batch[] = [];
    for (let batch = 0; batch < plan.accumulate; batch++) {
      const first = ((step - 1) * plan.accumulate + batch) * plan.batch;
      const examples = [];
      for (let one = 0; one < plan.batch; one++) {
        const { document, epoch } = at(first + one);
        examples.push(await training.example(document, epoch));
      }
      batches.push(packBatch(examples, { context: plan.length, width: weights.model.width, means: plan.means }));
    }
    return batches;
  };
}

/** The mean over the batches of what each one's weights ask for. */
function lossOf(batches: readonly Batch[], nll: readonly Float32Array[]): number {
  const losses = batches.map(({ weights }, at) =>
    weights.reduce((sum, weight, target) => sum + weight * (nll[at]?.[target] as number), 0),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function tokensIn(batches: readonly Batch[]): number {
  return batches.reduce((sum, { segments }) => sum + segments.reduce((n, segment) => n + (segment > 0 ? 1 : 0), 0), 0);
}

function optionsOf({ batch, length, dropout, seed, clip }: TrainPlan, { model }: Weights): ExecutorOptions {
  if (length > model.context)
    throw new StudyError(
      "config",
      `examples of ${length} tokens do not fit a model of ${model.context}; give a shorter length`,
    );
  return { model, chunks: chunksFor(model, batch * length), dropout, seed, clip };
}

function settingsOf(plan: TrainPlan, { model }: Weights): JsonObject {
  return JSON.parse(JSON.stringify({ ...plan, model })) as JsonObject;
}

function notANumber(step: number): StudyError {
  const advice = "the last checkpoint is good: try a lower rate or more warm-up in a new folder";
  return new StudyError(
    "step",
    `no finite gradient in ${MOST_SKIPPED} steps in a row, the last of them step ${step}; ${advice}`,
  );
}

function stopped(step: number): StudyError {
  return new StudyError("stopped", `stopped and saved after step ${step}; the same command goes on from there`);
}
