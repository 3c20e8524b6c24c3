/** A scoring for tests: the last number of a text is its answer. */
export const lastNumber = {
  extract: (text: string): string | undefined => text.match(/-?\d+(?:\.\d+)?/g)?.at(-1),
  same: (a: string, b: string): boolean => Number(a) === Number(b),
};

/** The whole text is the answer. */
export const wholeText = {
  extract: (text: string): string | undefined => text.trim() || undefined,
  same: (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase(),
};
