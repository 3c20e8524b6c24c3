const TOKEN = /[\p{L}\p{N}\p{M}]+(?:['’\-.][\p{L}\p{N}\p{M}]+)*|[^\s\p{L}\p{N}\p{M}]/gu;

/** Words and marks of a text: "don't" and "well-known" are one token each, every other mark is one of its own. */
export function tokens(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

/** How often each n-gram occurs. Tokens hold no NUL, which joins them. */
export function ngrams(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + n <= words.length; at++) {
    const gram = n === 1 ? (words[at] as string) : words.slice(at, at + n).join("\0");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** Number of n-grams that two counts share, each as often as the rarer of the two. */
export function shared(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const [gram, count] of a) total += Math.min(count, b.get(gram) ?? 0);
  return total;
}
