import { StudyError } from "corrigenda/error";
import { type Json, parseJson } from "corrigenda/json";
import type { ModelReply } from "corrigenda/provider";
import { z } from "zod";
import { aligner, type Passage } from "./align.ts";
import { ERROR_TYPES } from "./criteria.ts";
import { errorType } from "./error-types.ts";

export { errorType } from "./error-types.ts";

/** What a reply had to have mended, for the statistics. */
export const Mended = z.strictObject({
  /** Quotes and spans found but for case, space or quotation marks; within a few edits; not at all. */
  folded: z.number().int(),
  aligned: z.number().int(),
  lost: z.number().int(),
  /** Error types that were none of the five. */
  types: z.number().int(),
});
export type Mended = z.infer<typeof Mended>;

/** What backs a criterion's band: every quote and span is in the essay, character by character. */
export const Evidence = z.strictObject({
  quotes: z.array(z.string()),
  errors: z.array(z.strictObject({ span: z.string(), type: z.enum(ERROR_TYPES), fix: z.string() })),
  suggestions: z.array(z.string()),
  mended: Mended,
});
export type Evidence = z.infer<typeof Evidence>;

/** Why a reply is no evidence. */
export type EvidenceFault =
  | "refusal"
  | "cut off"
  | "no text"
  | "not JSON"
  | "missing field"
  | "no quote in the essay"
  | "no suggestion";

const MOST = { quotes: 3, errors: 10, suggestions: 3 } as const;
const MOST_CHARS = 1_000;

const Texts = z.array(z.string());
const Answer = z.object({
  evidence_quotes: Texts,
  errors: z.array(z.object({ span: z.string(), type: z.string().catch("other"), fix: z.string() })).catch([]),
  suggestions: Texts,
});

/** Reads a reply against its essay. Throws StudyError "reply" with `facts.reason`, an EvidenceFault. */
export function readEvidence(reply: Pick<ModelReply, "text" | "finish">, essay: string, id: string): Evidence {
  const answer = answerOf(reply, id);
  const find = aligner(essay).find;
  const mended = { folded: 0, aligned: 0, lost: 0, types: 0 };
  const place = (quote: string): string | undefined => {
    const passage = find(quote);
    count(mended, passage);
    return passage?.text;
  };
  const quotes = unique(answer.evidence_quotes.flatMap((quote) => place(quote) ?? [])).slice(0, MOST.quotes);
  if (quotes.length === 0)
    throw fault(id, "no quote in the essay", `none of ${answer.evidence_quotes.length} quotes stands in the essay`);
  const suggestions = unique(answer.suggestions.flatMap((one) => fitting(one) ?? [])).slice(0, MOST.suggestions);
  if (suggestions.length === 0) throw fault(id, "no suggestion", "the reply has no suggestion");
  const errors = answer.errors.flatMap(({ span, type, fix: given }) => {
    const fix = fitting(given);
    const text = fix === undefined ? undefined : place(span);
    if (text === undefined || fix === undefined || text === fix) return [];
    const mapped = errorType(type);
    if (mapped !== type) mended.types += 1;
    return [{ span: text, type: mapped, fix }];
  });
  return { quotes, errors: errors.slice(0, MOST.errors), suggestions, mended };
}

function answerOf({ text, finish }: Pick<ModelReply, "text" | "finish">, id: string): z.infer<typeof Answer> {
  if (finish === "refusal") throw fault(id, "refusal", "the model refused to answer");
  if (finish === "length") throw fault(id, "cut off", "the reply was cut off at the output limit");
  if (text.trim() === "") throw fault(id, "no text", "the reply has no text");
  const json: Json | undefined = parseJson(unfenced(text));
  if (json === undefined) throw fault(id, "not JSON", `the reply (${text.length} characters) is not JSON`);
  const read = Answer.safeParse(json);
  if (read.success) return read.data;
  const at = read.error.issues[0]?.path.join(".") || "object";
  throw fault(id, "missing field", `the reply's ${at} is missing or of another kind`);
}

function count(mended: { folded: number; aligned: number; lost: number }, passage: Passage | undefined): void {
  if (passage === undefined) mended.lost += 1;
  else if (passage.match !== "exact") mended[passage.match] += 1;
}

/** A text of 1 to 1,000 characters, or nothing. */
function fitting(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === "" || trimmed.length > MOST_CHARS ? undefined : trimmed;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Models without strict output like to put JSON in a code fence. */
function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
}

function fault(id: string, reason: EvidenceFault, what: string): StudyError {
  return new StudyError("reply", `${id}: ${what}`, { facts: { id, reason } });
}
