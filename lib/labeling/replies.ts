import type { StudyError } from "corrigenda/error";
import type { Outcome } from "corrigenda/provider";
import { z } from "zod";
import { type LabelingItem, placeOf } from "./items.ts";
import { PROCESSES } from "./names.ts";
import type { LabelingAnswer } from "./parse.ts";
import { type Asked, Fields, Tokens } from "./records.ts";
import { Entry } from "./schemas.ts";

const text = z.string();
const maybe = z.string().nullable();

const ExtractionAnswer = z.strictObject({
  process: z.literal("extraction"),
  dataset_used: z.boolean(),
  entries: z.array(Entry),
  unread: z.array(z.json()),
  notes: z.array(text),
});
const VerdictAnswer = z.strictObject({
  process: z.enum(["judge", "reasoning"]),
  verdicts: z.array(z.strictObject({ id: text, valid: z.boolean(), reason: maybe, note: maybe, fields: Fields })),
  unread: z.array(z.json()),
  argument: maybe,
  notes: z.array(text),
});

/** What came of a request, answered or failed: a line of replies.jsonl. */
export const ReplyRecord = z.strictObject({
  custom_id: text,
  process: z.enum(PROCESSES),
  document: text,
  page: z.number().int().positive(),
  /** Of the sentences, where the request is about one group. */
  group: z.number().int().nullable(),
  ok: z.boolean(),
  /** Why it failed: a sentence, and one word to count by; null where it did not. */
  error: maybe,
  reason: maybe,
  provider: text,
  /** As the service names it; null where there is no reply. */
  model: maybe,
  usd: z.number().nullable(),
  tokens: Tokens.nullable(),
  /** Mentions in the request; of an extraction those in the reply. */
  mentions: z.number().int().nonnegative(),
  answer: z.discriminatedUnion("process", [ExtractionAnswer, VerdictAnswer]).nullable(),
});
export type ReplyRecord = z.infer<typeof ReplyRecord>;

export type LabelingOutcome = Outcome<LabelingItem, LabelingAnswer>;

/** The lines of replies.jsonl: one for every request, in order. @param provider who answered */
export async function* replyLines(provider: string, outcomes: AsyncIterable<LabelingOutcome>): AsyncGenerator<string> {
  for await (const outcome of outcomes) yield JSON.stringify(replyRecord(provider, outcome));
}

export function replyRecord(provider: string, outcome: LabelingOutcome): ReplyRecord {
  const { row, reply } = outcome;
  const answer = outcome.ok ? outcome.value : null;
  return {
    custom_id: outcome.id,
    process: row.process,
    ...placeOf(row),
    ok: outcome.ok,
    ...(outcome.ok ? { error: null, reason: null } : failure(outcome.error)),
    provider,
    model: reply?.model ?? null,
    usd: outcome.usd,
    tokens: reply ? tokensOf(reply.usage) : null,
    mentions:
      row.process === "extraction"
        ? ((answer as { entries?: unknown[] } | null)?.entries?.length ?? 0)
        : row.mentions.length,
    answer: answer as ReplyRecord["answer"],
  };
}

/** What the records of a request's mentions keep of it. */
export function askedOf({ custom_id, provider, model, usd, tokens, mentions }: ReplyRecord): Asked {
  return { custom_id, provider, model, usd, tokens, mentions };
}

/** The sentence, and one word to count by. Never the reply's text. */
function failure(error: StudyError): { error: string; reason: string } {
  const { reason, status } = error.facts;
  return {
    error: error.message,
    reason: typeof reason === "string" ? reason : status === undefined ? error.code : `status ${status}`,
  };
}

function tokensOf({ input, cached, output, reasoning }: z.infer<typeof Tokens>): z.infer<typeof Tokens> {
  return { input, cached, output, reasoning };
}
