import { CORPORA, type Corpus, foldsOf, GENERAL, LEVELS, type Level, type Plan } from "./plan.ts";

export type JobKind = "corpus" | "examples" | "train" | "evaluate" | "compare";

/** One step of a plan, which is one stage of the run: results/ilm/<run>/<id>/. */
export interface Job {
  /** Names the stage: "train-C1", "evaluate-all-to-B2-1000", "train-C1-fold3". */
  readonly id: string;
  readonly kind: JobKind;
  /** What it is made for, as records name it; undefined for the comparison. */
  readonly model: string | undefined;
  /** Whose texts it works on. */
  readonly corpus: Corpus;
  readonly fold: number | undefined;
  /** Jobs that have to be finished before. */
  readonly needs: readonly string[];
  readonly training?: Training;
  /** Test sets of an evaluation. */
  readonly tests?: readonly Corpus[];
}

export interface Training {
  readonly steps: number;
  /** The job whose model it starts from; the plan's base model where absent. */
  readonly from?: string;
  /** Training documents; all where absent. */
  readonly documents?: number;
}

/** A model of a plan: one of the six, or one of the transfer comparison. */
export interface ModelJob extends Training {
  /** "C1", "all", "all-to-C1", "all-to-C1-1000", "C1-1000". */
  readonly id: string;
  readonly corpus: Corpus;
}

/** The name of a mixture: each token's probability is the mean of the five level models'. */
export const AVERAGE = "average";
/** The name of a choice: each document goes to the level model that finds its context likeliest. */
export const GUESSED = "guessed";

/** How records name a model. @param documents where it was trained on fewer than all */
export function modelId(corpus: Corpus, options: { fineTuned?: boolean; documents?: number | undefined } = {}): string {
  const start = options.fineTuned ? `${GENERAL}-to-${corpus}` : corpus;
  return options.documents === undefined ? start : `${start}-${options.documents}`;
}

/** Models that only the transfer comparison asks for. */
export function isTransfer(model: string): boolean {
  return /^all-to-|-\d+$/.test(model);
}

/** All models of a plan, in the order of training: the six, then those of the transfer comparison. */
export function planModels({ models, transfer }: Plan): ModelJob[] {
  const six = models.map(({ level, steps }): ModelJob => ({ id: modelId(level), corpus: level, steps }));
  if (transfer === undefined) return six;
  const levels = six.map(({ corpus }) => corpus).filter((corpus): corpus is Level => corpus !== GENERAL);
  const more = levels.flatMap((corpus) =>
    transfer.documents.flatMap((size): ModelJob[] => {
      const documents = size === "all" ? {} : { documents: size };
      const { steps } = transfer;
      const tuned = { id: modelId(corpus, { fineTuned: true, ...documents }), corpus, steps, from: GENERAL };
      const direct = { id: modelId(corpus, documents), corpus, steps };
      // At full size the level's own model is the direct training.
      return size === "all"
        ? [{ ...tuned }]
        : [
            { ...direct, ...documents },
            { ...tuned, ...documents },
          ];
    }),
  );
  return [...six, ...more];
}

/** Everything that a plan asks for, each job behind those that it needs. */
export function planJobs(plan: Plan): Job[] {
  const jobs = foldsOf(plan).flatMap((fold) => foldJobs(plan, fold));
  const needs = jobs.filter(({ kind }) => kind === "evaluate").map(({ id }) => id);
  return [...jobs, { id: "comparison", kind: "compare", model: undefined, corpus: GENERAL, fold: undefined, needs }];
}

type Rest = Pick<Job, "training" | "tests">;

function foldJobs(plan: Plan, fold: number | undefined): Job[] {
  const named = (id: string): string => (fold === undefined ? id : `${id}-fold${fold}`);
  const job = (kind: JobKind, id: string, corpus: Corpus, needs: readonly string[], rest: Rest = {}): Job => ({
    ...{ id: named(`${kind}-${id}`), kind, model: id, corpus, fold, needs: needs.map(named), ...rest },
  });
  const order = plan.models.map(({ level }) => level);
  const models = planModels(plan);
  const evaluation = (id: string, corpus: Corpus, trained: readonly string[], tests: readonly Corpus[]): Job => {
    const needs = [...trained.map((model) => `train-${model}`), ...tests.map((test) => `examples-${test}`)];
    return job("evaluate", id, corpus, needs, { tests });
  };
  return [
    ...order.map((corpus) => job("corpus", corpus, corpus, [])),
    ...order.map((corpus) => job("examples", corpus, corpus, [`corpus-${corpus}`])),
    ...models.map(({ id, corpus, from, ...training }) => {
      const base = from === undefined ? [] : [`train-${from}`];
      const start = from === undefined ? {} : { from: named(`train-${from}`) };
      return job("train", id, corpus, [`examples-${corpus}`, ...base], { training: { ...training, ...start } });
    }),
    // Transfer is judged on the level itself.
    ...models.map(({ id, corpus }) => evaluation(id, corpus, [id], isTransfer(id) ? [corpus] : CORPORA)),
    evaluation(AVERAGE, GENERAL, LEVELS, CORPORA),
  ];
}

/**
 * What can start now, in the plan's order. A job whose examples are not there waits: nothing is trained on a file that
 * another step is still to write.
 * @param finished ids of jobs that have a manifest @param running ids of jobs that are being worked on
 * @param devices jobs at a time, those that run included
 */
export function nextJobs<J extends Pick<Job, "id" | "needs">>(
  jobs: readonly J[],
  finished: ReadonlySet<string>,
  running: ReadonlySet<string>,
  devices = 1,
): J[] {
  const ready = jobs.filter(
    ({ id, needs }) => !finished.has(id) && !running.has(id) && needs.every((need) => finished.has(need)),
  );
  return ready.slice(0, Math.max(0, devices - running.size));
}
