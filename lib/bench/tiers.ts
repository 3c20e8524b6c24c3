import { offlineProvider, priceUsd } from "corrigenda/provider";
import data from "./data/tiers.json" with { type: "json" };
import type { Quota } from "./fleet.ts";
import type { BatchFleet } from "./fleet-batches.ts";

/** What one request is on average. */
export interface RequestShape {
  readonly name: string;
  readonly input: number;
  readonly output: number;
  /** Of its line in a batch's file. */
  readonly bytes: number;
}

/** What an account may ask of one model. */
export interface Tier {
  readonly name: string;
  readonly provider: "openai" | "azure" | "anthropic";
  readonly model: string;
  readonly perMinute: Readonly<Partial<Record<Counted, number>>>;
  readonly perDay?: Readonly<Partial<Record<Counted, number>>>;
  readonly batchQueue: BatchFleet["queue"];
}

type Counted = "requests" | "tokens" | "input" | "output";

/** Tiers of OpenAI, Azure and Anthropic; when they were read, and where. */
export const { asOf: tiersAsOf, sources: tierSources } = data;
export const tiers = data.tiers as readonly Tier[];

/** A tier's limits on synchronous calls of a shape. */
export function quotasOf({ perMinute, perDay = {} }: Tier, { input, output }: RequestShape): Quota[] {
  const each: Readonly<Record<Counted, number>> = { requests: 1, tokens: input + output, input, output };
  const of = (limits: Tier["perMinute"], seconds: number, unit: string): Quota[] =>
    (Object.entries(limits) as [Counted, number][]).map(([counted, limit]) => ({
      name: `${counted}/${unit}`,
      perSecond: limit / seconds,
      eachRequest: each[counted],
    }));
  return [...of(perMinute, 60, "min"), ...of(perDay, 86_400, "day")];
}

/** What a batch's file of a tier's service may hold. */
export function fileLimits({ provider }: Tier): BatchFleet["limits"] {
  const limits = offlineProvider("http://127.0.0.1", provider).batch?.limits;
  return { requests: limits?.requests ?? 0, bytes: limits?.bytes ?? 0 };
}

/** US dollars of so many requests, at list price and as batches. @param at ms since 1970 */
export function costOf({ provider, model }: Tier, { input, output }: RequestShape, requests: number, at: number) {
  const usage = { input, output, cached: 0, cacheWrite: 0, reasoning: 0 };
  const usd = (batch: boolean): number => requests * (priceUsd({ provider, model, usage, batch, at }) ?? Number.NaN);
  return { list: usd(false), batch: usd(true) };
}
