import { StudyError } from "corrigenda/error";
import { type ModelRequest, modelFacts, priceUsd, type WireRequest } from "corrigenda/provider";

export interface MostPricing {
  readonly provider: string;
  readonly batch: boolean;
  /** ms since 1970. */
  readonly at: number;
}

/**
 * US dollars that a request costs at most: a token is a byte at least, and an answer ends where the request or the model
 * says. @throws StudyError "budget" where no price or no such end is known; offline that costs 0
 */
export function mostUsd(request: ModelRequest, { body, model }: WireRequest, pricing: MostPricing): number {
  const input = Buffer.byteLength(body);
  const output = request.maxOutputTokens ?? modelFacts(model)?.maxOutputTokens;
  const price = (cacheWrite: number): number | undefined =>
    priceUsd({ ...pricing, model, usage: { input, cached: 0, cacheWrite, output: output ?? 0, reasoning: 0 } });
  const usd = Math.max(price(0) ?? Number.NaN, price(input) ?? Number.NaN);
  if (!Number.isNaN(usd) && output !== undefined) return usd;
  if (pricing.provider === "offline") return 0;
  const unknown = Number.isNaN(usd) ? "no price is known" : "nobody knows how long an answer can be";
  const next = Number.isNaN(usd) ? "name a model with a price" : "set maxOutputTokens in the request";
  throw new StudyError("budget", `nothing was sent: ${unknown} for ${model}, so no budget can be kept; ${next}`, {
    facts: { model },
  });
}
