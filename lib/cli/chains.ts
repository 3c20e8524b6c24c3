import type { Clock } from "corrigenda/time";
import { duration } from "./render-progress.ts";
import { runStep } from "./step.ts";
import type { Terminal } from "./terminal.ts";
import { fit, pad } from "./width.ts";

/** Scripts that run one after the other. */
export interface Chain {
  /** Short: it opens the chain's line. */
  readonly name: string;
  /** Each as `runStep` takes it. [n >= 1] */
  readonly steps: readonly (readonly string[])[];
}

export interface ChainsOptions<C extends Chain> {
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Asked before a chain starts: true where what it made still holds, so nothing is started. */
  stands(chain: C): Promise<boolean>;
  /** Told when a chain has ended, well or not, and what its steps said. */
  ended(chain: C, said: readonly string[], well: boolean): Promise<void>;
  /** Every line of every step is shown as it comes. */
  readonly verbose: boolean;
  /** Another than a process only in tests. */
  readonly step?: typeof runStep;
}

/** A chain at one moment. */
export interface ChainState {
  readonly name: string;
  state: "waits" | "runs" | "finished" | "stands" | "failed" | "stopped";
  /** The step under way, from 1, and how many there are. */
  step: number;
  readonly steps: number;
  /** "report" of scripts/whyfix/report.ts. */
  script: string;
  /** What was said last. */
  last: string;
  ms: number;
  /** When it started, while it runs. */
  since: number | undefined;
}

const REDRAW_MS = 200;
/** Lines of a failed chain that are shown. */
const TAIL = 30;

/**
 * Runs lanes side by side, the chains of a lane one after the other, and shows a line a chain: redrawn in place in a
 * terminal, elsewhere said once when it ends. A chain that fails stops the others, and its last lines are shown.
 */
export async function runChains<C extends Chain>(
  lanes: readonly (readonly C[])[],
  options: ChainsOptions<C>,
): Promise<void> {
  const { terminal, clock, signal } = options;
  const failing = new AbortController();
  const states = new Map(lanes.flat().map((chain) => [chain, waiting(chain)]));
  const draw = (): void => {
    const left = [...states.values()];
    for (const state of left) if (state.since !== undefined) state.ms = clock.now() - state.since;
    terminal.show(left.map((state) => renderChain(state, terminal.columns - 1)).join("\n"));
  };
  const runLane = async (lane: readonly C[]): Promise<void> => {
    for (const chain of lane) {
      const state = states.get(chain) ?? waiting(chain);
      const inside = { ...options, signal: AbortSignal.any([signal, failing.signal]) };
      await runChain(chain, state, inside).finally(() => {
        states.delete(chain);
        draw();
        terminal.line(renderChain(state, terminal.columns - 1));
      });
    }
  };
  const timer = setInterval(draw, REDRAW_MS);
  try {
    const ends = await Promise.allSettled(lanes.map((lane) => runLane(lane).catch((error) => fail(failing, error))));
    signal.throwIfAborted();
    const reasons = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
    const first = failing.signal.reason as unknown;
    if (reasons.length > 0) throw first;
  } finally {
    clearInterval(timer);
    terminal.show("");
  }
}

function fail(failing: AbortController, error: unknown): never {
  failing.abort(error);
  throw error;
}

async function runChain<C extends Chain>(chain: C, state: ChainState, options: ChainsOptions<C>): Promise<void> {
  const { signal, terminal, verbose, clock, step = runStep } = options;
  const said: string[] = [];
  const hear = (line: string): void => {
    said.push(line);
    if (line.trim() !== "") state.last = line.replace(/^\d\d:\d\d:\d\d /, "").trim();
    if (verbose) terminal.line(`${chain.name}: ${line}`);
  };
  try {
    signal.throwIfAborted();
    state.since = clock.now();
    if (await options.stands(chain)) {
      state.state = "stands";
      return;
    }
    state.state = "runs";
    for (const words of chain.steps) {
      state.step += 1;
      state.script = (words[0] ?? "").replace(/^.*\/|\.ts$/g, "");
      hear(`$ npx zx ${words.join(" ")}`);
      await step(words, signal, hear);
    }
    await options.ended(chain, said, true);
    state.state = "finished";
  } catch (error) {
    state.state = signal.aborted ? "stopped" : "failed";
    if (state.state === "failed" && !verbose) for (const line of said.slice(-TAIL)) terminal.line(`  ${line}`);
    if (said.length > 0) await options.ended(chain, said, false);
    throw error;
  } finally {
    state.ms = clock.now() - (state.since ?? clock.now());
    state.since = undefined;
  }
}

function waiting({ name, steps }: Chain): ChainState {
  return { name, state: "waits", step: 0, steps: steps.length, script: "", last: "", ms: 0, since: undefined };
}

const NAME = 18;
const STEP = 14;

/** "● whyfix longman    1/1 run           9s  step2: 370 rows answered" */
export function renderChain({ name, state, step, steps, script, last, ms }: ChainState, width: number): string {
  const line = (mark: string, what: string, time: string, rest = ""): string =>
    fit(`${mark} ${pad(name, NAME)} ${pad(what, STEP)} ${pad(time, 6, "right")}  ${rest}`.trimEnd(), width);
  switch (state) {
    case "waits":
      return line("·", "waits", "");
    case "runs":
      return line("●", `${step}/${steps} ${script}`, duration(ms), last);
    case "stands":
      return line("✓", "still stands", "", "nothing changed since it was made: not started again");
    case "finished":
      return line("✓", "finished", duration(ms));
    case "stopped":
      return line("–", "stopped", duration(ms), "npm start goes on from here");
    case "failed":
      return line("✗", `failed: ${script}`, duration(ms), last);
  }
}
