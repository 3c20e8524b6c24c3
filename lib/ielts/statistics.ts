import { CODES } from "./criteria.ts";
import type { Evidence } from "./evidence.ts";
import type { Example } from "./example.ts";
import type { Finished, Rejected } from "./tables.ts";

/** What happened to the rows, as metadata.json says it. */
export interface Statistics {
  /** Rows by overall band, as loaded and as kept. */
  readonly bands_loaded: Readonly<Record<string, number>>;
  readonly bands_kept: Readonly<Record<string, number>>;
  /** Where the overall band came from: band, below 4, unreadable, missing, criteria. */
  readonly overall_from: Readonly<Record<string, number>>;
  /** Criterion bands that the evaluation named, and those of them that moved to agree with the overall band. */
  readonly criteria: { readonly named: number; readonly moved: number; readonly drawn: number };
  readonly per_criterion: Readonly<
    Record<string, { mean_band: number; quotes: number; errors: number; suggestions: number }>
  >;
  /** Quotes and spans put right, and those left out; error types mapped to the five; criteria asked a second time. */
  readonly mended: { folded: number; aligned: number; lost: number; types: number; asked_again: number };
  readonly rejected: Readonly<Record<string, number>>;
}

/** Counts as rows pass by. */
export function statistics(): {
  reject(rejected: Rejected): void;
  add(finished: Finished): void;
  result(): Statistics;
} {
  const loaded = new Map<string, number>();
  const kept = new Map<string, number>();
  const from = new Map<string, number>();
  const reasons = new Map<string, number>();
  const criteria = { named: 0, moved: 0, drawn: 0 };
  const per = CODES.map(() => ({ bands: 0, quotes: 0, errors: 0, suggestions: 0 }));
  const mended = { folded: 0, aligned: 0, lost: 0, types: 0, asked_again: 0 };
  const keep = (example: Example, evidence: readonly Evidence[]): void => {
    one(kept, example.overall.toFixed(1));
    for (const [place, { quotes, errors, suggestions, mended: by }] of evidence.entries()) {
      const sum = per[place];
      if (sum === undefined) continue;
      sum.bands += example.bands[place] ?? 0;
      sum.quotes += quotes.length;
      sum.errors += errors.length;
      sum.suggestions += suggestions.length;
      for (const key of ["folded", "aligned", "lost", "types"] as const) mended[key] += by[key];
    }
  };
  return {
    reject: ({ reason }) => one(reasons, reason),
    add: (finished) => {
      const { example } = finished;
      one(loaded, example.overall.toFixed(1));
      one(from, example.overallFrom);
      criteria.named += example.named;
      criteria.moved += example.moved;
      criteria.drawn += 4 - example.named;
      if (!finished.ok) return one(reasons, finished.rejected.reason);
      mended.asked_again += finished.asked;
      keep(example, finished.evidence);
    },
    result: () => {
      const count = [...kept.values()].reduce((sum, value) => sum + value, 0);
      const means = per.map(({ bands, ...sums }, place): [string, Statistics["per_criterion"][string]] => [
        CODES[place] ?? "",
        { mean_band: count === 0 ? 0 : Math.round((bands / count) * 1_000) / 1_000, ...sums },
      ]);
      return {
        ...{ bands_loaded: sorted(loaded), bands_kept: sorted(kept), overall_from: sorted(from), criteria },
        ...{ per_criterion: Object.fromEntries(means), mended, rejected: sorted(reasons) },
      };
    },
  };
}

function one(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
