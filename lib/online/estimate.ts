import type { Price } from "./call.ts";
import type { Need } from "./limiter.ts";

// English text and JSON have about four bytes a token; fewer on the safe side.
const BYTES_PER_TOKEN = 3.5;
const FIRST_GUESS_TOKENS = 1000;

export function inputTokens(body: string): number {
  return Math.ceil(Buffer.byteLength(body) / BYTES_PER_TOKEN);
}

/** What a call will take at most, before it goes out. */
export class Estimator {
  readonly #price: Price;
  #largest = 0;

  constructor(price: Price) {
    this.#price = price;
  }

  /** Where the request sets no limit, an answer is taken to be as long as the longest so far. */
  need(input: number, maxOutput: number | undefined): Need {
    return { input, output: maxOutput ?? (this.#largest || FIRST_GUESS_TOKENS) };
  }

  usd(model: string, { input, output }: Need): number | undefined {
    return this.#price(model, { input, cached: 0, cacheWrite: 0, output, reasoning: 0 });
  }

  saw(output: number): void {
    this.#largest = Math.max(this.#largest, output);
  }
}
