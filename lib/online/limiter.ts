import type { Limits } from "corrigenda/provider";
import type { Allowance, Meter } from "./headers.ts";

/** What one call takes from each meter: one request, and its tokens. */
export interface Need {
  /** Input tokens. */
  readonly input: number;
  /** Output tokens. */
  readonly output: number;
}

/** Requests and tokens a minute, and pauses, that several processes share. */
export interface Rates {
  /** 0: a call may go; else look again after so long. */
  waitMs(need: Need, now: number): number;
  take(need: Need): void;
  correct(estimate: Need, actual: Need): void;
  learn(stated: readonly Allowance[], now: number): void;
  pause(ms: number): void;
}

/** A token bucket that holds one minute's allowance. */
interface Bucket {
  limit: number;
  perMs: number;
  level: number;
  at: number;
}

const MINUTE_MS = 60_000;
// Resets come rounded to the second: only one that is later than this says that the meter is no minute's (but a day's).
const RESET_SLACK_MS = 2000;

/** When the next call may go: requests and tokens a minute (learned from headers), and pauses the service asked for. */
export class Limiter {
  readonly #buckets = new Map<Meter, Bucket>();
  #pausedUntil = 0;

  constructor(limits: Limits, now: number) {
    if (limits.rpm !== undefined) this.#buckets.set("requests", bucket(limits.rpm, limits.rpm, now));
    if (limits.tpm !== undefined) this.#buckets.set("tokens", bucket(limits.tpm, limits.tpm, now));
  }

  /** Until a call may go by the meters and pauses; 0: now. */
  waitMs(need: Need, now: number): number {
    let wait = Math.max(0, this.#pausedUntil - now);
    for (const [meter, held] of this.#buckets) wait = Math.max(wait, bucketWaitMs(held, amount(meter, need), now));
    return wait;
  }

  take(need: Need): void {
    for (const [meter, held] of this.#buckets) held.level -= amount(meter, need);
  }

  /** The reply took other than the estimate: services that count real tokens give the difference back. */
  correct(estimate: Need, actual: Need): void {
    for (const [meter, held] of this.#buckets) {
      held.level = Math.min(held.limit, held.level + amount(meter, estimate) - amount(meter, actual));
    }
  }

  /** Holds every call back until then. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  /** Headers win over what was assumed; the lower of our count and theirs holds, since theirs misses calls under way. */
  learn(stated: readonly Allowance[], now: number): void {
    for (const { meter, limit, remaining, resetMs } of stated) {
      const held = this.#buckets.get(meter);
      // Without a stated limit (Azure), the most that was ever left is a lower bound of it.
      const most = limit ?? Math.max(held?.limit ?? 0, remaining ?? 0);
      if (most <= 0) continue;
      const next = held ?? bucket(most, most, now);
      refill(next, now);
      next.level = Math.min(next.level + most - next.limit, remaining ?? most);
      next.limit = most;
      next.perMs = refillPerMs(most, remaining ?? most, resetMs ?? 0);
      this.#buckets.set(meter, next);
    }
  }
}

function amount(meter: Meter, need: Need): number {
  if (meter === "requests") return 1;
  if (meter === "input") return need.input;
  return meter === "output" ? need.output : need.input + need.output;
}

function bucket(limit: number, level: number, now: number): Bucket {
  return { limit, perMs: limit / MINUTE_MS, level, at: now };
}

function refill(held: Bucket, now: number): void {
  held.level = Math.min(held.limit, held.level + Math.max(0, now - held.at) * held.perMs);
  held.at = now;
}

/** A call larger than the whole bucket goes when it is full, and leaves it in debt. */
function bucketWaitMs(held: Bucket, need: number, now: number): number {
  refill(held, now);
  const missing = Math.min(need, held.limit) - held.level;
  return missing <= 1e-6 ? 0 : Math.ceil(missing / held.perMs);
}

/** Some accounts' request limits are per day: their reset is far later than a minute's refill would be. */
function refillPerMs(limit: number, remaining: number, resetMs: number): number {
  const missing = limit - remaining;
  const perMs = limit / MINUTE_MS;
  return missing > 0 && resetMs > missing / perMs + RESET_SLACK_MS ? missing / resetMs : perMs;
}
