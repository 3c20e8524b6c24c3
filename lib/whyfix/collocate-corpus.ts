import type { DataInput, NoRow, RowOrBad } from "corrigenda/dataset";
import { sha256 } from "corrigenda/json";
import {
  type Collocation,
  type CollocationRow,
  categoryOf,
  collocationOf,
  NO_CATEGORY,
  parseEntry,
} from "./collocate-entry.ts";
import { type Row, sampleSource } from "./data/index.ts";
import { linesOf } from "./data/streams.ts";

/** Where collocation rows come from, and what was left out on the way. */
export interface CorpusSource {
  readonly file: string;
  /** The declaration that holds for it. */
  readonly dataset: string;
  /** Collocation rows, most frequent first; `drop` hears of all that became none. */
  read(input: DataInput, held: ReadonlySet<string>, drop: (none: NoRow) => void): Promise<CollocationRow[]>;
}

/** A --corpus: `rows:<file>` of ready collocation rows, or corrections in any form that SAMPLE_TYPE knows. */
export function corpusSource(corpus: string): CorpusSource {
  if (corpus.startsWith("rows:")) {
    return { file: corpus.slice("rows:".length), dataset: "user", read: (input, _, drop) => readEntries(input, drop) };
  }
  const source = sampleSource(corpus, "small");
  const [{ file, dataset }] = source.candidates as readonly [(typeof source.candidates)[number]];
  return {
    ...{ file, dataset },
    read: (input, held, drop) => countCorrections(source.rows(input), held, drop),
  };
}

/** The sentences of a data set, as hashes: a corpus must not hold the answers to it. */
export function sentencesOf(rows: Iterable<Pick<Row, "editor_sentence" | "sentence_in_dataset">>): Set<string> {
  const held = new Set<string>();
  for (const row of rows) for (const hash of hashesOf(row)) held.add(hash);
  return held;
}

/** Reads ready rows, a line each. The first of those that repeat is kept. */
export async function readEntries(input: DataInput, drop: (none: NoRow) => void): Promise<CollocationRow[]> {
  const seen = new Map<string, CollocationRow>();
  for await (const { number, text } of linesOf(input)) {
    if (text.trim() === "") continue;
    const place = `${input.file}:${number}`;
    const entry = parseEntry(text, place);
    if ("ok" in entry) drop(entry);
    else {
      const key = keyOf(entry.error_component, entry.error_collocation, entry.correct_collocation);
      if (seen.has(key)) drop({ ok: false, kind: "skipped", place, reason: "repeats an earlier row" });
      else seen.set(key, entry);
    }
  }
  return sorted([...seen.values()]);
}

/** Counts corrections as they stream by: what is kept is one entry per different collocation. */
export async function countCorrections(
  rows: AsyncIterable<RowOrBad<Row>>,
  held: ReadonlySet<string>,
  drop: (none: NoRow) => void,
): Promise<CollocationRow[]> {
  const found = new Map<string, { readonly one: Collocation; freq: number }>();
  for await (const item of rows) {
    if (!item.ok) {
      drop(item);
      continue;
    }
    const { place, row } = item;
    const skip = (reason: string): void => drop({ ok: false, kind: "skipped", place, reason });
    if (hashesOf(row).some((hash) => held.has(hash))) {
      skip("its sentence is in the data set itself");
      continue;
    }
    const one = collocationOf(row);
    if (one === undefined) {
      skip("no collocation around the corrected word");
      continue;
    }
    const key = keyOf(one.component, one.error, one.correct);
    const known = found.get(key);
    if (known) known.freq += 1;
    else found.set(key, { one, freq: 1 });
  }
  return sorted(withCounts([...found.values()]));
}

interface Counted {
  readonly one: Collocation;
  readonly freq: number;
}

/** Nothing knows the category of a pivot here: all are in the one that stands for none. */
function withCounts(found: readonly Counted[]): CollocationRow[] {
  const total = (of: (one: Collocation) => string): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const { one, freq } of found) sums.set(of(one), (sums.get(of(one)) ?? 0) + freq);
    return sums;
  };
  const [errors, components] = [total(({ error }) => error), total(({ component }) => component)];
  const all = found.reduce((sum, { freq }) => sum + freq, 0);
  const pivots = new Set(found.map(({ one }) => one.pivot)).size;
  return found.map(({ one, freq }) => {
    const { component, correction, error, pivot } = one;
    const ofComponent = components.get(component) ?? 0;
    return {
      ...{ error_component: component, error_component_pos: one.pos, error_collocation: error },
      ...{ correct_collocation: one.correct, collocation_correction_freq: freq },
      component_change_freq_details: `${correction} ${freq}; other ${(errors.get(error) ?? 0) - freq}`,
      collocation_pivot_and_category_details: `${pivot} < ${NO_CATEGORY}`,
      collocation_category_accum_freq_details: `${NO_CATEGORY} ${all}`,
      collocation_category_uniq_freq_details: `${NO_CATEGORY} ${pivots}`,
      error_component_total_freq_details: `${component} ${ofComponent}`,
      error_component_total_freq_in_pivot_category_details: `${component} in ${pivot} < ${NO_CATEGORY} ${ofComponent}`,
    };
  });
}

export interface OtherCategory {
  /** "make -> take (VERB) + Test". */
  readonly component_change_category: string;
  readonly example_collocation: string;
}

const MOST_CATEGORIES = 3;

/**
 * Other categories in which the same change was made, the three with most corrections first; what has no category counts
 * nothing. @param shown the retrieved row that fits best: its category is not another one
 */
export function otherCategories(shown: CollocationRow, corpus: readonly CollocationRow[]): OtherCategory[] {
  const own = categoryOf(shown);
  const change = changeOf(shown);
  const byCategory = new Map<string, { count: number; readonly best: CollocationRow }>();
  // The corpus comes most frequent first, so a category's first row is its example.
  for (const row of corpus) {
    const category = categoryOf(row);
    if (category === own || category === NO_CATEGORY || row.error_component !== shown.error_component) continue;
    if (changeOf(row) !== change) continue;
    const known = byCategory.get(category) ?? { count: 0, best: row };
    known.count += row.collocation_correction_freq;
    byCategory.set(category, known);
  }
  const most = [...byCategory].sort(([a, x], [b, y]) => y.count - x.count || compare(a, b)).slice(0, MOST_CATEGORIES);
  return most.map(([category, { best }]) => ({
    component_change_category: `${shown.error_component} -> ${change} (${shown.error_component_pos}) + ${category}`,
    example_collocation: `${best.error_collocation} -> ${best.correct_collocation}`,
  }));
}

/** The word that took the component's place: "take 31; other 10". */
function changeOf({ component_change_freq_details: details }: CollocationRow): string {
  return /^(.*?)\s+\d+\s*(?:;|$)/.exec(details)?.[1] ?? "";
}

function hashesOf({ editor_sentence, sentence_in_dataset }: Pick<Row, "editor_sentence" | "sentence_in_dataset">) {
  return [editor_sentence, sentence_in_dataset].map((text) => sha256(text.toLowerCase().replace(/\s+/g, "")));
}

function keyOf(...parts: readonly string[]): string {
  return parts.join("\n");
}

function sorted(rows: CollocationRow[]): CollocationRow[] {
  const key = (row: CollocationRow): string =>
    keyOf(row.error_component, row.error_collocation, row.correct_collocation);
  return rows.sort((a, b) => b.collocation_correction_freq - a.collocation_correction_freq || compare(key(a), key(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
