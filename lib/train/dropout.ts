/** A mask's key: two words, so that no two masks are stretches of one stream. */
export type MaskKey = readonly [number, number];

/** The golden ratio's, and two of lowbias32. */
export const MULTIPLIERS = [0x9e3779b1, 0x7feb352d, 0x846ca68b] as const;

/**
 * Fills a mask with 0 (with probability `dropout`) and 1 / (1 - dropout). Element i depends on the key and on i alone,
 * so that every executor makes the same mask. Two rounds of a multiply and shift hash; its multipliers are Wellons's lowbias32.
 * @see https://nullprogram.com/blog/2018/07/31/
 */
export function fillMask(mask: Float32Array, key: MaskKey, dropout: number): void {
  const [threshold, kept] = [thresholdOf(dropout), Math.fround(1 / (1 - dropout))];
  for (let at = 0; at < mask.length; at++) mask[at] = mix(at, key) >>> 8 < threshold ? 0 : kept;
}

/** Of 2^24: how many draws are dropped. */
export function thresholdOf(dropout: number): number {
  return Math.round(dropout * 2 ** 24);
}

function mix(at: number, [first, second]: MaskKey): number {
  let x = (Math.imul(at, MULTIPLIERS[0]) + first) | 0;
  x = Math.imul(x ^ (x >>> 16), MULTIPLIERS[1]);
  x = (Math.imul(x ^ (x >>> 15), MULTIPLIERS[2]) + second) | 0;
  x = Math.imul(x ^ (x >>> 16), MULTIPLIERS[1]);
  x = Math.imul(x ^ (x >>> 15), MULTIPLIERS[2]);
  return x ^ (x >>> 16);
}
