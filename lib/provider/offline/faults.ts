import { keyedRng } from "corrigenda/rng";

/** What can go wrong on purpose. Each word is one rate of a FaultPlan. */
export type FaultKind =
  // one HTTP request
  | "rateShort" // 429, Retry-After 1 s
  | "rateLong" // 429, Retry-After 120 s
  | "rateSilent" // 429 without Retry-After
  | "noCredit" // 429 insufficient_quota (Anthropic: 402), on calls that cost
  | "noTuning" // 403 when a fine-tuning job is to be created
  | "server" // 5xx, not acted on
  | "hang" // no answer for hangMs, then a closed connection; acted on or not by the flip of a coin
  | "cutBefore" // connection closed, not acted on
  | "cutAfter" // acted on (stored, created, billed), then the connection closed
  | "cutDownload" // a download that breaks off half-way
  // one batch
  | "listDelay" // missing in lists for listDelayMs
  | "batchQuota" // failed: token_limit_exceeded
  | "batchExpire" // expired with a part done (not on Azure, whose batches do not expire)
  | "lateOutput" // output_file_id null for lateOutputMs after the end
  | "emptyErrorFile" // an error file of 0 bytes
  | "garbageLine" // an extra line in the output that is not JSON
  | "tornTail" // the output ends in a piece of a line, without a newline
  // one request of a batch
  | "busyLine" // 429 or 5xx
  | "refusedLine" // 4xx
  | "zeroLine"; // status_code 0, unbilled

/** A repeatable plan: what happens depends on the seed and on the content of a request, not on time or order. */
export interface FaultPlan {
  readonly seed: number | string;
  /** Probability of each kind, [0, 1]; absent is 0. */
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>;
  /** Clock time. */
  readonly hangMs: number;
  readonly listDelayMs: number;
  readonly lateOutputMs: number;
}

export const noFaults: FaultPlan = {
  seed: 0,
  rates: {},
  hangMs: 15 * 60_000,
  listDelayMs: 20_000,
  lateOutputMs: 90_000,
};

/**
 * Everything that a client can get over. Left out: noCredit stops a run by design, refusedLine fails rows for good.
 * @param share [0, 1] of the rates: at the full ones a tenth of all calls are told to wait, and a run is slow
 */
export function harshFaults(seed: number | string, share = 1): FaultPlan {
  const http = { rateShort: 0.05, rateLong: 0.02, rateSilent: 0.03, server: 0.05, hang: 0.01, cutBefore: 0.05 };
  const cuts = { cutAfter: 0.08, cutDownload: 0.1 };
  const batch = { listDelay: 0.5, batchQuota: 0.1, batchExpire: 0.1, lateOutput: 0.3, emptyErrorFile: 0.3 };
  const lines = { garbageLine: 0.3, tornTail: 0.3, busyLine: 0.03, zeroLine: 0.01 };
  const all = Object.entries({ ...http, ...cuts, ...batch, ...lines });
  return { ...noFaults, seed, rates: Object.fromEntries(all.map(([kind, rate]) => [kind, rate * share])) };
}

/** Faults that one object (a request, a line of a batch) can suffer, so that trying again ends well. */
export const MOST_PER_OBJECT = 2;

/** Decides what goes wrong, counting what already did. */
export interface Faults {
  readonly plan: FaultPlan;
  readonly on: boolean;
  /** The first of `kinds` that strikes this HTTP request. @param object what the request is, by content */
  strike(kinds: readonly FaultKind[], object: string): FaultKind | undefined;
  /** Whether a harmless kind holds for a batch, by the sha256 of its input. Always the same answer. */
  holds(kind: FaultKind, input: string): boolean;
  /** Whether a batch whose most afflicted line suffered `before` times is refused or expires. */
  strikesBatch(kind: FaultKind, input: string, before: number): boolean;
  strikesLine(key: string): FaultKind | undefined;
  /** How often a line has suffered. */
  suffered(key: string): number;
  /** Counts one more fault for each line. */
  afflict(keys: readonly string[]): void;
  /** A number in [0, 1) for how much of a batch is done when it expires. */
  share(input: string): number;
}

const LINE_KINDS = ["busyLine", "refusedLine", "zeroLine"] as const;

export function faultsOf(plan: FaultPlan): Faults {
  const struck = new Map<string, number>();
  const lines = new Map<string, number>();
  const roll = (kind: string, object: string, before: number): number =>
    keyedRng(plan.seed, kind, object, before).next();
  const hits = (kind: FaultKind, object: string, before: number): boolean => {
    const rate = plan.rates[kind] ?? 0;
    return rate > 0 && before < MOST_PER_OBJECT && roll(kind, object, before) < rate;
  };
  const suffered = (key: string): number => lines.get(key.slice(0, 16)) ?? 0;
  return {
    plan,
    on: Object.values(plan.rates).some((rate) => rate > 0),
    strike: (kinds, object) => {
      const before = struck.get(object) ?? 0;
      const kind = kinds.find((one) => hits(one, object, before));
      if (kind) struck.set(object, before + 1);
      return kind;
    },
    holds: (kind, input) => hits(kind, input, 0),
    strikesBatch: (kind, input, before) => hits(kind, input, before),
    strikesLine: (key) => LINE_KINDS.find((kind) => hits(kind, key, suffered(key))),
    suffered,
    afflict: (keys) => {
      for (const key of keys) lines.set(key.slice(0, 16), suffered(key) + 1);
    },
    share: (input) => roll("share", input, 0),
  };
}
