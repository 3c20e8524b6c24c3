import { StudyError } from "corrigenda/error";
import type { ModelCard } from "./compare-cost.ts";
import type { Corpus, Plan } from "./plan.ts";
import { AVERAGE, type Job } from "./plan-jobs.ts";

/**
 * The evaluations to be made: of one model, or of every one that is trained. Throws StudyError "config" for a model that
 * the plan does not have, "stage" where none is trained.
 */
export async function evaluationJobs(
  jobs: readonly Job[],
  model: string | undefined,
  isFinished: (stage: string) => Promise<boolean>,
): Promise<readonly Job[]> {
  const all = jobs.filter(({ kind }) => kind === "evaluate");
  const names = [...new Set(all.map((job) => job.model))].join(", ");
  if (model !== undefined) {
    const own = all.filter((job) => job.model === model);
    if (own.length > 0) return own;
    throw new StudyError("config", `the plan has no model ${model}; its models are ${names}`);
  }
  const ready: Job[] = [];
  for (const job of all)
    if ((await Promise.all(job.needs.map(isFinished))).every((finished) => finished)) ready.push(job);
  if (ready.length > 0) return ready;
  throw new StudyError("stage", "no model of this run is trained yet; first: npx zx scripts/ilm/run.ts --plan …");
}

/** Stages of the trainings that an evaluation is of: one, or those of a mixture. */
export function trainedFor(job: Job): readonly string[] {
  return job.needs.filter((need) => need.startsWith("train-"));
}

function inFold({ fold }: Job, name: string): string {
  return fold === undefined ? name : `${name}-fold${fold}`;
}

/** Stages of the test sets of an evaluation. */
export function testedOn(job: Job): readonly { readonly test: Corpus; readonly stage: string }[] {
  return (job.tests ?? []).map((test) => ({ test, stage: `examples-${inFold(job, test)}` }));
}

/** Stages of a model's corpus and examples: with its training, all that it stores. */
export function storedFor(job: Job): readonly string[] {
  if (job.model === AVERAGE) return [];
  const own = inFold(job, job.corpus);
  return [`corpus-${own}`, `examples-${own}`];
}

/** What decides an evaluation's records. */
export function evaluationRecord(plan: Plan, job: Job, limits: Readonly<Record<string, string | number | undefined>>) {
  const { seed, length } = plan;
  return JSON.parse(JSON.stringify({ model: job.model, tests: job.tests, fold: job.fold, seed, length, ...limits }));
}

/** Bytes of files and counts, as a stage's manifest has them. */
interface Kept {
  readonly manifest: {
    readonly outputs: readonly { readonly path: string; readonly bytes: number }[];
    readonly counts: Readonly<Record<string, number>>;
  };
}

type Measured = Pick<ModelCard, "parameters" | "trainSeconds" | "deviceErrors" | "device" | "tokensPerSecond">;

/** model.json. @param stages its training, then its texts and examples */
export function modelCard(model: string, stages: readonly Kept[], measured: Measured): ModelCard {
  const [trained, all] = [stages[0]?.manifest, stages.flatMap(({ manifest }) => manifest.outputs)];
  const { steps = 0, documents = 0, examples = 0 } = trained?.counts ?? {};
  const bytes = (of: typeof all): number => of.reduce((sum, one) => sum + one.bytes, 0);
  return {
    ...{ model, steps, documents, examples, ...measured },
    weightBytes: bytes(all.filter(({ path }) => path.endsWith("best/model.safetensors"))),
    storageBytes: bytes(all),
  };
}
