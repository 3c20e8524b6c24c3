const UNITS = 1e12;

/**
 * A sum of costs, US dollars, as it is whatever the order of its terms: replies are kept in the order in which they came,
 * and doubles added in another order end in other digits. Prices are whole units of 1e-12 dollars.
 */
export function exactUsd(sum: number): number {
  return Math.round(sum * UNITS) / UNITS;
}
