import type { Clock } from "corrigenda/time";
import { type ProgressState, renderProgress, smoothedRate } from "./render-progress.ts";
import type { Terminal } from "./terminal.ts";

/** What is told between two looks; whatever is left out stays. */
export type ProgressUpdate = Partial<Omit<ProgressState, "perSecond" | "elapsedMs">>;

export interface Progress {
  update(change: ProgressUpdate): void;
  /** Leaves the last state as a line, and stops. */
  end(): void;
}

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Says nothing (LOG_LEVEL=error). */
  readonly quiet?: boolean;
  /** At most one redraw each, ms: a terminal's block, and plain lines where there is none (CI). */
  readonly redrawMs?: number;
  readonly lineMs?: number;
}

/** A calm live view: redrawn in place in a terminal, a plain line now and then elsewhere. */
export function createProgress({
  terminal,
  clock,
  quiet = false,
  redrawMs = 100,
  lineMs = 5000,
}: ProgressOptions): Progress {
  let state: ProgressState = { label: "", total: 0, done: 0, failed: 0, elapsedMs: 0 };
  let [started, shownAt, ratedAt, ratedDone] = [undefined as number | undefined, Number.NEGATIVE_INFINITY, 0, 0];
  const everyMs = terminal.live ? redrawMs : lineMs;
  const rate = (now: number): void => {
    const finished = state.done + state.failed;
    if (finished === ratedDone) return;
    const perSecond = smoothedRate(state.perSecond, finished - ratedDone, now - ratedAt);
    state = perSecond === undefined ? state : { ...state, perSecond };
    [ratedAt, ratedDone] = [now, finished];
  };
  let told = "";
  // The same line again tells nothing.
  const tell = (line: string): void => {
    if (line !== told) terminal.line(line);
    told = line;
  };
  const print = (): void => {
    if (terminal.live) terminal.show(renderProgress(state, terminal.columns - 1));
    else tell(renderProgress(state, terminal.columns, true));
  };
  return {
    update: (change) => {
      const now = clock.now();
      const next = { ...state, ...change };
      const finished = next.done + next.failed;
      // What is done at the first look came from the cache: it says nothing about the speed. Less done: other work began.
      if (started === undefined || finished < ratedDone) {
        [started, ratedAt, ratedDone] = [now, now, finished];
        delete next.perSecond;
      }
      state = { ...next, elapsedMs: now - started };
      rate(now);
      if (quiet || now - shownAt < everyMs) return;
      shownAt = now;
      print();
    },
    end: () => {
      if (quiet || started === undefined) return;
      started = undefined;
      terminal.show("");
      if (state.total + state.done + state.failed === 0) return;
      tell(renderProgress(state, terminal.columns, true));
    },
  };
}
