import { calcPrice, type ModelPrice, type TieredPrices } from "@pydantic/genai-prices";
import limits from "./data/limits.json" with { type: "json" };
import type { Usage } from "./types.ts";

export interface Priced {
  readonly provider: string;
  /** As the reply names it: on Azure a request names a deployment. */
  readonly model: string;
  /** Of one request: tiers go by its size, so sums must not be priced. */
  readonly usage: Usage;
  /** Came with a batch: half the price. */
  readonly batch: boolean;
  /** When, ms since 1970: prices change. */
  readonly at: number;
}

/** US dollars of one request; undefined where no price is known. Offline requests cost what the model would. */
export function priceUsd({ provider, model, usage, batch, at }: Priced): number | undefined {
  const price = modelPrice(provider, model, at);
  if (!price) return undefined;
  const perMillion = (unit: string, fallback = 0): number => tier(price[unit], usage.input) ?? fallback;
  const input = perMillion("input_mtok");
  const plain = Math.max(0, usage.input - usage.cached - usage.cacheWrite);
  const sum =
    plain * input +
    usage.cached * perMillion("cache_read_mtok", input) +
    usage.cacheWrite * perMillion("cache_write_mtok", input) +
    usage.output * perMillion("output_mtok");
  return (sum / 1e6) * (batch ? limits.batchPriceFactor : 1);
}

/** What the prices of a run were, for its manifest: US dollars per million tokens. */
export interface PriceSnapshot {
  readonly model: string;
  /** Package and version. */
  readonly source: string;
  readonly batchFactor: number;
  /** A number, or tiers that start at a number of input tokens. */
  readonly usdPerMillion: Readonly<Record<string, number | readonly { from: number; usd: number }[]>>;
}

export function priceSnapshot(provider: string, model: string, at: number): PriceSnapshot | undefined {
  const price = modelPrice(provider, model, at);
  if (!price) return undefined;
  const usdPerMillion: Record<string, number | readonly { from: number; usd: number }[]> = {};
  for (const [unit, value] of Object.entries(price)) {
    if (value === undefined || !unit.endsWith("_mtok")) continue;
    usdPerMillion[unit.replace(/_mtok$/, "")] = typeof value === "number" ? value : tiers(value);
  }
  return { model, source: limits.priceTable, batchFactor: limits.batchPriceFactor, usdPerMillion };
}

const HOUR_MS = 3_600_000;
const prices = new Map<string, ModelPrice | undefined>();
let last = { provider: "", model: "", hour: 0, price: undefined as ModelPrice | undefined };

/** Looked up once per model and hour: the table's own search costs more than reading a reply. */
function modelPrice(provider: string, model: string, at: number): ModelPrice | undefined {
  const hour = Math.floor(at / HOUR_MS);
  if (last.provider !== provider || last.model !== model || last.hour !== hour)
    last = { provider, model, hour, price: priceOf(provider, model, hour) };
  return last.price;
}

function priceOf(provider: string, model: string, hour: number): ModelPrice | undefined {
  const key = `${provider}\n${model}\n${hour}`;
  if (prices.has(key)) return prices.get(key);
  const timestamp = new Date(hour * HOUR_MS);
  const found = makers(provider)
    .map((providerId) => calcPrice({ input_tokens: 1 }, model, { providerId, timestamp }))
    .find((result) => result !== null)?.model_price;
  if (prices.size > 1000) prices.clear();
  prices.set(key, found);
  return found;
}

/** Whose price list applies. A compatible server's prices are not known. */
function makers(provider: string): readonly string[] {
  if (provider === "compatible") return [];
  return provider === "offline" ? ["openai", "anthropic"] : [provider];
}

/** The last tier that the request's input tokens are above. */
function tier(price: number | TieredPrices | undefined, input: number): number | undefined {
  if (price === undefined || typeof price === "number") return price;
  return price.tiers.reduce((usd, next) => (input > next.start ? next.price : usd), price.base);
}

function tiers(price: TieredPrices): readonly { from: number; usd: number }[] {
  return [{ from: 0, usd: price.base }, ...price.tiers.map(({ start, price: usd }) => ({ from: start, usd }))];
}
