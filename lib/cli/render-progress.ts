import { fit } from "./width.ts";

/** A stage's progress at one moment. */
export interface ProgressState {
  /** What is being done: "step2 · batch 3/7". */
  readonly label: string;
  /** Requests in all; 0 while unknown. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly tokens?: number;
  /** US dollars so far. */
  readonly usd?: number;
  readonly elapsedMs: number;
  /** Requests per second, smoothed. */
  readonly perSecond?: number;
}

const HALF_LIFE_MS = 20_000;
const BAR = 20;

/**
 * Exponentially smoothed requests per second: a rate seen over `ms` weighs 1 - 2^(-ms / 20 s). Undefined until some
 * time has passed.
 */
export function smoothedRate(before: number | undefined, more: number, ms: number): number | undefined {
  if (ms <= 0) return before;
  const now = (more * 1000) / ms;
  if (before === undefined) return now;
  const weight = 1 - 2 ** (-ms / HALF_LIFE_MS);
  return before + weight * (now - before);
}

/** One line: bar, requests, failures, tokens, cost, time left. `plain` leaves the bar out (logs, CI). */
export function renderProgress(state: ProgressState, width: number, plain = false): string {
  const finished = state.done + state.failed;
  const share = state.total > 0 ? Math.min(1, finished / state.total) : 0;
  const parts = [
    state.label,
    plain || state.total === 0 ? "" : bar(share),
    state.total > 0 ? `${count(finished)}/${count(state.total)} ${percent(share)}` : `${count(finished)} done`,
    state.failed > 0 ? `${count(state.failed)} failed` : "",
    state.tokens === undefined ? "" : `${short(state.tokens)} tokens`,
    state.usd === undefined ? "" : dollars(state.usd),
    timeLeft(state),
  ];
  return fit(parts.filter((part) => part !== "").join("  "), width);
}

function bar(share: number): string {
  const full = Math.floor(share * BAR);
  return "━".repeat(full) + "─".repeat(BAR - full);
}

/** Rounded down: 100 % means all. */
function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}

function timeLeft(state: ProgressState): string {
  const left = state.total - state.done - state.failed;
  if (state.total > 0 && left <= 0) return `in ${duration(state.elapsedMs)}`;
  if (state.total === 0 || !state.perSecond) return "";
  return `${duration((left / state.perSecond) * 1000)} left`;
}

/** "45s", "3m 20s", "2h 05m" */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

/** "$1.23", and "$0.0042" below ten cents. */
export function dollars(usd: number): string {
  return usd === 0 || usd >= 0.1 ? `$${usd.toFixed(2)}` : `$${usd.toFixed(4)}`;
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}

function short(n: number): string {
  if (n >= 1e9) return `${(n / 1e9).toFixed(1)}B`;
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)}M`;
  return n >= 1e4 ? `${(n / 1e3).toFixed(0)}k` : count(n);
}
