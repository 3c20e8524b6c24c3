import type { Interval } from "corrigenda/stats";

const SPACE = "\u00a0";

/** "90.5 %"; whole where it is all or nothing. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 || value === 100 ? value : value.toFixed(1)}${SPACE}%`;
}

/** "98.3 to 100 %", of a share; never broken. */
export function between({ low, high }: Interval): string {
  return `${percent(low).slice(0, -2)}${SPACE}to${SPACE}${percent(high)}`;
}

/** "$12.30"; three digits below ten cents. */
export function usdText(usd: number): string {
  if (usd === 0 || usd >= 0.1)
    return `$${usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  return `$${usd.toLocaleString("en-US", { maximumSignificantDigits: 3 })}`;
}

/** "1,988" */
export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** "3 rows", "1 row" */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** "2 not JSON, 1 cut off", most frequent first. */
export function reasonsText(failed: Readonly<Record<string, number>>): string {
  return Object.entries(failed)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, n]) => `${count(n)} ${reason}`)
    .join(", ");
}

/** "a, b and c" */
export function listed(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Failures by reason over some cells. */
export function addFailures(
  cells: readonly { readonly failed: Readonly<Record<string, number>> }[],
): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { failed } of cells)
    for (const [reason, n] of Object.entries(failed)) sum[reason] = (sum[reason] ?? 0) + n;
  return sum;
}
