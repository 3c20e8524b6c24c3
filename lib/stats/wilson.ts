/** An estimate and its interval; all three in the same unit. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % quantile of the standard normal: two-sided 95 %. */
const Z95 = 1.959963984540054;

/**
 * Wilson's score interval (95 %, no continuity correction) of a share. With n = 0 nothing is known: value 0 in [0, 1].
 * @param hits [0, n] @see Newcombe 1998, Statistics in Medicine 17:857, method 3
 */
export function wilson(hits: number, n: number): Interval {
  if (n === 0) return { value: 0, low: 0, high: 1 };
  const share = hits / n;
  const z2 = Z95 * Z95;
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return { value: share, low: hits === 0 ? 0 : middle - half, high: hits === n ? 1 : middle + half };
}
