import { dollars } from "corrigenda/cli";
import { type Prompt, type Provider, requestKey } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { keyTable } from "corrigenda/store";
import { CALIBRATION_REQUESTS, calibrateBodies, type OutputTokens, requestEstimator } from "./estimate.ts";
import { sampleRows } from "./sample.ts";

/** What the requests of one model would cost at batch prices: as expected, and if all replies are short or all are long. */
export interface ModelPrice {
  readonly model: string;
  requests: number;
  tokens: number;
  usd: number;
  usdLow: number;
  usdHigh: number;
}

export interface PriceList {
  readonly rows: number;
  readonly models: readonly ModelPrice[];
  /** Models whose price is not known; counted as $0. */
  readonly unpriced: ReadonlySet<string>;
}

export interface Priced<Row> {
  readonly provider: Provider;
  readonly prompt: Prompt<Row, unknown>;
  /** The same rows at every call. */
  readonly rows: () => AsyncIterable<Row> | Iterable<Row>;
  readonly output: OutputTokens;
  /** ms since 1970. */
  readonly at: number;
}

/** Prices every different request of some rows. Nothing is written, nothing is sent. */
export async function priceRows<Row>({ provider, prompt, rows, output, at }: Priced<Row>): Promise<PriceList> {
  const sample = await sampleRows(rows(), CALIBRATION_REQUESTS, keyedRng("calibration"));
  const wires = sample.map((row) => provider.encode(prompt.request(row)));
  const ratio = await calibrateBodies(
    wires.map(({ body }) => body),
    wires[0]?.model ?? "",
  );
  const { estimate, unpriced } = requestEstimator(ratio, output, { provider: provider.name, batch: true, at });
  const seen = keyTable();
  const models = new Map<string, ModelPrice>();
  let count = 0;
  for await (const row of rows()) {
    const wire = provider.encode(prompt.request(row));
    const key = requestKey(provider, wire);
    count += 1;
    if (seen.find(key) >= 0) continue;
    seen.add(key);
    const sum = models.get(wire.model) ?? { model: wire.model, requests: 0, tokens: 0, usd: 0, usdLow: 0, usdHigh: 0 };
    models.set(wire.model, sum);
    const one = estimate(wire);
    sum.requests += 1;
    for (const part of ["tokens", "usd", "usdLow", "usdHigh"] as const) sum[part] += one[part];
  }
  return { rows: count, models: [...models.values()], unpriced };
}

/** A price list for the terminal. */
export function priceLines({ models, unpriced }: PriceList): string[] {
  return models.map(({ model, requests, tokens, usd, usdLow, usdHigh }) => {
    const range = `${dollars(usd)} (${dollars(usdLow)} to ${dollars(usdHigh)}) at batch prices`;
    const [asks, reads] = [requests, Math.round(tokens)].map((value) => value.toLocaleString("en-US"));
    return `  ${model}: ${asks} requests, ${reads} input tokens, ${unpriced.has(model) ? "no price known" : range}`;
  });
}
