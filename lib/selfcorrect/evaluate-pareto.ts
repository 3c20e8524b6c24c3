/** A policy by what it costs and what it reaches. */
export interface CostPoint {
  readonly policy: string;
  /** Per question, >= 0. */
  readonly tokens: number;
  /** [0, 1] */
  readonly accuracy: number;
}

/** Points that no other one beats: at most as many tokens and at least the accuracy, one of both better. By tokens, rising. */
export function paretoFront(points: readonly CostPoint[]): CostPoint[] {
  const front: CostPoint[] = [];
  const ordered = points.toSorted((a, b) => a.tokens - b.tokens || b.accuracy - a.accuracy);
  for (const point of ordered) if (front.every(({ accuracy }) => accuracy < point.accuracy)) front.push(point);
  return front;
}

/**
 * The area that points dominate: fewer tokens than `worst.tokens` and more accuracy than `worst.accuracy`, in tokens times
 * accuracy. Points beyond the reference count for nothing.
 * @see Zitzler & Thiele 1999, IEEE Trans. Evol. Comput. 3:257
 */
export function hypervolume(points: readonly CostPoint[], worst: Omit<CostPoint, "policy">): number {
  const front = paretoFront(
    points.filter(({ tokens, accuracy }) => tokens < worst.tokens && accuracy > worst.accuracy),
  );
  let area = 0;
  for (const [at, { tokens, accuracy }] of front.entries()) {
    const below = front[at - 1]?.accuracy ?? worst.accuracy;
    area += (worst.tokens - tokens) * (accuracy - below);
  }
  return area;
}

/**
 * Tokens per question at which the points, or a draw between two of them, reach an accuracy; undefined where none does.
 * A draw that takes one policy for a share of the questions lies on the line between both.
 */
export function tokensAtAccuracy(points: readonly CostPoint[], accuracy: number): number | undefined {
  const front = paretoFront(points);
  const costs = front.filter((point) => point.accuracy >= accuracy).map(({ tokens }) => tokens);
  for (const low of front)
    for (const high of front)
      if (low.accuracy < accuracy && accuracy < high.accuracy) {
        const share = (accuracy - low.accuracy) / (high.accuracy - low.accuracy);
        costs.push(low.tokens + share * (high.tokens - low.tokens));
      }
  return costs.length === 0 ? undefined : Math.min(...costs);
}
