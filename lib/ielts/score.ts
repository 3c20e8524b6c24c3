import { StudyError } from "corrigenda/error";
import { type JsonObject, parseJson, sha256 } from "corrigenda/json";
import type { ModelReply, ModelRequest, Outcome, Prompt } from "corrigenda/provider";
import { median } from "corrigenda/stats";
import { z } from "zod";
import { aligner } from "./align.ts";
import { isBand, overallOf, roundToHalf } from "./bands.ts";
import { CRITERIA, ERROR_TYPES, type PerCriterion } from "./criteria.ts";
import { errorType } from "./error-types.ts";
import { SYSTEM, userText } from "./finetune-line.ts";
import type { HeldOut } from "./held-out.ts";
import { SCHEMAS } from "./schema.ts";

/** Each essay is scored so many times. */
export const PASSES = [0, 1, 2] as const;
/** Passes that are further apart make a score of low confidence. */
const APART = 0.5;
const RUBRIC = "ielts-task2-public-2023-05";
export const SCORE_SCHEMA = "ielts_score";
/** Tokens of a reply, for estimates. */
export const SCORE_TOKENS = { low: 300, mean: 800, high: 2_000 };
const MOST_TOKENS = 3_000;

export interface ScoreItem {
  readonly held: HeldOut;
  /** Place in PASSES. */
  readonly pass: (typeof PASSES)[number];
}

const text = z.string().min(1).max(1_000);
const CriterionScore = z.strictObject({
  name: z.enum(CRITERIA),
  band: z.number().refine(isBand),
  evidence_quotes: z.array(text).max(3),
  errors: z.array(z.strictObject({ span: text, type: z.enum(ERROR_TYPES), fix: text })).max(10),
  suggestions: z.array(text).max(5),
});

/** What one reply says; quotes and spans that are not in the essay are left out. */
export const Pass = z.strictObject({
  per_criterion: z.array(CriterionScore).length(4),
  /** The official mean of the four, whatever the reply says. */
  overall: z.number().refine(isBand),
  model: z.string(),
  tokens: z.strictObject({ input_tokens: z.number().int(), output_tokens: z.number().int() }),
});
export type Pass = z.infer<typeof Pass>;

const place = { id: z.string(), row: z.number().int(), pass: z.number().int() };
/** A line of scores.jsonl: what came of one pass over one essay. */
export const PassLine = z.discriminatedUnion("ok", [
  z.strictObject({ ...place, ok: z.literal(true), value: Pass }),
  z.strictObject({ ...place, ok: z.literal(false), reason: z.string(), detail: z.string() }),
]);
export type PassLine = z.infer<typeof PassLine>;

const strings: JsonObject = { type: "array", items: { type: "string" } };
const object = (properties: JsonObject): JsonObject => ({
  ...{ type: "object", additionalProperties: false, required: Object.keys(properties), properties },
});
// Strict output takes no limits on lengths: the reader of the reply holds them.
const SCHEMA = object({
  per_criterion: {
    type: "array",
    items: object({
      ...{ name: { type: "string", enum: [...CRITERIA] }, band: { type: "number" }, evidence_quotes: strings },
      errors: {
        type: "array",
        items: object({
          ...{ span: { type: "string" }, type: { type: "string", enum: [...ERROR_TYPES] }, fix: { type: "string" } },
        }),
      },
      suggestions: strings,
    }),
  },
  overall: { type: "number" },
});

/** Asks for a score as the training files do. @param model Azure: the deployment */
export function scorePrompt(model: string): Prompt<ScoreItem, Pass> {
  return {
    name: "ielts score",
    id: scoreId,
    request: ({ held, pass }) => scoreRequest(held, model, pass),
    parse: (reply, item) => readScore(reply, item.held.essay, scoreId(item)),
  };
}

/** Everything that decides an answer but the essay: what meta.prompt_hash is of. */
export function scorePromptHash(): string {
  return sha256(
    JSON.stringify([SYSTEM, userText({ prompt: "{question}", essay: "{essay}" }), RUBRIC, SCHEMAS, SCHEMA]),
  );
}

function scoreId({ held, pass }: ScoreItem): string {
  return `e${held.row}-${pass + 1}`;
}

function scoreRequest(held: HeldOut, model: string, sample: number): ModelRequest {
  return {
    ...{ model, sample, temperature: 0, maxOutputTokens: MOST_TOKENS },
    schema: { name: SCORE_SCHEMA, schema: SCHEMA },
    messages: [
      { role: "system", content: SYSTEM },
      { role: "user", content: userText(held) },
    ],
  };
}

const Answer = z.object({
  per_criterion: z.array(
    z.object({
      ...{ name: z.string(), band: z.number(), evidence_quotes: z.array(z.string()).catch([]) },
      errors: z.array(z.object({ span: z.string(), type: z.string().catch("other"), fix: z.string() })).catch([]),
      suggestions: z.array(z.string()).catch([]),
    }),
  ),
});

/** Throws StudyError "reply" with `facts.reason` where a reply has no four bands on the grid. */
function readScore({ text: said, finish, model, usage }: ModelReply, essay: string, id: string): Pass {
  if (finish === "refusal" || finish === "length") throw fault(id, finish === "length" ? "cut off" : "refusal");
  const json = parseJson(/^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(said)?.[1] ?? said);
  if (json === undefined) throw fault(id, "not JSON");
  const answer = Answer.safeParse(json).data;
  if (!answer) throw fault(id, "missing field");
  const find = aligner(essay).find;
  const fit = (one: string): string[] => (one.trim() === "" ? [] : [one.trim().slice(0, 1_000)]);
  const per_criterion = CRITERIA.map((name) => {
    const own = answer.per_criterion.find((one) => one.name === name);
    if (!own) throw fault(id, "a criterion is missing");
    if (!isBand(own.band)) throw fault(id, "a band off the grid");
    const errors = own.errors.flatMap(({ span, type, fix }) => {
      const [there, put] = [find(span)?.text, fit(fix)[0]];
      return there === undefined || put === undefined ? [] : [{ span: there, type: errorType(type), fix: put }];
    });
    const quotes = own.evidence_quotes.flatMap((quote) => find(quote)?.text ?? []);
    const suggestions = own.suggestions.flatMap(fit).slice(0, 5);
    return { name, band: own.band, evidence_quotes: quotes.slice(0, 3), errors: errors.slice(0, 10), suggestions };
  });
  const overall = overallOf(per_criterion.map(({ band }) => band) as unknown as PerCriterion<number>);
  return { per_criterion, overall, model, tokens: { input_tokens: usage.input, output_tokens: usage.output } };
}

function fault(id: string, reason: string): StudyError {
  return new StudyError("reply", `${id}: ${reason}`, { facts: { id, reason } });
}

export function passLine(outcome: Outcome<ScoreItem, Pass>): PassLine {
  const { id, row: item } = outcome;
  const where = { id, row: item.held.row, pass: item.pass };
  if (outcome.ok) return { ...where, ok: true, value: outcome.value };
  const { reason, status } = outcome.error.facts;
  const word = typeof reason === "string" ? reason : status === undefined ? outcome.error.code : `status ${status}`;
  return { ...where, ok: false, reason: word, detail: outcome.error.message };
}

/** One to three passes as a score of score_response.v1: medians of bands, texts of the first pass. */
export function scoreOf(passes: readonly Pass[]) {
  const [first] = passes;
  if (!first) throw new StudyError("reply", "a score needs one pass at least");
  const votes = passes.map(({ overall }) => overall);
  const dispersion = Math.max(...votes) - Math.min(...votes);
  const tokens = (key: keyof Pass["tokens"]): number => passes.reduce((sum, one) => sum + one.tokens[key], 0);
  return {
    per_criterion: first.per_criterion.map((one, at) => ({
      ...one,
      band: roundToHalf(median(passes.map(({ per_criterion }) => per_criterion[at]?.band ?? one.band))),
    })),
    overall: roundToHalf(median(votes)),
    ...{ votes, dispersion, confidence: dispersion > APART ? ("low" as const) : ("high" as const) },
    meta: {
      ...{ prompt_hash: scorePromptHash(), model: first.model, schema_version: "v1" as const, rubric_version: RUBRIC },
      token_usage: { input_tokens: tokens("input_tokens"), output_tokens: tokens("output_tokens") },
    },
  };
}
