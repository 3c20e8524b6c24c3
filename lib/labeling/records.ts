import { z } from "zod";
import { CONTEXTS, RELEVANCES, SPECIFICITIES } from "./schemas.ts";

const text = z.string();
const maybe = z.string().nullable();
const count = z.number().int().nonnegative();

/** x, y, width and height in points from the page's upper left corner. */
export const Box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export type Box = z.infer<typeof Box>;

/** A document of the input folder: a line of text/documents.jsonl. */
export const DocumentRow = z.strictObject({
  /** As in files and custom_ids. */
  document: text,
  /** As the file or its `source` field has it. */
  name: text,
  file: text,
  kind: z.enum(["pdf", "json"]),
  pages: count,
  /** Pages that the prefilter left. */
  kept: count,
  state: z.enum(["read", "failed"]),
  /** Why a failed one has no pages; or what is odd about one that was read. */
  reason: maybe,
});
export type DocumentRow = z.infer<typeof DocumentRow>;

/** A page: a line of text/pages.jsonl. */
export const PageRow = z.strictObject({
  document: text,
  name: text,
  /** From 1. */
  page: z.number().int().positive(),
  /** Points; null where the page came as text. */
  width: z.number().nullable(),
  height: z.number().nullable(),
  /** What is asked about. */
  text,
  /** As it came. */
  raw: text,
  /** Places of `text` on the page: [start, end, x, y, width, height]; none where the page came as text. */
  spans: z.array(z.tuple([count, count, z.number(), z.number(), z.number(), z.number()])),
  prefilter: z.strictObject({ name: text, keep: z.boolean(), score: z.number(), cues: z.array(text) }),
});
export type PageRow = z.infer<typeof PageRow>;

/** What a stage says of a data set; a stage that does not know a field has null there. */
export const Fields = z.strictObject({
  harmonized_name: maybe,
  acronym: maybe,
  producer: maybe,
  year: maybe,
  data_type: maybe,
  context: z.enum(CONTEXTS).nullable(),
  specificity: z.enum(SPECIFICITIES).nullable(),
  relevance: z.enum(RELEVANCES).nullable(),
});
export type Fields = z.infer<typeof Fields>;

/** How a stage left a mention. "left out": asked about, but the reply does not speak of it. */
export const Verdict = z.strictObject({
  state: z.enum(["answered", "left out", "failed", "not asked"]),
  valid: z.boolean().nullable(),
  /** Why it is invalid; or why there is no verdict. */
  reason: maybe,
  note: maybe,
  fields: Fields.nullable(),
  /** Fields in which it differs from the stage before, "valid" among them. */
  changed: z.array(text),
  /** Whether it turned the earlier stage's valid around. */
  overrides: z.boolean(),
  /** The case for it, the devil's advocate's included; null where none was given. */
  argument: maybe,
});
export type Verdict = z.infer<typeof Verdict>;

export const Tokens = z.strictObject({ input: count, cached: count, output: count, reasoning: count });

/** The request in which a stage was asked: its reply is shared by all mentions of that request. */
export const Asked = z.strictObject({
  custom_id: text,
  provider: text,
  /** As the service names it; null where there is no reply. */
  model: maybe,
  usd: z.number().nullable(),
  tokens: Tokens.nullable(),
  /** How many mentions were in the request. */
  mentions: count,
});
export type Asked = z.infer<typeof Asked>;

const Place = z.strictObject({ start: count, end: count });

/** Where a mention stands on its page. Places count UTF-16 units of the page's `of`. */
export const Evidence = z.strictObject({
  /** Whether the quote that the model gave stands on the page. */
  state: z.enum(["found", "not found"]),
  /** Which of the page's texts places count in. */
  of: z.enum(["text", "raw"]),
  quote: Place.nullable(),
  match: z.enum(["exact", "tolerant"]).nullable(),
  /** The name; it may stand on the page although the quote does not. */
  name: Place.nullable(),
  /** The sentence that mentions it. */
  sentence: Place.nullable(),
  boxes: z.strictObject({ name: z.array(Box), sentence: z.array(Box) }),
});
export type Evidence = z.infer<typeof Evidence>;

/** A data set mentioned on a page: a line of mentions.jsonl of each stage that collects. */
export const Mention = z.strictObject({
  /** `<document>#<page>.<n>`, n from 1 in the order of the extraction's reply. */
  id: text,
  document: text,
  name: text,
  page: z.number().int().positive(),
  /** Number of its group of sentences on the page, from 1. */
  group: z.number().int().positive(),
  /** The sentences of its group; the model's quote where that does not stand on the page. */
  mentioned_in: text,
  raw_name: text,
  /** The sentence that mentions it; null where there is none. */
  sent: maybe,
  /** What the model quoted. */
  quoted: maybe,
  evidence: Evidence,
  /** What the page's reply said of the page as a whole. */
  dataset_used: z.boolean(),
  /** As the last stage that spoke left them. */
  ...Fields.shape,
  /** As the last stage that spoke left it; null: undecided. */
  valid: z.boolean().nullable(),
  verdicts: z.strictObject({
    extraction: Verdict,
    judge: Verdict.optional(),
    reasoning: Verdict.optional(),
  }),
  asked: z.strictObject({ extraction: Asked, judge: Asked.optional(), reasoning: Asked.optional() }),
});
export type Mention = z.infer<typeof Mention>;
