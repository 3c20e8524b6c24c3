import type { Json } from "corrigenda/json";
import { keyedRng } from "corrigenda/rng";
import { sentences } from "corrigenda/text";
import { z } from "zod";
import type { Mention, PageRow } from "./records.ts";
import { CONTEXTS, SPECIFICITIES } from "./schemas.ts";

const maybe = z.string().nullable();
const place = z.number().int().nonnegative().nullable();

/** A mention that the model reports, without its verdict: people decide for themselves. */
export const Proposed = z.strictObject({
  id: z.string(),
  raw_name: z.string(),
  mentioned_in: z.string(),
  /** In the page's text; null where the name does not stand there. */
  start: place,
  end: place,
});
export type Proposed = z.infer<typeof Proposed>;

/** A page to be read by people: a line of pages.jsonl of an export. */
export const AnnotationPage = z.strictObject({
  document: z.string(),
  page: z.number().int().positive(),
  text: z.string(),
  proposed: z.array(Proposed),
});
export type AnnotationPage = z.infer<typeof AnnotationPage>;

/** Fields that people fill in, beside whether it is a data set. */
export const MARK_FIELDS = ["specificity", "context", "harmonized_name", "acronym", "producer", "year"] as const;
export type MarkField = (typeof MARK_FIELDS)[number];

/** What a person says of one mention; `item` is null for one that only people saw. */
export const Mark = z.strictObject({
  item: maybe,
  raw_name: z.string(),
  mentioned_in: z.string(),
  start: place,
  end: place,
  /** Null: not decided. */
  valid: z.boolean().nullable(),
  specificity: z.enum(SPECIFICITIES).nullable(),
  context: z.enum(CONTEXTS).nullable(),
  harmonized_name: maybe,
  acronym: maybe,
  producer: maybe,
  year: maybe,
  comment: maybe,
});
export type Mark = z.infer<typeof Mark>;

/** What a person says of one page; a page that was passed over is not in the list. */
export interface MarkedPage {
  readonly annotator: string;
  readonly document: string;
  readonly page: number;
  readonly marks: readonly Mark[];
}

/** Marks without anything in their fields. */
export const NOTHING_SAID = {
  ...{ valid: null, specificity: null, context: null, harmonized_name: null, acronym: null, producer: null },
  ...{ year: null, comment: null },
} as const;

export interface ExportOptions {
  /** How many pages on which nothing was found are read as well: they show what was missed. */
  readonly empty: number;
  readonly seed: number;
}

/** The pages that people are to read: all with a mention, and some of the others, drawn by the seed. */
export async function annotationPages(
  pages: AsyncIterable<PageRow>,
  mentions: AsyncIterable<Mention>,
  { empty, seed }: ExportOptions,
): Promise<AnnotationPage[]> {
  const proposed = new Map<string, Mention[]>();
  for await (const mention of mentions) {
    const key = `${mention.document}#${mention.page}`;
    proposed.set(key, [...(proposed.get(key) ?? []), mention]);
  }
  const all: AnnotationPage[] = [];
  for await (const { document, page, text } of pages) {
    if (text.trim() === "") continue;
    const own = proposed.get(`${document}#${page}`) ?? [];
    all.push({ document, page, text, proposed: own.map((mention) => proposedOf(mention, text)) });
  }
  const bare = all.filter((page) => page.proposed.length === 0);
  const drawn = new Set(keyedRng(seed, "annotation").shuffle(bare).slice(0, empty));
  return all.filter((page) => page.proposed.length > 0 || drawn.has(page));
}

function proposedOf({ id, raw_name, mentioned_in, evidence }: Mention, text: string): Proposed {
  const span = evidence.of === "text" ? (evidence.name ?? evidence.sentence) : null;
  const at = span === null ? text.indexOf(raw_name) : span.start;
  const end = span === null ? at + raw_name.length : span.end;
  return { id, raw_name, mentioned_in, ...(at < 0 ? { start: null, end: null } : { start: at, end }) };
}

/** The sentences that a stretch of a page touches. */
export function sentencesAround(text: string, start: number, end: number): string {
  const touched = sentences(text).filter((one) => one.start < end && start < one.end);
  const [first, last] = [touched[0], touched.at(-1)];
  return first && last ? text.slice(first.start, last.end) : text.slice(start, end);
}

/** One of the words allowed, or null. */
export function oneOf<T extends string>(words: readonly T[], said: Json | undefined): T | null {
  return words.find((word) => word === said) ?? null;
}
