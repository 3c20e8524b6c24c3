import type { StudyError } from "corrigenda/error";
import { type HttpReply, type Provider, retryAfterMs, type Usage } from "corrigenda/provider";
import type { Rng } from "corrigenda/rng";
import { backoffMs } from "./backoff.ts";
import { Breaker } from "./breaker.ts";
import { Concurrency } from "./concurrency.ts";
import { allowances } from "./headers.ts";
import { Limiter, type Need, type Rates } from "./limiter.ts";
import type { OnlineNotice } from "./notice.ts";
import { down, throttledForGood } from "./stops.ts";
import type { Refusal } from "./verdict.ts";

export interface PaceOptions {
  readonly provider: Pick<Provider, "name" | "limits">;
  readonly rng: Rng;
  readonly concurrency: number;
  /** What several processes have agreed on. */
  readonly rates: Rates | undefined;
  readonly notice: (notice: OnlineNotice) => void;
}

/** What is remembered of a call in flight. */
export interface Pass {
  readonly need: Need;
  readonly round: number;
  readonly probe: boolean;
}

// A run throttled through twenty pauses in a row without one reply has met a limit that is not per minute.
const MAX_STALLS = 20;

/** How fast calls may go: what the limiter and the breaker have learned from every answer so far. */
export class Pace {
  readonly #options: PaceOptions;
  readonly #limiter: Limiter;
  readonly #concurrency: Concurrency;
  readonly #breaker: Breaker;
  #stalls = 0;

  constructor(options: PaceOptions, now: number) {
    this.#options = options;
    this.#limiter = new Limiter(options.provider.limits, now);
    this.#concurrency = new Concurrency(options.concurrency);
    this.#breaker = new Breaker(options.rng);
  }

  /** 0: a call may go. Infinity: not before one in flight ends. @param active calls in flight */
  waitMs(need: Need, active: number, now: number): number {
    if (active >= this.#concurrency.window) return Number.POSITIVE_INFINITY;
    const wait = Math.max(this.#breaker.waitMs(now), this.#limiter.waitMs(need, now));
    return wait > 0 ? wait : (this.#options.rates?.waitMs(need, now) ?? 0);
  }

  sent(need: Need): Pass {
    this.#limiter.take(need);
    this.#options.rates?.take(need);
    return { need, round: this.#concurrency.round, probe: this.#breaker.sent() };
  }

  kept(pass: Pass, usage: Usage | undefined, http: HttpReply, now: number): void {
    this.#stalls = 0;
    this.#breaker.answered();
    const before = this.#concurrency.window;
    this.#concurrency.succeeded(pass.round);
    if (usage) this.#limiter.correct(pass.need, usage);
    if (usage) this.#options.rates?.correct(pass.need, usage);
    this.#learn(http, now);
    this.#tellWindow(before);
  }

  /** Returns the reason to end the run, where this refusal is one too many. */
  refused(pass: Pass, { verdict, http }: Refusal, now: number): StudyError | undefined {
    this.#learn(http, now);
    if (http.status < 500) this.#breaker.answered();
    const askedMs = retryAfterMs(http.headers);
    const isPassing = verdict === "throttled" || verdict === "overloaded" || verdict === "again";
    if (askedMs !== undefined && Number.isFinite(askedMs) && isPassing) {
      this.#pause(askedMs, now);
      this.#options.rates?.pause(askedMs);
    }
    const first = (verdict === "throttled" || verdict === "overloaded") && this.#slowDown(pass);
    if (first && askedMs === undefined) this.#pause(backoffMs(this.#stalls, this.#options.rng), now);
    if (this.#stalls >= MAX_STALLS) return throttledForGood(this.#options.provider.name, this.#stalls);
    return http.status >= 500 ? this.failed(pass, http.status, now) : undefined;
  }

  /** No answer, or a 5xx. Returns the reason to end the run, where this failure is one too many. */
  failed(pass: Pass, status: number | undefined, now: number): StudyError | undefined {
    const pause = this.#breaker.failed(now, pass.probe);
    if (pause > 0) this.#options.notice({ t: "pause", why: "outage", ms: pause });
    if (!this.#breaker.exhausted) return undefined;
    return down(this.#options.provider.name, this.#breaker.trips - 1, status);
  }

  #learn({ headers }: HttpReply, now: number): void {
    const stated = allowances(headers, now);
    this.#limiter.learn(stated, now);
    this.#options.rates?.learn(stated, now);
  }

  /** Fewer calls at a time, once for all calls of a round; true for the first to say so. */
  #slowDown(pass: Pass): boolean {
    const before = this.#concurrency.window;
    const first = this.#concurrency.throttled(pass.round);
    if (first) this.#stalls++;
    this.#tellWindow(before);
    return first;
  }

  #pause(ms: number, now: number): void {
    this.#limiter.pause(now + ms);
    this.#options.notice({ t: "pause", why: "throttled", ms });
  }

  #tellWindow(before: number): void {
    const calls = this.#concurrency.window;
    if (calls !== before) this.#options.notice({ t: "concurrency", calls });
  }
}
