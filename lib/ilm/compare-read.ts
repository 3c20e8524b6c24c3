import type { readTable } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { Parent, requireStage, stagesOf } from "corrigenda/results";
import { z } from "zod";
import { ModelCard } from "./compare-cost.ts";
import { type Training, TrainingLine, trainingCurve } from "./compare-training.ts";
import { type LossTally, lossTally } from "./perplexity.ts";
import { LossRecord } from "./perplexity-record.ts";
import type { Plan } from "./plan.ts";
import { type Job, planJobs } from "./plan-jobs.ts";
import { type Recovery, recoveryTally, WordRecord } from "./recover.ts";
import type { JobState } from "./status.ts";

/** Files of an evaluation's stage. */
export const EVALUATED = { losses: "losses.jsonl", words: "words.jsonl", card: "model.json" } as const;

/** Who reads: handed in by the script. */
export interface RunReader {
  readonly root: Disk;
  readonly readTable: typeof readTable;
  readonly requireStage: typeof requireStage;
  readonly stagesOf: typeof stagesOf;
}

/** What lies of a run on the disk. */
export interface RunRead {
  readonly jobs: readonly Job[];
  readonly states: ReadonlyMap<string, JobState>;
  readonly tally: LossTally;
  readonly recovery: readonly Recovery[];
  /** By model; of several folds together. */
  readonly cards: ReadonlyMap<string, ModelCard>;
  readonly trainings: ReadonlyMap<string, Training>;
  /** Evaluations that were read. */
  readonly parents: readonly Parent[];
}

/** Reads every finished evaluation of a run, and what there is of its trainings. Throws StudyError "stage", "dataset". */
export async function readRun(
  reader: RunReader,
  run: string,
  { plan, resamples, command }: { readonly plan: Plan; readonly resamples: number; readonly command: string },
): Promise<RunRead> {
  const jobs = planJobs(plan);
  const { states, trainings } = await readStates(reader, run, jobs, command);
  const [tally, words] = [lossTally(plan.seed, resamples), recoveryTally(plan.seed, resamples)];
  const cards = new Map<string, ModelCard>();
  const parents: Parent[] = [];
  for (const { id, kind, model } of jobs) {
    if (model === undefined) continue;
    const folder = `ilm/${run}/${id}`;
    if (kind !== "evaluate" || states.get(id)?.state !== "finished") continue;
    parents.push((await reader.requireStage(reader.root, { study: "ilm", run, stage: id }, command)).parent);
    await readEvaluation(reader, folder, { model, tally, words, cards });
  }
  if (parents.length === 0)
    throw new StudyError("stage", `run ${run} of ilm has no finished evaluation; first: ${command}`);
  // Who reads a run is about to write it: the same pages, whether it is there already or not.
  states.set("comparison", { state: "finished" });
  return { jobs, states, tally, recovery: words.rows(), cards, trainings, parents };
}

/** How far each job of a run is, and the curves of its trainings: of a model with several folds that of the first. */
export async function readStates(
  reader: RunReader,
  run: string,
  jobs: readonly Job[],
  command: string,
): Promise<{ states: Map<string, JobState>; trainings: Map<string, Training> }> {
  const states = await statesOf(reader, run, command);
  const trainings = new Map<string, Training>();
  for (const { id, kind, model } of jobs) {
    const state = states.get(id);
    if (kind !== "train" || model === undefined || state === undefined) continue;
    const { training, ...done } = await readTraining(reader, model, `ilm/${run}/${id}`);
    if (!trainings.has(model)) trainings.set(model, training);
    states.set(id, { ...done, ...state });
  }
  return { states, trainings };
}

const Counts = z.looseObject({ steps: z.number().optional(), seconds: z.number().optional() });

async function statesOf(
  { root, stagesOf, requireStage }: RunReader,
  run: string,
  command: string,
): Promise<Map<string, JobState>> {
  const states = new Map<string, JobState>();
  for await (const { stage, state } of stagesOf(root, { study: "ilm", run })) {
    if (state !== "finished") {
      states.set(stage, { state });
      continue;
    }
    const { manifest } = await requireStage(root, { study: "ilm", run, stage }, command);
    const { documents, examples } = manifest.counts;
    const { steps: step } = Counts.parse(manifest.counts);
    const bytes = manifest.outputs.reduce((sum, one) => sum + one.bytes, 0);
    const known = Object.entries({ documents, examples, step, bytes }).filter(([, value]) => value !== undefined);
    states.set(stage, { state, ...Object.fromEntries(known) });
  }
  return states;
}

async function readTraining(
  { root, readTable }: RunReader,
  model: string,
  folder: string,
): Promise<{ training: Training; step?: number; seconds?: number }> {
  const curve = trainingCurve();
  let step: number | undefined;
  if ((await root.size(`${folder}/metrics.jsonl`)) !== undefined)
    for await (const line of readTable(root, `${folder}/metrics.jsonl`, TrainingLine)) {
      curve.add(line);
      step = line.step;
    }
  const holds = async (name: string): Promise<boolean> =>
    (await root.list(folder)).includes(`${name}/`) && (await root.list(`${folder}/${name}`)).length > 0;
  const time =
    (await root.size(`${folder}/time.json`)) === undefined ? undefined : await json(root, `${folder}/time.json`);
  const { seconds } = Counts.parse(time ?? {});
  const [hasCheckpoint, hasLog] = [await holds("best"), await holds("tensorboard")];
  return {
    training: { model, ...curve.result(), hasCheckpoint, hasLog },
    ...(step === undefined ? {} : { step }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}

interface Tables {
  readonly model: string;
  readonly tally: LossTally;
  readonly words: { add(record: WordRecord): void };
  readonly cards: Map<string, ModelCard>;
}

async function readEvaluation(
  { root, readTable }: RunReader,
  folder: string,
  { model, tally, words, cards }: Tables,
): Promise<void> {
  const own = <T extends { readonly model: string }>(record: T, file: string): T => {
    if (record.model === model) return record;
    throw new StudyError(
      "dataset",
      `${root.resolve(`${folder}/${file}`)} holds records of another model than ${model}`,
    );
  };
  for await (const record of readTable(root, `${folder}/${EVALUATED.losses}`, LossRecord))
    tally.add(own(record, EVALUATED.losses));
  if ((await root.size(`${folder}/${EVALUATED.words}`)) !== undefined)
    for await (const record of readTable(root, `${folder}/${EVALUATED.words}`, WordRecord))
      words.add(own(record, EVALUATED.words));
  if ((await root.size(`${folder}/${EVALUATED.card}`)) === undefined) return;
  const card = own(ModelCard.parse(await json(root, `${folder}/${EVALUATED.card}`)), EVALUATED.card);
  const before = cards.get(model);
  cards.set(model, before ? joined(before, card) : card);
}

/** Cards of several folds: one set of weights is used, but all of them were trained and kept. */
function joined(a: ModelCard, b: ModelCard): ModelCard {
  return {
    ...a,
    trainSeconds: a.trainSeconds + b.trainSeconds,
    storageBytes: a.storageBytes + b.storageBytes,
    deviceErrors: a.deviceErrors + b.deviceErrors,
  };
}

async function json(root: Disk, path: string): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for await (const part of root.read(path)) parts.push(part);
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch (cause) {
    throw new StudyError("stage", `${root.resolve(path)} is damaged; remove its stage's folder and run it again`, {
      cause,
    });
  }
}
