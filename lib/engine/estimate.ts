import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Estimate } from "corrigenda/batch";
import { priceUsd, type Usage, type WireRequest } from "corrigenda/provider";
import { type Calibration, calibrate, encodingOf } from "corrigenda/text";

/** Tokens of a reply: the mean that is expected, and the range it will lie in. */
export interface OutputTokens {
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

/** Requests that are counted exactly to calibrate the estimate of all others. */
export const CALIBRATION_REQUESTS = 1_000;
/** Above this many tokens a request may fall into a higher tier and is priced on its own. */
const TIER_TOKENS = 100_000;

/**
 * Counts bodies exactly, in the model's own encoding. A thread counts, because a tokenizer takes 80 MB that nobody needs
 * afterwards. @param bodies [n >= 1]
 */
export async function calibrateBodies(bodies: readonly string[], model: string): Promise<Calibration> {
  const texts = bodies.length === 1 ? [...bodies, ...bodies] : bodies;
  const thread = new Worker(new URL("./count-thread.ts", import.meta.url), {
    workerData: { encoding: encodingOf(model), texts },
  });
  const [counts] = (await once(thread, "message")) as [readonly number[]];
  let at = 0;
  return calibrate(texts, () => counts[at++] ?? 0);
}

export interface Pricing {
  readonly provider: string;
  readonly batch: boolean;
  /** ms since 1970. */
  readonly at: number;
}

/** Estimates requests by their bytes. Where a model has no known price the cost is 0 and `unpriced` names the model. */
export function requestEstimator(
  ratio: Calibration,
  output: OutputTokens,
  pricing: Pricing,
): { readonly estimate: (wire: WireRequest) => Estimate; readonly unpriced: ReadonlySet<string> } {
  const unpriced = new Set<string>();
  const rates = new Map<string, { input: number; output: number }>();
  const usdOf = (model: string, input: number, out: number): number =>
    priceUsd({ ...pricing, model, usage: usageOf(input, out) }) ?? 0;
  const rateOf = (model: string): { input: number; output: number } => {
    const known = rates.get(model);
    if (known) return known;
    if (priceUsd({ ...pricing, model, usage: usageOf(1, 1) }) === undefined) unpriced.add(model);
    const rate = { input: usdOf(model, 1_000, 0) / 1_000, output: usdOf(model, 0, 1_000) / 1_000 };
    rates.set(model, rate);
    return rate;
  };
  const cost = (model: string, input: number, out: number): number => {
    if (input > TIER_TOKENS) return usdOf(model, input, out);
    const rate = rateOf(model);
    return input * rate.input + out * rate.output;
  };
  return {
    unpriced,
    estimate: ({ model, body }) => {
      const bytes = Buffer.byteLength(body);
      return {
        tokens: bytes * ratio.tokensPerByte,
        usd: cost(model, bytes * ratio.tokensPerByte, output.mean),
        usdLow: cost(model, bytes * ratio.low, output.low),
        usdHigh: cost(model, bytes * ratio.high, output.high),
      };
    },
  };
}

function usageOf(input: number, output: number): Usage {
  return { input, output, cached: 0, cacheWrite: 0, reasoning: 0 };
}
