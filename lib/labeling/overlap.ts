const WORD = /[\p{L}\p{N}]+/gu;

/** How often each word stands in a text, in small letters. */
export function wordCounts(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(WORD)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Share of the wanted words that are there, each as often; 0 where nothing is wanted. */
export function overlap(wanted: ReadonlyMap<string, number>, there: ReadonlyMap<string, number>): number {
  let [all, hits] = [0, 0];
  for (const [word, times] of wanted) {
    all += times;
    hits += Math.min(times, there.get(word) ?? 0);
  }
  return all === 0 ? 0 : hits / all;
}
