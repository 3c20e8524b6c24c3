import type { Plan, PlanRow } from "./plan.ts";
import { GENERAL, planRows } from "./plan.ts";
import { type Job, type ModelJob, planModels } from "./plan-jobs.ts";

/** What is on the disk of a job, as the script that looks there says it. */
export interface JobState {
  /** "open": started and not finished; "running": a process works on it now. */
  readonly state: "fresh" | "open" | "running" | "finished";
  /** Optimiser steps done, and seconds that they took over all starts. */
  readonly step?: number | undefined;
  readonly seconds?: number | undefined;
  readonly bytes?: number | undefined;
  /** Documents and examples that were counted; before that the plan's numbers are shown. */
  readonly documents?: number | undefined;
  readonly examples?: number | undefined;
}

/** A line of the status table: one model. Sizes in bytes. */
export interface StatusRow {
  readonly model: string;
  readonly dataset: string;
  /** Of all folds: "finished" where all are. */
  readonly state: JobState["state"];
  /** Training documents and their examples, in one fold; null where nobody knows yet. */
  readonly documents: number | null;
  readonly examples: number | null;
  readonly step: number;
  readonly steps: number;
  readonly hours: number;
  /** By the model's own speed so far, else by the plan's expectation; null where there is neither. */
  readonly hoursLeft: number | null;
  readonly bytes: number;
  readonly purpose: string;
}

export interface Status {
  readonly rows: readonly StatusRow[];
  readonly finished: number;
  readonly jobs: number;
  /** Device hours so far. */
  readonly hours: number;
  /** Device hours, and hours on the wall with so many devices; null where a model's are not known. */
  readonly hoursLeft: number | null;
  readonly wallHoursLeft: number | null;
  readonly bytes: number;
}

/** How far a plan is. @param states by job id; a job without one is fresh @param devices models trained at a time */
export function planStatus(
  plan: Plan,
  jobs: readonly Job[],
  states: ReadonlyMap<string, JobState>,
  devices = 1,
): Status {
  const known = new Map(planRows(plan).map((row) => [row.level, row]));
  const rows = planModels(plan).map((model) => rowOf(model, known.get(model.corpus) as PlanRow, jobs, states));
  const left = rows.map(({ hoursLeft }) => hoursLeft);
  const all = left.every((hours) => hours !== null) ? left : undefined;
  return {
    rows,
    finished: jobs.filter(({ id }) => states.get(id)?.state === "finished").length,
    jobs: jobs.length,
    hours: sum(rows.map(({ hours }) => hours)),
    hoursLeft: all === undefined ? null : sum(all),
    wallHoursLeft: all === undefined ? null : wallHours(all, devices),
    bytes: sum(jobs.map(({ id }) => states.get(id)?.bytes ?? 0)),
  };
}

function rowOf(
  model: ModelJob,
  planned: PlanRow,
  jobs: readonly Job[],
  states: ReadonlyMap<string, JobState>,
): StatusRow {
  const of = (kind: Job["kind"], name: string): JobState[] =>
    jobs
      .filter((job) => job.kind === kind && job.model === name)
      .map(({ id }) => states.get(id) ?? { state: "fresh" as const });
  const trained = of("train", model.id);
  const [examples] = of("examples", model.corpus);
  const steps = model.steps * trained.length;
  const step = sum(trained.map((one) => one.step ?? (one.state === "finished" ? model.steps : 0)));
  const seconds = sum(trained.map((one) => one.seconds ?? 0));
  const hours = seconds / 3600;
  const most = model.documents ?? Number.POSITIVE_INFINITY;
  const documents = least(most, examples?.documents ?? planned.documents?.train);
  const each = planned.documents && planned.examples ? planned.examples / planned.documents.train : undefined;
  const cut = model.documents === undefined ? examples?.examples : undefined;
  const isSix = model.from === undefined && model.documents === undefined;
  return {
    model: isSix ? planned.name : model.id,
    dataset: model.corpus === GENERAL ? "all (mixed)" : `${model.corpus} only`,
    state: stateOf(trained),
    documents,
    examples: cut ?? (documents === null || each === undefined ? null : Math.round(documents * each)),
    ...{ step, steps, hours },
    hoursLeft: leftOf({ step, steps, hours }, planned, trained),
    bytes: sum([...trained, ...(isSix ? [...of("corpus", model.id), ...of("examples", model.id)] : [])].map(bytesOf)),
    purpose: isSix ? planned.purpose : model.from === undefined ? "Transfer: direct" : "Transfer: fine-tuned",
  };
}

function leftOf(
  { step, steps, hours }: { readonly step: number; readonly steps: number; readonly hours: number },
  planned: PlanRow,
  trained: readonly JobState[],
): number | null {
  if (stateOf(trained) === "finished") return 0;
  if (step > 0 && hours > 0) return (hours / step) * Math.max(0, steps - step);
  if (planned.hours === undefined) return null;
  const [low, high] = planned.hours;
  return ((low + high) / 2 / planned.steps) * (steps - step);
}

/** Hours until all are done, each model on the device that is free first, in their order. */
export function wallHours(hours: readonly number[], devices: number): number {
  const busy: number[] = Array.from({ length: Math.max(1, devices) }, () => 0);
  for (const one of hours) {
    const free = busy.indexOf(Math.min(...busy));
    busy[free] = (busy[free] as number) + one;
  }
  return Math.max(...busy);
}

function stateOf(states: readonly JobState[]): JobState["state"] {
  if (states.length > 0 && states.every(({ state }) => state === "finished")) return "finished";
  if (states.some(({ state }) => state === "running")) return "running";
  return states.some(({ state }) => state !== "fresh") ? "open" : "fresh";
}

function least(most: number, known: number | undefined): number | null {
  if (known === undefined) return Number.isFinite(most) ? most : null;
  return Math.min(most, known);
}

function bytesOf({ bytes = 0 }: JobState): number {
  return bytes;
}

function sum(xs: readonly number[]): number {
  return xs.reduce((all, x) => all + x, 0);
}
