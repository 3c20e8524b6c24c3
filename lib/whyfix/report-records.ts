import { hasAnswer, type StructuredRecord } from "./record.ts";
import { type Summary, wordCount } from "./summary.ts";

/** What the report keeps of a run's records: bounded, however long the run. */
export interface PickedRecords {
  /** Records of the first learner errors in all cells, by learner error. */
  readonly shown: readonly StructuredRecord[];
  /** Failed records, the first ones. */
  readonly failures: readonly StructuredRecord[];
  readonly total: number;
  readonly totalFailed: number;
  /** Models that answered, as the service names them. */
  readonly returned: readonly string[];
  /** Lengths of explanation_en by method and output length. */
  readonly words: readonly WordSpread[];
}

/** How long the explanations of one method and output length are, in words. */
export interface WordSpread {
  readonly method: string;
  readonly length: string;
  readonly n: number;
  readonly mean: number;
  /** Quantiles by linear interpolation (Hyndman & Fan 1996, type 7). */
  readonly p5: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly p95: number;
}

/** How many records a page holds in full. */
export const PAGE_LIMITS = { shown: 2_000, failures: 500 };

/**
 * Reads all records once and keeps those that a page shows. As many learner errors are kept as fit with all their
 * cells, because methods are compared on the same error.
 */
export async function pickRecords(
  { cells }: Pick<Summary, "cells">,
  records: AsyncIterable<StructuredRecord> | Iterable<StructuredRecord>,
  limits: typeof PAGE_LIMITS = PAGE_LIMITS,
): Promise<PickedRecords> {
  const errors = Math.max(1, Math.floor(limits.shown / Math.max(1, cells.length)));
  const byError = new Map<string, StructuredRecord[]>();
  const failures: StructuredRecord[] = [];
  const returned = new Set<string>();
  const lengths = new Map<string, Map<number, number>>();
  let [total, totalFailed, kept] = [0, 0, 0];
  for await (const record of records) {
    total += 1;
    if (record.returned_model !== null) returned.add(record.returned_model);
    if (!hasAnswer(record)) {
      totalFailed += 1;
      if (failures.length < limits.failures) failures.push(record);
    }
    countWords(lengths, record);
    const error = JSON.stringify([record.dataset, record.data_index ?? record.original_custom_id]);
    const group = byError.get(error) ?? (byError.size < errors ? [] : undefined);
    if (group === undefined || kept >= limits.shown) continue;
    byError.set(error, group);
    group.push(record);
    kept += 1;
  }
  const words = [...lengths].map(([key, counts]) => spread(key, counts));
  return { shown: [...byError.values()].flat(), failures, total, totalFailed, returned: [...returned].sort(), words };
}

/** Words of a record's explanation; undefined where nothing was explained. */
export function explanationWords({ content_payload: { explanation_en: text } }: StructuredRecord): number | undefined {
  return typeof text === "string" ? wordCount(text) : undefined;
}

function countWords(lengths: Map<string, Map<number, number>>, record: StructuredRecord): void {
  const words = explanationWords(record);
  if (words === undefined) return;
  const key = JSON.stringify([record.method ?? "unknown", record.output_length ?? "unknown"]);
  const counts = lengths.get(key) ?? new Map<number, number>();
  lengths.set(key, counts.set(words, (counts.get(words) ?? 0) + 1));
}

function spread(key: string, counts: ReadonlyMap<number, number>): WordSpread {
  const [method, length] = JSON.parse(key) as [string, string];
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const n = sorted.reduce((sum, [, times]) => sum + times, 0);
  const mean = sorted.reduce((sum, [words, times]) => sum + words * times, 0) / n;
  const [p5, q1, median, q3, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => quantile(sorted, n, share)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { method, length, n, mean, p5, q1, median, q3, p95 };
}

/** @param sorted [value, how often], ascending */
function quantile(sorted: readonly (readonly [number, number])[], n: number, share: number): number {
  const place = share * (n - 1);
  const low = valueAt(sorted, Math.floor(place));
  return low + (place - Math.floor(place)) * (valueAt(sorted, Math.ceil(place)) - low);
}

function valueAt(sorted: readonly (readonly [number, number])[], index: number): number {
  let before = 0;
  for (const [value, times] of sorted) {
    before += times;
    if (index < before) return value;
  }
  return Number.NaN;
}
