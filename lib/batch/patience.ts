import { isStudyError } from "corrigenda/error";
import type { Rng } from "corrigenda/rng";
import type { Clock } from "corrigenda/time";

export interface Patience {
  readonly clock: Clock;
  readonly rng: Rng;
  /** Repeats before the error is thrown. */
  readonly tries: number;
  readonly signal?: AbortSignal | undefined;
  readonly note?: (text: string) => void;
}

const BASE_MS = 1_000;
const CAP_MS = 60_000;

/** Repeats a call that is safe to repeat while it fails for a passing reason: back-off with full jitter, Retry-After honoured. */
export async function patiently<T>(call: () => Promise<T>, { clock, rng, tries, signal, note }: Patience): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (attempt > tries || !isPassing(error)) throw error;
      const waitMs = retryAfterMs(error) ?? backoffMs(attempt, rng);
      note?.(`${(error as Error).message}; trying again in ${Math.ceil(waitMs / 1000)} s`);
      await clock.sleep(waitMs, signal);
    }
  }
}

/** No answer, or an answer that asks for patience. */
export function isPassing(error: unknown): boolean {
  if (isStudyError(error, "network")) return true;
  if (!isStudyError(error, "provider")) return false;
  const status = Number(error.facts.status);
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** True where a create may have been carried out although it failed: no answer came, or the service broke down over it. */
export function isAmbiguous(error: unknown): boolean {
  if (isStudyError(error, "network")) return true;
  if (!isStudyError(error, "provider")) return false;
  const status = Number(error.facts.status);
  return status === 408 || status === 409 || status >= 500;
}

export function retryAfterMs(error: unknown): number | undefined {
  if (!isStudyError(error)) return undefined;
  const ms = error.facts.retryAfterMs;
  return typeof ms === "number" && ms > 0 && Number.isFinite(ms) ? ms : undefined; // 0 would be no wait at all
}

/** Uniform in [half, whole] of 1 s · 2^(attempt − 1), at most 60 s. */
export function backoffMs(attempt: number, rng: Rng): number {
  const whole = Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1));
  return whole * (0.5 + rng.next() / 2);
}
