import { isStudyError, StudyError } from "corrigenda/error";
import type { Clock } from "corrigenda/time";
import type { TuningApi, TuningEvent, TuningFile, TuningJob, TuningRequest } from "./finetune.ts";

/** What was meant and what became of it, each written down before the next call. */
export type TuningEntry =
  | { readonly step: "upload"; readonly file: string }
  | { readonly step: "uploaded"; readonly file: string; readonly id: string }
  | { readonly step: "create" }
  | { readonly step: "created"; readonly job: string }
  /** Failed or cancelled: the next command starts another. */
  | { readonly step: "ended"; readonly job: string };

export interface TuningPlace {
  readonly api: TuningApi;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly journal: {
    readonly entries: readonly TuningEntry[];
    /** Returns when the entry is durable. */
    add(entry: TuningEntry): Promise<void>;
  };
  readonly pollMs: number;
  /** How long a service may take to list what it has made. */
  readonly graceMs: number;
}

const MOST_TRIES = 4;
/** Looks that may fail one after the other. */
const MOST_FAILED = 10;

/**
 * Uploads files that are not there yet, and waits until they can be used; their ids in the same order. What a lost call
 * has uploaded is found by its name.
 */
export async function uploadFiles(
  place: TuningPlace,
  files: readonly TuningFile[],
  send: (file: TuningFile) => Promise<string> = place.api.upload,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const file of files) ids.push(await uploaded(place, file, send));
  for (const id of ids)
    while (!(await patiently(place, () => place.api.isReady(id)))) await place.clock.sleep(place.pollMs, place.signal);
  return ids;
}

async function uploaded(
  { api, journal, ...place }: TuningPlace,
  file: TuningFile,
  send: (file: TuningFile) => Promise<string>,
): Promise<string> {
  const known = journal.entries.findLast((entry) => entry.step === "uploaded" && entry.file === file.name);
  if (known?.step === "uploaded") return known.id;
  const find = () => patiently(place, () => api.findFile(file.name));
  const before = await find();
  if (before === undefined) await journal.add({ step: "upload", file: file.name });
  const id = before ?? (await surely(place, () => send(file), find));
  await journal.add({ step: "uploaded", file: file.name, id });
  return id;
}

/** The job of this run: the one that was started, the one that a lost call has started, or a new one. Never two. */
export async function startJob(
  place: TuningPlace,
  request: TuningRequest,
): Promise<{ readonly id: string; readonly adopted: boolean }> {
  const { api, journal } = place;
  const last = journal.entries.findLast(({ step }) => step === "created" || step === "ended" || step === "create");
  if (last?.step === "created") return { id: last.job, adopted: false };
  const find = () => patiently(place, () => api.findJob(request.training));
  // After a lost create the list may be late.
  if (last?.step === "create") await place.clock.sleep(place.graceMs, place.signal);
  const before = await find();
  if (before === undefined) await journal.add({ step: "create" });
  const id = before ?? (await surely(place, () => api.create(request), find));
  await journal.add({ step: "created", job: id });
  return { id, adopted: before !== undefined };
}

/** Follows a job to its end. A look that fails is repeated; an abort leaves the job running. */
export async function followJob(
  place: TuningPlace,
  id: string,
  told: {
    readonly known: ReadonlySet<string>;
    /** Oldest first; durable when it returns. */
    onEvents(events: readonly TuningEvent[]): Promise<void>;
    onJob(job: TuningJob): void;
  },
): Promise<TuningJob> {
  const { api, clock, signal, journal, pollMs } = place;
  const known = new Set(told.known);
  for (;;) {
    const job = await patiently(place, () => api.job(id));
    const events = await patiently(place, () => api.events(id, (event) => known.has(event)));
    for (const event of events) known.add(event.id);
    if (events.length > 0) await told.onEvents(events);
    told.onJob(job);
    if (job.status === "failed" || job.status === "cancelled") await journal.add({ step: "ended", job: id });
    if (job.status !== "waiting") return job;
    await clock.sleep(pollMs, signal);
  }
}

type Waiting = Pick<TuningPlace, "clock" | "signal" | "graceMs" | "pollMs">;

/** Does what must not be done twice: after no answer it is looked for first. */
async function surely(
  place: Waiting,
  act: () => Promise<string>,
  find: () => Promise<string | undefined>,
): Promise<string> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await act();
    } catch (error) {
      const isUnknown = isStudyError(error, "network");
      if (tried >= MOST_TRIES || !(isUnknown || isPassing(error))) throw error;
      await place.clock.sleep(Math.max(isUnknown ? place.graceMs : 0, waitOf(error, place.pollMs)), place.signal);
      const found = isUnknown ? await find() : undefined;
      if (found !== undefined) return found;
    }
  }
}

/** A look that costs nothing, repeated through what passes. */
async function patiently<T>({ clock, signal, pollMs }: Waiting, look: () => Promise<T>): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await look();
    } catch (error) {
      if (failed >= MOST_FAILED || !(isStudyError(error, "network") || isPassing(error))) throw error;
      await clock.sleep(Math.max(pollMs, waitOf(error, pollMs)), signal);
    }
  }
}

function isPassing(error: unknown): error is StudyError {
  const status = isStudyError(error, "provider") ? error.facts.status : undefined;
  return typeof status === "number" && (status === 429 || status === 408 || status >= 500);
}

function waitOf(error: unknown, usual: number): number {
  const said = error instanceof StudyError ? error.facts.retryAfterMs : undefined;
  return typeof said === "number" ? said : usual;
}
