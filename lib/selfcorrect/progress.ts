import type { Ask as EngineAsk } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { OnlineNotice } from "corrigenda/online";
import type { ModelRequest } from "corrigenda/provider";
import type { Clock } from "corrigenda/time";
import type { TraceTally } from "./summary-tally.ts";
import { NONE } from "./types.ts";

/** Calls as they are made: how long they took, what they cost. Kept replies are no calls. */
export interface CallMeter {
  /** Listens to the engine. */
  readonly onEvent: (notice: OnlineNotice) => void;
  /** The same asking, measured. */
  measured(ask: EngineAsk): EngineAsk;
  readonly calls: number;
  readonly usd: number;
  /** A quantile of the calls' duration with their waits, ms, to 5 %; undefined before the first call. @param share [0, 1] */
  latencyMs(share: number): number | undefined;
}

/** Bins of durations, each 5 % longer than the one before: 400 of them reach from 0.1 ms to 8 hours. */
const GROWTH = 1.05;
const SHORTEST_MS = 0.1;
const BINS = 400;

export function callMeter(clock: Pick<Clock, "now">): CallMeter {
  const bins = new Uint32Array(BINS);
  const fresh = new Set<string>();
  let [calls, usd, timed] = [0, 0, 0];
  return {
    onEvent: (notice) => {
      if (notice.t !== "kept") return;
      fresh.add(notice.key);
      calls += 1;
      usd += notice.usd;
    },
    measured: (ask) => async (request) => {
      const start = clock.now();
      const answered = await ask(request);
      if (fresh.delete(answered.key)) {
        const bin = binOf(clock.now() - start);
        bins[bin] = (bins[bin] ?? 0) + 1;
        timed += 1;
      }
      return answered;
    },
    get calls() {
      return calls;
    },
    get usd() {
      return usd;
    },
    latencyMs: (share) => (timed === 0 ? undefined : SHORTEST_MS * GROWTH ** binAt(bins, share * timed)),
  };
}

function binOf(ms: number): number {
  const steps = Math.log(Math.max(ms, SHORTEST_MS) / SHORTEST_MS) / Math.log(GROWTH);
  return Math.min(BINS - 1, Math.round(steps));
}

/** The first bin by which so many have come. */
function binAt(bins: Uint32Array, wanted: number): number {
  let seen = 0;
  return bins.findIndex((n) => {
    seen += n;
    return seen >= wanted && seen > 0;
  });
}

/** Requests that begin at least so many milliseconds apart, whoever asks. Source: R4.75. */
export function spacedAsk<Reply>(
  ask: (request: ModelRequest) => Promise<Reply>,
  clock: Clock,
  delayMs: number,
  signal?: AbortSignal,
): (request: ModelRequest) => Promise<Reply> {
  if (delayMs <= 0) return ask;
  let free = Number.NEGATIVE_INFINITY;
  return async (request) => {
    const now = clock.now();
    const start = Math.max(free, now);
    free = start + delayMs;
    if (start > now) await clock.sleep(start - now, signal).catch(stopped);
    return ask(request);
  };
}

function stopped(cause: unknown): never {
  throw new StudyError("stopped", "stopped by the user; the same command goes on from here", { cause });
}

const SHOWN_ACTIONS = 3;

/** What is watched while traces are made: traces per second, accuracy, its change, latency, the favourite actions. */
export function liveLine(
  { now, actions }: Pick<TraceTally, "now" | "actions">,
  meter: Pick<CallMeter, "latencyMs">,
  perSecond: number,
): string {
  const { traces, right_first, right_last, decisions } = now;
  if (traces === 0) return "no trace yet";
  const [p50, p95] = [meter.latencyMs(0.5), meter.latencyMs(0.95)];
  const delta = (100 * (right_last - right_first)) / traces;
  const shares = actions(SHOWN_ACTIONS).map(([id, n]) => `${id === NONE ? "stop" : id} ${percent(n / decisions)}`);
  return [
    ...(perSecond > 0 && perSecond < Number.POSITIVE_INFINITY
      ? [`${perSecond.toFixed(perSecond < 10 ? 2 : 0)} traces/s`]
      : []),
    `right ${percent(right_last / traces)} (${delta < 0 ? "" : "+"}${delta.toFixed(1)})`,
    ...(p50 === undefined || p95 === undefined ? [] : [`calls p50 ${milliseconds(p50)} p95 ${milliseconds(p95)}`]),
    shares.join(" "),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}

function milliseconds(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
