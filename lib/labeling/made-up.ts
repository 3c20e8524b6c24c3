import type { PaperParts } from "./paper-parts.ts";
import type { Asked, DocumentRow, Evidence, Fields, Mention, PageRow, Verdict } from "./records.ts";

const FILLER = "Wages fell in most regions, and the price of bread rose by a third within four years. ";
const MENTIONS = 3;

/** A paper of ten pages with three mentions on each, a third of them not valid: for benches and tests. */
export function madeUpPaper(at: number): PaperParts {
  const base = { document: `paper-${at}`, name: `The price of bread, part ${at}` };
  const names = Array.from({ length: MENTIONS }, (_, n) => `${1991 + n} Bread Price Survey of Region ${at % 40}`);
  const text = `${FILLER.repeat(28)}${names.map((name) => `We use the ${name}. ${FILLER.repeat(3)}`).join("")}`;
  const prefilter = { name: "none", keep: true, score: 0, cues: [] };
  const pages = Array.from({ length: 10 }, (_, page): PageRow => {
    return { ...base, page: page + 1, width: null, height: null, text, raw: text, spans: [], prefilter };
  });
  const mentions = pages.flatMap(({ page }) =>
    names.map((raw_name, n): Mention => {
      const start = text.indexOf(raw_name);
      const place = { ...base, page, group: n + 1, text };
      return mentionOf(place, { raw_name, start, valid: n > 0, id: `${base.document}#${page}.${n + 1}` });
    }),
  );
  const row: DocumentRow = {
    ...base,
    file: `${at}.pdf`,
    kind: "pdf",
    pages: 10,
    kept: 10,
    state: "read",
    reason: null,
  };
  return { row, pages, mentions, failed: [] };
}

interface Place extends Pick<Mention, "document" | "name" | "page" | "group"> {
  readonly text: string;
}

function mentionOf(
  { text, ...place }: Place,
  {
    raw_name,
    start,
    valid,
    id,
  }: { readonly raw_name: string; readonly start: number; readonly valid: boolean; readonly id: string },
): Mention {
  const fields: Fields = {
    ...{ harmonized_name: null, acronym: null, producer: null, year: null, data_type: "Survey" },
    ...{ context: "primary", specificity: "properly_named", relevance: "directly_relevant" },
  };
  const name = { start, end: start + raw_name.length };
  const quote = { start: start - "We use the ".length, end: name.end + 1 };
  const sent = text.slice(quote.start, quote.end);
  const places = { quote, name, sentence: quote, boxes: { name: [], sentence: [] } };
  const evidence: Evidence = { state: "found", of: "raw", match: "exact", ...places };
  const asked: Asked = { custom_id: id, provider: "offline", model: null, usd: null, tokens: null, mentions: MENTIONS };
  const reason = valid ? null : "No body of records is meant.";
  const said = { state: "answered", note: null, fields: null, overrides: false, argument: null } as const;
  const verdict: Verdict = { ...said, changed: [], valid, reason };
  return {
    ...{ id, ...place, mentioned_in: sent, raw_name, sent, quoted: sent, dataset_used: true, ...fields, valid },
    evidence,
    verdicts: { extraction: { ...verdict, valid: null, reason: null }, judge: verdict, reasoning: verdict },
    asked: { extraction: asked, judge: asked, reasoning: asked },
  };
}
