import type { Disk } from "corrigenda/files";
import type { Prompt, Provider, Usage, WireRequest } from "corrigenda/provider";
import type { Rng } from "corrigenda/rng";
import type { Journal, Store } from "corrigenda/store";
import type { Clock } from "corrigenda/time";
import type { BatchEvent, ChunkMeta, PlanSummary } from "./events.ts";

/**
 * The estimate of one request before it is sent: input tokens, and US dollars as expected, with short and with long
 * replies. The two ends are scenarios, no confidence interval: their sums assume that all replies are short, or all long.
 */
export interface Estimate {
  readonly tokens: number;
  readonly usd: number;
  readonly usdLow: number;
  readonly usdHigh: number;
}

export interface BatchOptions<Row, Out> extends ChunkOptions {
  readonly prompt: Prompt<Row, Out>;
  readonly estimate: (wire: WireRequest) => Estimate;
  /** Sees the plan before it counts; throwing here leaves nothing sent and nothing planned. */
  readonly approve?: (summary: PlanSummary) => void;
}

/** What it takes to bring planned chunks to their end. */
export interface ChunkOptions {
  readonly provider: Provider;
  readonly store: Store;
  readonly journal: Journal<BatchEvent>;
  /** The job's folder: request files go to requests/. */
  readonly disk: Disk;
  /** Who pays: "<study>/<run>/<stage>". */
  readonly run: string;
  /** US dollars of a batch reply; undefined where no price is known. */
  readonly price: (model: string, usage: Usage) => number | undefined;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: BatchNews) => void;
  readonly policy?: Partial<BatchPolicy>;
  /** Where several processes work on one job. */
  readonly others?: Others;
}

/** What a process has to agree on with others that work on the same job. */
export interface Others {
  /** Whose files and batches this process can see: a fingerprint, no key. */
  readonly account: string;
  /** Takes room in the queue of the service; false where there is none now. */
  reserve(meta: ChunkMeta): Promise<boolean>;
  /** The last look before a batch is created: throws where the chunk has passed to another process. */
  mayCreate(): Promise<void>;
}

export interface BatchPolicy {
  /** US dollars that the run may cost, the upper end of open estimates included. Default: no limit. */
  readonly maxCostUsd: number;
  /** US dollars of those that other stages of the run have spent. Default 0. */
  readonly spentElsewhereUsd: number;
  /** How often a request is tried before its row fails. Default 3. */
  readonly maxAttempts: number;
  /** Requests of one batch at most; the service's own limit holds as well. Default: no other limit. */
  readonly maxRequests: number;
  /** A lost create counts as not done when `find` misses it twice, this far apart. Default 120,000 ms. */
  readonly graceMs: number;
  /** First and longest wait between polls. Default 5,000 and 60,000 ms. */
  readonly pollMs: number;
  readonly maxPollMs: number;
  /** How often one call is repeated when it fails for a passing reason. Default 8. */
  readonly patience: number;
}

export const defaultPolicy: BatchPolicy = {
  maxCostUsd: Number.POSITIVE_INFINITY,
  spentElsewhereUsd: 0,
  maxAttempts: 3,
  maxRequests: Number.POSITIVE_INFINITY,
  graceMs: 120_000,
  pollMs: 5_000,
  maxPollMs: 60_000,
  patience: 8,
};

/** What happens, for progress views and logs. */
export type BatchNews =
  | ({ readonly type: "progress" } & BatchProgress)
  | { readonly type: "note"; readonly level: "info" | "warn"; readonly text: string };

export interface BatchProgress {
  readonly requests: number;
  readonly done: number;
  readonly failed: number;
  /** Open batches. */
  readonly batches: number;
  /** Files that were handed in, open or ended, and those that still wait. */
  readonly handed: number;
  readonly waiting: number;
  readonly usd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}
