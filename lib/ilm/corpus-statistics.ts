import type { Documents } from "./corpus-sample.ts";
import type { Survey } from "./corpus-survey.ts";
import { count } from "./mask-document.ts";

/** How often each value occurs. */
export type Distribution = readonly { readonly name: string; readonly count: number; readonly share: number }[];

/** Lengths of texts in code points. */
export interface Lengths {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly median: number;
  /** With n - 1; 0 of a single text. */
  readonly std: number;
}

export interface CorpusStatistics {
  readonly documents: number;
  readonly levels: Distribution;
  readonly l1: Distribution;
  readonly lengths: Lengths;
}

export function corpusStatistics(survey: Survey, documents: Documents): CorpusStatistics {
  const of = (values: readonly string[]): Distribution => distribution(values, documents);
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return {
    documents: documents.length,
    levels: of(survey.level).toSorted(byName),
    l1: of(survey.l1),
    lengths: lengthsOf(Float64Array.from(documents, (one) => survey.length[one] ?? 0)),
  };
}

/** Most frequent first; equal ones in the order in which they come. */
function distribution(values: readonly string[], documents: Documents): Distribution {
  const counts = new Map<string, number>();
  for (const document of documents) count(counts, values[document] ?? "");
  const rows = Array.from(counts, ([name, found]) => ({ name, count: found, share: found / documents.length }));
  return rows.sort((a, b) => b.count - a.count);
}

function lengthsOf(lengths: Float64Array): Lengths {
  const sorted = lengths.sort();
  const n = sorted.length;
  const at = (place: number): number => sorted[place] ?? 0;
  const mean = sorted.reduce((sum, length) => sum + length, 0) / n;
  const squares = sorted.reduce((sum, length) => sum + (length - mean) ** 2, 0);
  return {
    ...{ min: at(0), max: at(n - 1), mean },
    median: (at((n - 1) >> 1) + at(n >> 1)) / 2,
    std: n < 2 ? 0 : Math.sqrt(squares / (n - 1)),
  };
}

/** As the source prints them. */
export function statisticsLines({ levels, l1, lengths }: CorpusStatistics): string[] {
  const rows = (of: Distribution): string[] =>
    of.map(
      ({ name, count, share }) =>
        `  ${name || "(none)"}: ${count.toLocaleString("en-US")} (${(share * 100).toFixed(1)} %)`,
    );
  const { min, max, mean, median, std } = lengths;
  const figures = { Min: min, Max: max, Mean: mean, Median: median, "Std Dev": std };
  return [
    ...["CEFR level distribution:", ...rows(levels)],
    ...["L1 distribution:", ...rows(l1)],
    ...[
      "Text length, characters:",
      ...Object.entries(figures).map(([name, value]) => `  ${name}: ${value.toFixed(0)}`),
    ],
  ];
}
