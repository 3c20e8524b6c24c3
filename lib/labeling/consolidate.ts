import { quoteFinder, type Span, sentences } from "corrigenda/text";
import { overlap, wordCounts } from "./overlap.ts";
import type { Entry } from "./schemas.ts";

/** A data set as the extraction gave it, and where it stands. */
export interface Placed {
  readonly entry: Entry;
  /** The model's quote. */
  readonly quote: (Span & { readonly match: "exact" | "tolerant" }) | undefined;
  readonly name: Span | undefined;
  /** The sentence that mentions it. */
  readonly sentence: Span | undefined;
}

/** Neighbouring sentences of a page with the data sets they mention. */
export interface Group {
  /** On the page; undefined for quotes that have no place there. */
  readonly span: Span | undefined;
  readonly mentioned_in: string;
  readonly datasets: readonly Placed[];
}

/** Share of a quote's words that a sentence must have to stand for it where neither quote nor name is found. */
const ENOUGH_OVERLAP = 0.6;

/**
 * Puts the data sets of a page into groups of sentences: each brings its sentence and the two around it; what touches
 * becomes one group. Every data set comes out in exactly one group, also on a page of one sentence, also where its quote
 * stands nowhere. Groups are in the page's order, those without a place last.
 */
export function consolidate(text: string, entries: readonly Entry[]): Group[] {
  const all = sentences(text);
  const locate = locator(text, all);
  const placed = entries.map((entry) => ({ placed: locate(entry), entry }));
  const windows = placed.flatMap(({ placed: { sentence } }) => {
    const at = sentence === undefined ? -1 : all.indexOf(sentence);
    return at < 0 ? [] : [{ from: Math.max(0, at - 1), to: Math.min(all.length - 1, at + 1) }];
  });
  const parts = merged(windows).map(({ from, to }) => ({ start: all[from]?.start ?? 0, end: all[to]?.end ?? 0 }));
  const groups = parts.map((span) => ({
    span,
    mentioned_in: text.slice(span.start, span.end),
    datasets: placed
      .filter(({ placed: { sentence } }) => sentence && span.start <= sentence.start && sentence.end <= span.end)
      .map((one) => one.placed),
  }));
  return [...groups, ...homeless(placed.map((one) => one.placed).filter(({ sentence }) => sentence === undefined))];
}

/** Ranges of sentence numbers that share a sentence become one. */
function merged(windows: readonly { readonly from: number; readonly to: number }[]): { from: number; to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of [...windows].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const last = joined.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}

/** What has no place on the page, by the model's own quote. */
function homeless(rest: readonly Placed[]): Group[] {
  const quotes = [...new Set(rest.map(({ entry }) => entry.mentioned_in ?? entry.raw_name))];
  return quotes.map((quote) => ({
    span: undefined,
    mentioned_in: quote,
    datasets: rest.filter(({ entry }) => (entry.mentioned_in ?? entry.raw_name) === quote),
  }));
}

/** Finds quote, name and sentence of an entry on a page. */
function locator(text: string, all: readonly Span[]): (entry: Entry) => Placed {
  const finder = quoteFinder(text);
  const within = (span: Span): readonly Span[] => all.filter(({ start, end }) => start < span.end && span.start < end);
  const best = (candidates: readonly Span[], wanted: string): Span | undefined => {
    const words = wordCounts(wanted);
    let [found, most]: [Span | undefined, number] = [undefined, -1];
    for (const span of candidates) {
      const score = overlap(words, wordCounts(text.slice(span.start, span.end)));
      if (score > most) [found, most] = [span, score];
    }
    return found;
  };
  return (entry) => {
    const quoted = entry.mentioned_in ?? "";
    const quote = finder.find(quoted);
    const everywhere = named(finder, all, entry.raw_name);
    const inQuote = quote && everywhere.find(({ start, end }) => quote.start <= start && end <= quote.end);
    const sentenceOf = (name: Span): Span | undefined => within(name)[0];
    if (inQuote) return { entry, quote, name: inQuote, sentence: sentenceOf(inQuote) };
    if (quote) return { entry, quote, name: undefined, sentence: best(within(quote), entry.raw_name) };
    // The quote is not on the page: the sentence most like it among those that have the name, else none but a very similar one.
    const holding = everywhere.flatMap((name) => sentenceOf(name) ?? []);
    const similar = best(holding.length > 0 ? holding : all, quoted);
    const name = everywhere.find((span) => sentenceOf(span) === similar);
    if (name) return { entry, quote, name, sentence: similar };
    const near = similar && overlap(wordCounts(quoted), wordCounts(text.slice(similar.start, similar.end)));
    return { entry, quote, name: undefined, sentence: (near ?? 0) >= ENOUGH_OVERLAP ? similar : undefined };
  };
}

/** Every place of a name. */
function named(finder: ReturnType<typeof quoteFinder>, all: readonly Span[], name: string): Span[] {
  const places: Span[] = [];
  const end = all.at(-1)?.end ?? 0;
  for (let from = 0; from < end; ) {
    const found = finder.find(name, { start: from, end });
    if (!found) break;
    places.push({ start: found.start, end: found.end });
    from = found.end;
  }
  return places;
}
