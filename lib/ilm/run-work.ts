import type { Plan } from "./plan.ts";
import { nextJobs, planJobs } from "./plan-jobs.ts";
import type { Slot } from "./run-device.ts";
import { type RunPlace, trainWords } from "./run-train.ts";
import { flagWords } from "./train-flags.ts";

/** What one process does on one device: a training, or a model's evaluations in all folds. */
export interface Work {
  /** "train-C1-fold3", "evaluate-C1". */
  readonly id: string;
  /** Stages that have to be finished before. */
  readonly needs: readonly string[];
  readonly stages: readonly string[];
  /** A script and its arguments. */
  words(slot: Pick<Slot, "device" | "threads">): readonly string[];
}

/** A plan's work for devices, in its order: all trainings, then all evaluations. */
export function planWork(plan: Plan, place: Omit<RunPlace, "device" | "threads">): Work[] {
  const { results, run, engine } = place;
  const jobs = planJobs(plan);
  const trainings = jobs
    .filter(({ kind }) => kind === "train")
    .map((job): Work => {
      const words: Work["words"] = ({ device, threads }) => trainWords(plan, job, { ...place, device, threads });
      return { id: job.id, needs: job.needs, stages: [job.id], words };
    });
  const evaluations = Map.groupBy(
    jobs.filter(({ kind }) => kind === "evaluate"),
    ({ model }) => model,
  );
  return [
    ...trainings,
    ...[...evaluations].map(([model, folds]): Work => {
      const words: Work["words"] = ({ device, threads }) => [
        ...["scripts/ilm/evaluate.ts", run, ...flagWords({ model, engine, device, threads, results })],
      ];
      const stages = folds.map(({ id }) => id);
      return { id: `evaluate-${model}`, needs: [...new Set(folds.flatMap(({ needs }) => needs))], stages, words };
    }),
  ];
}

/** How a plan's work ended: what failed, and what waits for it. */
export interface WorkEnd {
  readonly failed: ReadonlyMap<string, unknown>;
  readonly waiting: readonly string[];
}

/**
 * Does work on devices, in its order, as soon as what it needs is there. What fails does not stop the rest. After an
 * abort nothing is begun, and it returns when all that runs has ended.
 * @param finished stages @param start does one work on one device
 */
export async function runWork(
  work: readonly Work[],
  slots: readonly Slot[],
  finished: Iterable<string>,
  start: (work: Work, slot: Slot) => Promise<void>,
  signal: AbortSignal,
): Promise<WorkEnd> {
  const [done, free] = [new Set(finished), [...slots]];
  const [failed, running] = [new Map<string, unknown>(), new Map<string, Promise<void>>()];
  const begin = async (one: Work, slot: Slot): Promise<void> => {
    try {
      await start(one, slot);
      for (const stage of [one.id, ...one.stages]) done.add(stage);
    } catch (error) {
      failed.set(one.id, error);
    }
    running.delete(one.id);
    free.unshift(slot);
  };
  for (;;) {
    const open = work.filter(({ id }) => !failed.has(id));
    const next = signal.aborted ? [] : nextJobs(open, done, new Set(running.keys()), slots.length);
    for (const one of next) running.set(one.id, begin(one, free.shift() as Slot));
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  return { failed, waiting: work.map(({ id }) => id).filter((id) => !failed.has(id) && !done.has(id)) };
}

/** One line: what failed, and what waits for it; undefined where nothing did. */
export function failureLine({ failed, waiting }: WorkEnd, run: string): string | undefined {
  if (failed.size === 0) return undefined;
  const rest = waiting.length === 0 ? "" : `, so ${waiting.join(", ")} could not begin`;
  return `${[...failed.keys()].join(", ")} of ${run} failed${rest}; the reasons stand above, and the same command goes on`;
}
