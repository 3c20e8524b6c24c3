import type { MaskClass } from "./mask-classes.ts";
import type { Spans } from "./mask-hierarchical.ts";
import { type Chance, sampleOf } from "./random-chance.ts";

/** What makes an example acceptable, and how often another is tried. */
export interface MaskLimits {
  readonly examples: number;
  /** Tries for each example; after the last it is dropped. */
  readonly tries: number;
  readonly minSpans?: number | undefined;
  /** More spans are sampled down to as many. */
  readonly maxSpans?: number | undefined;
  readonly unique: boolean;
}

/** The source's defaults. */
export const SOURCE_LIMITS: MaskLimits = { examples: 16, tries: 16, unique: true };

/** A document and its examples. */
export interface MaskedDocument {
  readonly text: string;
  /** Spans of each example, in the order of the document, without overlap. */
  readonly examples: readonly Spans[];
}

/** Why masks were not taken, and why examples were dropped after the last try. */
export interface MaskTally {
  readonly retries: Map<string, number>;
  readonly dropped: Map<string, number>;
}

/**
 * Masks a document again and again. The mask without any span is a mask too, taken once. Spans that were sampled down
 * are put back into the order of the document: the source leaves them as drawn and then pairs answers with wrong gaps.
 */
export function maskDocument(
  text: string,
  mask: MaskClass,
  chance: Chance,
  limits: MaskLimits,
  tally: MaskTally,
): MaskedDocument {
  const draw = mask.open(text);
  const examples: Spans[] = [];
  const taken = new Set<string>();
  for (let wanted = 0; wanted < limits.examples; wanted++) {
    let [spans, problem]: [Spans | undefined, string] = [undefined, "no try was allowed"];
    for (let tries = 0; tries < limits.tries && spans === undefined; tries++) {
      const drawn = sampledDown(draw(chance), limits.maxSpans, chance);
      const key = limits.unique ? drawn.join() : "";
      const why = problemOf(drawn, text.length, limits) ?? (limits.unique && taken.has(key) ? NOT_UNIQUE : undefined);
      if (why === undefined) {
        spans = drawn;
        if (limits.unique) taken.add(key);
      } else {
        problem = why;
        count(tally.retries, why);
      }
    }
    if (spans) examples.push(spans);
    else count(tally.dropped, problem);
  }
  return { text, examples };
}

const NOT_UNIQUE = "Mask is not unique";

/** The first rule that a mask breaks, in the source's words. @param spans in the order of the document */
export function problemOf(
  spans: Spans,
  length: number,
  { minSpans, maxSpans }: Pick<MaskLimits, "minSpans" | "maxSpans"> = {},
): string | undefined {
  const found = spans.length / 3;
  if (minSpans !== undefined && found < minSpans) return "Too few spans";
  if (maxSpans !== undefined && found > maxSpans) return "Too many spans";
  let [end, overlap] = [0, false];
  for (let at = 0; at < spans.length; at += 3) {
    const [start = 0, size = 0] = [spans[at + 1], spans[at + 2]];
    if (start < 0 || size <= 0 || start + size > length) return "Masked span boundaries are invalid";
    if (start < end) overlap = true;
    end = start + size;
  }
  return overlap ? "Masked spans overlap" : undefined;
}

function sampledDown(spans: readonly number[], most: number | undefined, chance: Chance): Spans {
  if (most === undefined || spans.length / 3 <= most) return spans;
  const all = Array.from({ length: spans.length / 3 }, (_, span) => span);
  return sampleOf(all, most, chance)
    .sort((a, b) => a - b)
    .flatMap((span) => spans.slice(3 * span, 3 * span + 3));
}

export function count(counts: Map<string, number>, key: string, more = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}
