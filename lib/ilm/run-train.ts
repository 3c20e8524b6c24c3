import type { Plan } from "./plan.ts";
import type { Job } from "./plan-jobs.ts";
import { flagWords } from "./train-flags.ts";

/** Where a model of a plan runs. */
export interface RunPlace {
  readonly results: string;
  readonly run: string;
  readonly engine?: string | undefined;
  readonly device?: string | undefined;
  readonly threads?: number | undefined;
}

/** The words of train-ilm.ts for a training of a plan. */
export function trainWords(plan: Plan, job: Job, { results, run, ...place }: RunPlace): string[] {
  const folder = (stage: string): string => `${results}/ilm/${run}/${stage}`;
  const { steps, from, documents } = job.training ?? { steps: 1 };
  const examples = folder(`examples-${job.corpus}${job.fold === undefined ? "" : `-fold${job.fold}`}`);
  const flags = {
    ...{ seed: plan.seed, maxSteps: steps, modelName: from === undefined ? plan.base : folder(from) },
    ...{ trainFromScratch: plan.fromScratch && from === undefined, trainMaxNumDocuments: documents },
    ...{ trainBatchSize: plan.batch, trainBatchAccumulation: plan.accumulate, trainLearningRate: plan.rate },
    ...{ trainSequenceLength: plan.length, trainEvalSteps: plan.evaluateSteps },
  };
  return ["scripts/ilm/train-ilm.ts", job.model ?? "", folder(job.id), examples, ...flagWords({ ...flags, ...place })];
}
