import { StudyError } from "corrigenda/error";
import type { ModelShape, TrainPlan } from "corrigenda/train";
import { z } from "zod";
import { TASKS } from "./example-layout.ts";
import { trainPlanOf } from "./plan-train.ts";

const count = z.number().int().positive();
const tag = z.string().regex(/^[\w-]+$/);

/** The source's flags and defaults, with an explicit number of steps and engines of our own. */
export const trainFlags = {
  seed: z.number().int().min(0).default(0).describe("weights, order of documents, masks, dropout"),
  task: z.enum(TASKS).default("ilm").describe("what is learned"),
  modelName: z.string().default("gpt2").describe("gpt2 …, mini, micro, a name of the hub, a folder"),
  trainFromScratch: z.boolean().default(false).describe("do not start from published weights"),
  maxSteps: count.optional().describe("optimiser steps; this or --train-num-epochs is needed"),
  trainNumEpochs: z.number().positive().optional().describe("the source's: one example of each document an epoch"),
  trainExamplesTag: tag.default("train").describe("<tag>.ilm to train on"),
  trainMaxNumDocuments: count.optional().describe("only the first so many documents"),
  trainBatchSize: count.default(8).describe("documents in a batch"),
  trainBatchAccumulation: count.default(3).describe("batches in a step"),
  trainSequenceLength: count.max(1024).default(256).describe("tokens of an example at most; the rest is cut off"),
  trainSkipNaiveIncomplete: z.boolean().default(false).describe("leave out examples too long for the naive task"),
  trainEvalSteps: count.optional().describe("evaluate and save after so many steps (default: 500)"),
  trainEvalSecs: z.number().positive().optional().describe("the source's: after so many seconds; not repeatable"),
  trainMinimalSupervision: z.boolean().default(false).describe("no loss on the context"),
  trainLearningRate: z.number().positive().default(5e-5).describe("constant, no warm-up"),
  trainWeightDecay: z.number().min(0).default(0).describe("of AdamW; not of biases and norms"),
  trainMaxGradNorm: z.number().positive().default(1).describe("gradients are clipped to this norm"),
  patience: count.optional().describe("end after so many evaluations without a lower loss"),
  evalExamplesTag: tag.default("valid").describe("<tag>.ilm to validate on"),
  evalOnly: z.boolean().default(false).describe("train nothing: print the losses of the best model so far"),
  precision: z.enum(["fp32", "fp16", "bf16"]).default("fp32").describe("of products; refused where it cannot be had"),
  evalMaxNumExamples: count.default(500).describe("examples of it at most, drawn"),
};
const Flags = z.object(trainFlags);
export type TrainFlags = z.infer<typeof Flags>;

const EVALUATE_STEPS = 500;

/** The trainer's plan. @param documents that there are to train on Throws StudyError "config" without a number of steps. */
export function trainPlanFrom(flags: TrainFlags, documents: number): TrainPlan {
  const { seed, trainEvalSecs, trainMinimalSupervision, trainMaxGradNorm, trainWeightDecay, patience } = flags;
  const settings = {
    ...{ seed, batch: flags.trainBatchSize, accumulate: flags.trainBatchAccumulation, rate: flags.trainLearningRate },
    ...{ length: flags.trainSequenceLength, evaluateSteps: flags.trainEvalSteps ?? EVALUATE_STEPS },
  };
  const { evaluateSteps, means, ...plan } = trainPlanOf(settings, { steps: stepsOf(flags, documents) });
  const bySteps = flags.trainEvalSteps !== undefined || trainEvalSecs === undefined;
  return {
    ...plan,
    means: trainMinimalSupervision ? means.slice(0, 1) : means,
    ...{ clip: trainMaxGradNorm, weightDecay: trainWeightDecay },
    ...(bySteps ? { evaluateSteps } : {}),
    ...(trainEvalSecs === undefined ? {} : { evaluateSeconds: trainEvalSecs }),
    ...(patience === undefined ? {} : { patience }),
  };
}

/** The source counts batches of documents, rounded down, and then steps of so many batches, rounded down again. */
function stepsOf(flags: TrainFlags, documents: number): number {
  const { maxSteps, trainNumEpochs: epochs, trainBatchSize, trainBatchAccumulation } = flags;
  const batches = epochs === undefined ? undefined : Math.floor((documents * epochs) / trainBatchSize);
  const steps = maxSteps ?? (batches === undefined ? undefined : Math.floor(batches / trainBatchAccumulation));
  if (steps !== undefined && steps > 0) return steps;
  const why = steps === undefined ? "how long to train is not said" : `${documents} documents make no whole step`;
  throw new StudyError("config", `${why}; give --max-steps (the six models: 10000 to 60000)`);
}

/** Where a training's files go: a stage of a run. */
export interface TrainPlace {
  readonly results: string;
  readonly study: string;
  readonly run: string;
  readonly stage: string;
}

/** A folder <results>/ilm/<run>/<stage>, taken apart. Throws StudyError "config" for another one. */
export function trainPlace(folder: string): TrainPlace {
  const [, results, run, stage] = /^(?:(.+)\/)?ilm\/([^/]+)\/([^/]+)\/?$/.exec(folder) ?? [];
  if (run !== undefined && stage !== undefined) return { results: results ?? ".", study: "ilm", run, stage };
  throw new StudyError(
    "config",
    `${folder} is no stage's folder; give one of its own to each model: results/ilm/my-run/train-C1`,
  );
}

/** Folders that a training's command names. */
interface Named {
  readonly trainDir: string;
  readonly examplesDir: string;
  readonly modelName: string;
}

const NAMED = ["trainDir", "examplesDir", "modelName"] as const;

/** Folders given as ilm/<run>/… lie below the results folder; others are where they say. */
export function inResults<V extends Named & { readonly results: string }>(values: V): Omit<V, "results"> {
  const { results, ...rest } = values;
  const moved = NAMED.map((key) => [key, rest[key].startsWith("ilm/") ? `${results}/${rest[key]}` : rest[key]]);
  return { ...rest, ...Object.fromEntries(moved) };
}

/** The other way round, for a recorded command: folders of the run as ilm/{run}/…, so that it holds for any run and results. */
export function recordedFolders<V extends Named>(values: V): V {
  const { results, run } = trainPlace(values.trainDir);
  const folder = `${results === "." ? "" : `${results}/`}ilm/${run}/`;
  const named = NAMED.map((key) => {
    const path = values[key].replace(/^\.\//, "");
    return [key, path.startsWith(folder) ? `ilm/{run}/${path.slice(folder.length)}` : values[key]];
  });
  return { ...values, ...Object.fromEntries(named) };
}

/** Where a training runs, and from what. */
export interface TrainFrom {
  readonly engine: string;
  readonly device: string;
  /** Of weights of the hub. */
  readonly revision: string | undefined;
  /** sha256 of the examples' files: those of another model are not gone on with. */
  readonly examples: readonly string[];
}

/** What decides a training's results, as config.json keeps it. */
export function trainRecord(flags: TrainFlags, plan: TrainPlan, model: ModelShape, from: TrainFrom) {
  const { task, modelName, trainExamplesTag, trainMaxNumDocuments, evalExamplesTag, evalMaxNumExamples } = flags;
  const data = { trainExamplesTag, trainMaxNumDocuments, evalExamplesTag, evalMaxNumExamples };
  const record = { task, modelName, fromScratch: flags.trainFromScratch, ...from, ...data, plan, model };
  return JSON.parse(JSON.stringify(record));
}

/** Flags as words of a command line: those that are set. */
export function flagWords(flags: Readonly<Record<string, string | number | boolean | undefined>>): string[] {
  return Object.entries(flags).flatMap(([key, value]) => {
    const flag = `--${key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
    if (value === undefined || value === false) return [];
    return value === true ? [flag] : [flag, String(value)];
  });
}
