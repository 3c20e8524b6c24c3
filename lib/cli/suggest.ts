/** The known word nearest to a mistyped one, or undefined where none is near (more than a third of it to change). */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const changes = edits(word.toLowerCase(), candidate.toLowerCase());
    if (changes < least) [best, least] = [candidate, changes];
  }
  return best;
}

/** '; did you mean "x"?', or nothing. */
export function didYouMean(word: string, known: readonly string[], prefix = ""): string {
  const near = nearest(word, known);
  return near === undefined ? "" : `; did you mean ${prefix}${near}?`;
}

/** Restricted Damerau-Levenshtein distance: a swap of neighbours is one edit. */
function edits(a: string, b: string): number {
  let [before, previous] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const steps = [change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1];
      row.push(Math.min(...steps, ...(swap ? [(before[j - 2] ?? 0) + 1] : [])));
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length] ?? 0;
}
