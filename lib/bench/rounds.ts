import type { Clock } from "corrigenda/time";

/** Two ways to do the same work. */
export interface Contest {
  ours(round: number): Promise<void>;
  alternative(round: number): Promise<void>;
}

/** How long each took, round by round, and how their speeds compare. */
export interface Paired {
  /** Medians, ms. */
  readonly oursMs: number;
  readonly alternativeMs: number;
  /** Speed of ours over speed of the alternative: the median of the rounds' own ratios. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly rounds: number;
}

/**
 * Runs both side by side, the first of a round alternating, so that what else the machine does falls on both. One
 * round before the first lets the engine compile and is not counted. @param rounds [n >= 1]
 */
export async function pairedRounds(contest: Contest, clock: Pick<Clock, "now">, rounds: number): Promise<Paired> {
  const pairs: { readonly ours: number; readonly alternative: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const times = { ours: 0, alternative: 0 };
    for (const who of inTurn(round)) {
      const start = clock.now();
      await contest[who](round);
      times[who] = Math.max(1, clock.now() - start);
    }
    if (round > 0) pairs.push(times);
  }
  const ratios = pairs.map(({ ours, alternative }) => alternative / ours);
  return {
    oursMs: median(pairs.map(({ ours }) => ours)),
    alternativeMs: median(pairs.map(({ alternative }) => alternative)),
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    rounds,
  };
}

function inTurn(round: number): readonly (keyof Contest)[] {
  return round % 2 === 0 ? ["ours", "alternative"] : ["alternative", "ours"];
}

/** How long something takes, in seconds: the median of its rounds. @param rounds [n >= 1] */
export async function medianSeconds(
  work: () => Promise<void>,
  clock: Pick<Clock, "now">,
  rounds: number,
): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = clock.now();
    await work();
    seconds.push((clock.now() - start) / 1000);
  }
  return median(seconds);
}

/** @param xs [n >= 1] */
export function median(xs: readonly number[]): number {
  const sorted = [...xs].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError("the median of nothing");
  return (low + high) / 2;
}
