import { StudyError } from "corrigenda/error";
import type { RunRecord, StageRecord } from "./compare.ts";
import { isName } from "./names.ts";
import { fillIn } from "./read.ts";

const SCRIPT = /^scripts\/[a-z0-9-]+\/[a-z0-9-]+\.ts$/;

const TRIES = 59;

/** A stage's recorded command, ready to run under another run name. */
export interface Replay {
  readonly stage: string;
  /** What stands after "npx zx". */
  readonly command: readonly string[];
}

/**
 * The commands that make a run again under the name `run`, earlier stages first; each is given once. Only scripts of
 * this repository are replayed: a manifest may come from anywhere.
 */
export function replaysOf(record: RunRecord, run: string): Replay[] {
  const seen = new Set<string>();
  const replays: Replay[] = [];
  for (const { manifest } of inOrder(record.stages)) {
    const command = fillIn(manifest.command, run);
    if (!SCRIPT.test(command[0] ?? "")) {
      throw new StudyError(
        "refused",
        `${manifest.stage} records the command "${command[0]}", which is no script of this repository`,
      );
    }
    const text = JSON.stringify(command);
    if (!seen.has(text)) replays.push({ stage: manifest.stage, command });
    seen.add(text);
  }
  return replays;
}

/**
 * A name that is not taken, for a run that is made again: "<run>-again", "<run>-again2", …; names that are dates
 * (MMDD-HHMM) stay dates: the next free minute of that hour.
 */
export function freshRun(run: string, taken: readonly string[]): string {
  const [, hour, minute] = run.match(/^(\d{4}-\d\d)([0-5]\d)$/) ?? [];
  const names = Array.from({ length: TRIES }, (_, index) => {
    if (hour === undefined) return `${run}-again${index === 0 ? "" : index + 1}`;
    return `${hour}${String((Number(minute) + index + 1) % 60).padStart(2, "0")}`;
  });
  const free = names.find((name) => isName(name) && !taken.includes(name));
  if (free !== undefined) return free;
  throw new StudyError("config", `no name is free for making ${run} again; give one with --as <name>`);
}

/** Stages by start; a parent has always ended before its child starts anew, but a remade one may carry a later stamp. */
function inOrder(stages: readonly StageRecord[]): StageRecord[] {
  const byStart = [...stages].sort((a, b) => (a.manifest.startedAt < b.manifest.startedAt ? -1 : 1));
  const placed: StageRecord[] = [];
  const place = (record: StageRecord): void => {
    if (placed.includes(record)) return;
    const parents = record.manifest.parents.map(({ stage }) => stage);
    for (const other of byStart) if (other !== record && parents.includes(other.manifest.stage)) place(other);
    placed.push(record);
  };
  for (const record of byStart) place(record);
  return placed;
}
