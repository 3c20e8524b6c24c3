/** A range of a text, in UTF-16 units. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

// After these a sentence goes on, though the Unicode rules (UAX #29) end it.
const ABBREVIATION = /(?:^|[\s(“"'])(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|No|e\.g|i\.e)\.\s+$/;

/** The sentences of a text: ranges that tile it, each with the white space that follows it. */
export function sentencesOf(text: string): Range[] {
  const sentences: Range[] = [];
  let open: number | undefined;
  for (const { segment, index } of new Intl.Segmenter("en", { granularity: "sentence" }).segment(text)) {
    const start: number = open ?? index;
    const end = index + segment.length;
    const goesOn = end < text.length && (segment.trim() === "" || ABBREVIATION.test(segment));
    open = goesOn ? start : undefined;
    if (open === undefined) sentences.push({ start, end });
  }
  return sentences;
}
