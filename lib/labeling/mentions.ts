import type { locate } from "corrigenda/pdf";
import type { Span } from "corrigenda/text";
import { consolidate, type Placed } from "./consolidate.ts";
import { tenth } from "./pdf-rows.ts";
import type { Asked, Box, Evidence, Fields, Mention, PageRow } from "./records.ts";
import type { Entry } from "./schemas.ts";

/** Finds the boxes of a stretch of a page: corrigenda/pdf's. */
export type Locate = typeof locate;

/** What the extraction said of a page. */
export interface ExtractedPage {
  readonly dataset_used: boolean;
  readonly entries: readonly Entry[];
  readonly asked: Asked;
}

/** The text of a page in which evidence is looked for: that with places where there is one, else as it came. */
export function groundOf({ spans, text, raw }: PageRow): { readonly of: Evidence["of"]; readonly text: string } {
  return spans.length > 0 || raw === "" ? { of: "text", text } : { of: "raw", text: raw };
}

/** The mentions of a page, in the order of its groups; every entry once. */
export function pageMentions(
  page: PageRow,
  { dataset_used, entries, asked }: ExtractedPage,
  locate: Locate,
): Mention[] {
  const boxes = boxFinder(page, locate);
  const ground = groundOf(page);
  const numbers = new Map(entries.map((entry, at) => [entry, at + 1]));
  return consolidate(ground.text, entries).flatMap(({ mentioned_in, datasets }, at) =>
    datasets.map((placed): Mention => {
      const { entry, sentence } = placed;
      const fields = fieldsOf(entry);
      return {
        id: `${page.document}#${page.page}.${numbers.get(entry)}`,
        document: page.document,
        name: page.name,
        page: page.page,
        group: at + 1,
        mentioned_in,
        raw_name: entry.raw_name,
        sent: sentence ? ground.text.slice(sentence.start, sentence.end) : null,
        quoted: entry.mentioned_in,
        evidence: evidenceOf(ground.of, placed, boxes),
        dataset_used,
        ...fields,
        valid: null,
        verdicts: {
          extraction: {
            ...{ state: "answered", valid: null, reason: null, note: null, fields },
            ...{ changed: [], overrides: false, argument: null },
          },
        },
        asked: { extraction: asked },
      };
    }),
  );
}

function fieldsOf({ harmonized_name, acronym, producer, data_type, context, specificity, relevance }: Entry): Fields {
  return { harmonized_name, acronym, producer, year: null, data_type, context, specificity, relevance };
}

function evidenceOf(of: Evidence["of"], { quote, name, sentence }: Placed, boxes: BoxFinder): Evidence {
  const place = (span: Span | undefined) => (span ? { start: span.start, end: span.end } : null);
  return {
    state: quote ? "found" : "not found",
    of,
    quote: place(quote),
    match: quote?.match ?? null,
    name: place(name),
    sentence: place(sentence),
    boxes: { name: boxes(name), sentence: boxes(sentence) },
  };
}

type BoxFinder = (stretch: Span | undefined) => Box[];

function boxFinder({ text, spans }: PageRow, locate: Locate): BoxFinder {
  const placed = spans.map(([start, end, x, y, width, height]) => ({ start, end, box: { x, y, width, height } }));
  return (stretch) => {
    if (!stretch) return [];
    const found = locate({ text, spans: placed }, stretch.start, stretch.end);
    return found.map(({ x, y, width, height }): Box => [tenth(x), tenth(y), tenth(width), tenth(height)]);
  };
}
