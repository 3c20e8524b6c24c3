import type { Named } from "./finds.ts";

/** Small words that may stand inside a name. */
const NAME =
  /(?<![\p{L}\d])(?:\p{Lu}[\p{L}'’-]+\s+(?:(?:of|on|and|for|the|in)\s+){0,2}){1,7}(?:Survey|Study|Census|Panel|Cohort|Registry|Register|Database|Dataset|Archive)s?(?!\p{L})(?:\s+\((\p{Lu}[\p{Lu}\d-]{1,9})\))?/gu;
const WITH_NOUN = /(?<![\p{L}\d(])(\p{Lu}[\p{Lu}\d-]{2,9})\s+(?:data|survey|study|database|dataset)s?(?!\p{L})/gu;

/**
 * What a plain lexical reader takes for data sets on a page: capitalised words that end in "Survey", "Census", "Registry" and
 * the like, and acronyms before "data", "survey" or "study". It knows no context: the number that a model has to beat.
 */
export function baselineNames(text: string): Named[] {
  const found = [...text.matchAll(NAME), ...text.matchAll(WITH_NOUN)].map(([whole, acronym]): Named => {
    const name = whole.replace(/\s+/g, " ").replace(/^(?:The|A|An|In|Our|This)\s+/, "");
    return { name, aliases: acronym === undefined ? [] : [acronym] };
  });
  return found;
}
