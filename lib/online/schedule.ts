import { isStudyError, type StudyError } from "corrigenda/error";
import type { WireRequest } from "corrigenda/provider";
import type { Rng } from "corrigenda/rng";
import { Alarm } from "./alarm.ts";
import { backoffMs } from "./backoff.ts";
import type { Purse } from "./budget.ts";
import { type Answer, type CallContext, callOnce, type Kept } from "./call.ts";
import { Estimator, inputTokens } from "./estimate.ts";
import type { Need, Rates } from "./limiter.ts";
import type { OnlineNotice } from "./notice.ts";
import { Pace, type Pass } from "./pace.ts";
import { failedRequest, overBudget, refusedRun, unpriced } from "./stops.ts";

/** How a request ended. `stopped`: the run ended first; the next one asks again. */
export type Settled =
  | { readonly t: "kept"; readonly kept: Kept }
  | { readonly t: "failed"; readonly error: StudyError }
  | { readonly t: "stopped"; readonly error: unknown };

export interface ScheduleOptions {
  readonly context: CallContext;
  readonly rng: Rng;
  readonly concurrency: number;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  readonly budget: Purse | undefined;
  readonly rates: Rates | undefined;
  readonly notice: (notice: OnlineNotice) => void;
}

/** A request to be asked. */
export interface Question {
  readonly key: string;
  readonly wire: WireRequest;
  /** As the request limits it. */
  readonly maxOutputTokens: number | undefined;
}

/** A question on its way through as many calls as it takes. */
interface Job extends Question {
  readonly inputTokens: number;
  readonly settle: (settled: Settled) => void;
  calls: number;
  /** Calls that failed for another reason than too many requests. */
  failures: number;
  dueAt: number;
}

/** A call in flight. */
interface Flight {
  readonly job: Job;
  readonly pass: Pass;
  readonly estimateUsd: number | undefined;
}

/** Calls sent within a moment of each other are cut together: a signal for each would be a tenth of a call's cost. */
interface TimeOut {
  /** Calls sent later get the next one. */
  readonly until: number;
  readonly at: number;
  readonly abort: AbortController;
}

/** How long to wait for shared money. */
const MONEY_MS = 50;
/** Of the time-out, by which a call may be cut early. */
const TIME_OUT_SHARE = 1 / 64;

/** Asks questions as fast as the service, the budget and the concurrency allow, and again where that is worth it. */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #pace: Pace;
  readonly #estimator: Estimator;
  readonly #alarm: Alarm;
  readonly #queue: Job[] = [];
  readonly #delayed: Job[] = [];
  readonly #timeOuts: TimeOut[] = [];
  #flying = 0;
  #stop: { readonly error: unknown } | undefined;
  #onIdle: (() => void) | undefined;

  constructor(options: ScheduleOptions) {
    const { clock, provider } = options.context;
    this.#options = options;
    this.#pace = new Pace({ ...options, provider }, clock.now());
    this.#estimator = new Estimator(options.context.price);
    this.#alarm = new Alarm(clock, () => this.#tick());
  }

  /** Why the run ends, where it does before its rows. */
  get stopped(): { readonly error: unknown } | undefined {
    return this.#stop;
  }

  /** Never rejects. */
  ask(question: Question): Promise<Settled> {
    if (this.#stop) return Promise.resolve({ t: "stopped", error: this.#stop.error });
    return new Promise((settle) => {
      const input = inputTokens(question.wire.body);
      this.#queue.push({ ...question, inputTokens: input, settle, calls: 0, failures: 0, dueAt: 0 });
      this.#pump();
    });
  }

  /** Sends nothing more. Calls in flight end as they end; their replies are kept. Only the first stop counts. */
  stop(error: unknown): void {
    if (this.#stop) return;
    this.#stop = { error };
    this.#rest();
  }

  /** Stops, and returns when nothing is in flight. */
  async close(error: unknown): Promise<void> {
    this.stop(error);
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      this.#rest();
    });
    this.#alarm.clear();
  }

  #now(): number {
    return this.#options.context.clock.now();
  }

  /** Sends what may go now; where that is nothing, sets the alarm for when it may. */
  #pump(): void {
    for (let job = this.#queue[0]; job && !this.#stop; job = this.#queue[0]) {
      const now = this.#now();
      const need = this.#estimator.need(job.inputTokens, job.maxOutputTokens);
      const wait = this.#pace.waitMs(need, this.#flying, now);
      if (wait > 0) {
        if (Number.isFinite(wait)) this.#alarm.set(now + wait);
        return;
      }
      const estimateUsd = this.#estimator.usd(job.wire.model, need);
      if (!this.#affords(job.wire.model, estimateUsd)) return;
      this.#queue.shift();
      this.#send(job, need, estimateUsd);
    }
  }

  /** Over budget by estimate, the last call in flight must first show what it really cost. */
  #affords(model: string, estimateUsd: number | undefined): boolean {
    const { budget } = this.#options;
    if (!budget) return true;
    if (estimateUsd === undefined) this.stop(unpriced(model));
    else if (budget.allows(estimateUsd)) return true;
    else if (budget.isWaiting) this.#alarm.set(this.#now() + MONEY_MS);
    else if (this.#flying === 0) this.stop(overBudget(budget.maxUsd, budget.spentUsd, estimateUsd));
    return false;
  }

  #send(job: Job, need: Need, estimateUsd: number | undefined): void {
    const { context, budget } = this.#options;
    const { key, wire } = job;
    const flight = { job, pass: this.#pace.sent(need), estimateUsd };
    job.calls++;
    budget?.sent(estimateUsd ?? 0);
    this.#flying++;
    callOnce(context, { key, wire, estimateUsd, attempt: job.calls }, this.#timeOut()).then(
      (answer) => this.#landed(flight, answer),
      (error: unknown) => this.#crashed(flight, error),
    );
  }

  /** The signal that cuts a call sent now. */
  #timeOut(): AbortSignal {
    const now = this.#now();
    const { timeoutMs } = this.#options;
    const last = this.#timeOuts.at(-1);
    if (last && now <= last.until) return last.abort.signal;
    const abort = new AbortController();
    const timeOut = { until: now + timeoutMs * TIME_OUT_SHARE, at: now + timeoutMs, abort };
    this.#timeOuts.push(timeOut);
    this.#alarm.set(timeOut.at);
    return abort.signal;
  }

  #landed(flight: Flight, answer: Answer): void {
    this.#flying--;
    this.#account(flight, answer);
    if (answer.t === "kept") this.#kept(flight, answer);
    else if (answer.t === "refused") this.#refused(flight, answer);
    else this.#lost(flight);
    this.#pump();
    this.#rest();
  }

  /** Journal, store or provider themselves failed: what became of the call is unknown, and the run ends. */
  #crashed(flight: Flight, error: unknown): void {
    this.#flying--;
    if (isStudyError(error, "locked")) {
      // Somebody else asks this request now; the others are still ours.
      this.#options.budget?.ended(flight.estimateUsd ?? 0, 0);
      if (flight.pass.probe) this.#pace.failed(flight.pass, undefined, this.#now()); // the next one probes
      flight.job.settle({ t: "stopped", error });
      this.#pump();
    } else {
      this.stop(error);
      this.#queue.push(flight.job);
    }
    this.#rest();
  }

  #account({ estimateUsd: estimate = 0 }: Flight, answer: Answer): void {
    const lostUsd = answer.t === "lost" && answer.sent ? estimate : 0;
    this.#options.budget?.ended(estimate, answer.t === "kept" ? answer.kept.usd : lostUsd);
  }

  #kept({ job, pass }: Flight, { kept, http }: Answer & { t: "kept" }): void {
    const { reply, usd } = kept;
    const usage = reply instanceof Error ? undefined : reply.usage;
    if (usage) this.#estimator.saw(usage.output);
    this.#pace.kept(pass, usage, http, this.#now());
    this.#options.notice({ t: "kept", key: job.key, usd, usage });
    job.settle({ t: "kept", kept });
  }

  #refused({ job, pass }: Flight, refusal: Answer & { t: "refused" }): void {
    const { verdict, error, http } = refusal;
    this.#options.notice({ t: "refused", key: job.key, attempt: job.calls, status: http.status });
    const stop =
      this.#pace.refused(pass, refusal, this.#now()) ?? (verdict === "fatal" ? refusedRun(error) : undefined);
    if (stop) this.stop(stop);
    if (verdict === "refused") job.settle({ t: "failed", error });
    else if (verdict === "again" || verdict === "overloaded") this.#retry(job, http.status);
    else this.#queue.push(job);
  }

  #lost({ job, pass }: Flight): void {
    this.#options.notice({ t: "lost", key: job.key, attempt: job.calls });
    const stop = this.#pace.failed(pass, undefined, this.#now());
    if (stop) this.stop(stop);
    this.#retry(job, undefined);
  }

  /** The request waits a while; the others go on. */
  #retry(job: Job, status: number | undefined): void {
    const { context, maxAttempts, rng } = this.#options;
    job.failures++;
    if (job.failures >= maxAttempts) {
      job.settle({ t: "failed", error: failedRequest(context.provider.name, job.failures, status) });
      return;
    }
    job.dueAt = this.#now() + backoffMs(job.failures, rng);
    this.#delayed.push(job);
    this.#alarm.set(job.dueAt);
  }

  /** The alarm rang: overdue calls are cut, retries that are due join the queue. */
  #tick(): void {
    const now = this.#now();
    for (let first = this.#timeOuts[0]; first; first = this.#timeOuts[0]) {
      if (first.at > now) {
        this.#alarm.set(first.at);
        break;
      }
      this.#timeOuts.shift();
      first.abort.abort(new Error(`no answer within ${this.#options.timeoutMs} ms`));
    }
    this.#delayed.sort((a, b) => a.dueAt - b.dueAt);
    const due = this.#delayed.findIndex((job) => job.dueAt > now);
    this.#queue.push(...this.#delayed.splice(0, due < 0 ? this.#delayed.length : due));
    if (this.#delayed[0]) this.#alarm.set(this.#delayed[0].dueAt);
    this.#pump();
  }

  /** After a stop and the last call in flight: what waits is handed back untouched. */
  #rest(): void {
    if (!this.#stop || this.#flying > 0) return;
    for (const job of [...this.#queue.splice(0), ...this.#delayed.splice(0)]) {
      job.settle({ t: "stopped", error: this.#stop.error });
    }
    this.#onIdle?.();
  }
}
