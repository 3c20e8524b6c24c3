/** Calls at a time to begin with; each round without a refusal doubles them, up to the ceiling. */
const FIRST = 32;
/** Of the window: how near it comes to what was refused, and how far it reaches out to see whether more is served now. */
const STEP = 1 / 20;
/** Rounds without a refusal after which more is tried. */
const HOLD = 100;

/**
 * How many calls may be in flight where a service has a limit that it does not state: a search between the most that went
 * through and the least that was refused, in place of TCP's saw teeth, which lie a quarter below the limit on average.
 * A round is a window's worth of replies; only the first refusal of a round counts.
 */
export class Concurrency {
  readonly #ceiling: number;
  #window: number;
  #round = 0;
  #replies = 0;
  /** The largest window that went through a whole round; 0: none yet. */
  #passed = 0;
  #refusedAt = Number.POSITIVE_INFINITY;
  /** How much the window grows where no refusal is known above it. */
  #step: number;
  #held = 0;
  #isClean = false;

  /** @param ceiling [1, inf) */
  constructor(ceiling: number) {
    this.#ceiling = ceiling;
    this.#window = Math.min(FIRST, ceiling);
    this.#step = this.#window;
  }

  get window(): number {
    return this.#window;
  }

  /** Counts the refusals that counted; a call remembers the round it was sent in. */
  get round(): number {
    return this.#round;
  }

  /** A call went through. */
  succeeded(round: number): void {
    if (round !== this.#round) return;
    this.#replies++;
    if (this.#replies < this.#window) return;
    this.#replies = 0;
    this.#isClean = true;
    this.#passed = this.#window;
    this.#window = Math.min(this.#ceiling, this.#next());
  }

  /** A call was refused for its number. True where this is the first word of it in its round. */
  throttled(round: number): boolean {
    if (round !== this.#round) return false;
    const tried = this.#window;
    this.#refusedAt = tried;
    if (tried > this.#passed && this.#passed > 0) this.#window = this.#passed;
    else {
      // What had gone through is refused now: a little less, and half of it where that is refused too.
      this.#window = Math.max(1, Math.floor(tried * (this.#isClean ? 1 - 2 * STEP : 0.5)));
      this.#passed = 0;
    }
    this.#round++;
    this.#replies = 0;
    this.#held = 0;
    this.#isClean = false;
    this.#step = Math.max(1, Math.floor(this.#window * STEP));
    return true;
  }

  #next(): number {
    const least = Math.max(1, Math.floor(this.#window * STEP));
    if (this.#refusedAt === Number.POSITIVE_INFINITY) {
      const more = this.#window + this.#step;
      this.#step *= 2;
      return more;
    }
    if (this.#refusedAt - this.#window > least) return Math.floor((this.#window + this.#refusedAt) / 2);
    this.#held++;
    if (this.#held < HOLD) return this.#window;
    this.#held = 0;
    this.#refusedAt = Number.POSITIVE_INFINITY;
    this.#step = least;
    return this.#window + least;
  }
}
