/** Money for calls, asked before each of them. */
export interface Purse {
  allows(estimateUsd: number): boolean;
  sent(estimateUsd: number): void;
  /** @param paidUsd what the call cost; its estimate where no answer came; 0 where it was refused */
  ended(estimateUsd: number, paidUsd: number): void;
  /** True where a no may become a yes by itself: the money is shared, and some is on its way. */
  readonly isWaiting: boolean;
  readonly spentUsd: number;
  readonly maxUsd: number;
}

/** What a run may spend, counted before each call: what is paid, what may have been paid, and what is in flight. */
export class Budget implements Purse {
  readonly isWaiting = false;
  readonly #maxUsd: number;
  #spentUsd: number;
  #inFlightUsd = 0;

  constructor(maxUsd: number, spentUsd: number) {
    this.#maxUsd = maxUsd;
    this.#spentUsd = spentUsd;
  }

  allows(estimateUsd: number): boolean {
    // A cent's millionth of slack: sums of floats must not refuse the last call of an exact budget.
    return this.#spentUsd + this.#inFlightUsd + estimateUsd <= this.#maxUsd + 1e-8;
  }

  sent(estimateUsd: number): void {
    this.#inFlightUsd += estimateUsd;
  }

  ended(estimateUsd: number, paidUsd: number): void {
    this.#inFlightUsd -= estimateUsd;
    this.#spentUsd += paidUsd;
  }

  get spentUsd(): number {
    return this.#spentUsd;
  }

  get maxUsd(): number {
    return this.#maxUsd;
  }
}
