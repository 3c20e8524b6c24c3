import { contentHash } from "corrigenda/json";
import { bleu, chrf, meteor, rougeL, rougeN, tokens } from "corrigenda/text";
import { z } from "zod";
import { EXPECTED_COUNTS } from "./answers.ts";
import { type Row, referenceOf } from "./data/index.ts";
import type { Experiment } from "./experiment.ts";
import { findLevel, type Levels } from "./levels.ts";
import { hasAnswer, type StructuredRecord } from "./record.ts";
import { wordCount } from "./summary.ts";

/** What may tell two requests about the same learner error apart. */
export const FACTORS = ["method", "model", "input", "role", "temperature", "effort", "length"] as const;
export type FactorName = (typeof FACTORS)[number];

/** Against the reference explanation, each in [0, 1]: sentence BLEU plain and with smoothing 1 and 2; F of ROUGE with stems. */
export const SCORES = ["bleu", "bleu1", "bleu2", "meteor", "rouge1", "rouge2", "rougeL", "chrf"] as const;
export type ScoreName = (typeof SCORES)[number];
export const Scores = z.record(z.enum(SCORES), z.number());
export type Scores = Readonly<Record<ScoreName, number>>;

/** One explanation with its numbers: a line of evaluation.jsonl. */
export const Scored = z.object({
  custom_id: z.string(),
  data_index: z.number(),
  factors: z.record(z.enum(FACTORS), z.string()),
  sentence: z.string(),
  text: z.string(),
  words: z.number(),
  /** Whether the word limit that was asked for is kept; null without one. */
  within: z.boolean().nullable(),
  /** Entries of each list of the answer. */
  entries: z.record(z.string(), z.number()),
  /** Whether every list has the number of entries asked for; null where the answer has no list. */
  complete: z.boolean().nullable(),
  /** US dollars, as if it had been asked alone. */
  usd: z.number(),
  /** Null where the row has no reference explanation. */
  scores: Scores.nullable(),
});
export type Scored = Omit<z.infer<typeof Scored>, "factors" | "scores"> & {
  readonly factors: Readonly<Record<FactorName, string>>;
  readonly scores: Scores | null;
};

/** The explanations of a run with their numbers; failures, knowledge tasks and rows that are not known are left out. */
export async function scoredAnswers(
  { levels }: Experiment,
  rows: readonly Row[],
  records: AsyncIterable<StructuredRecord>,
): Promise<Scored[]> {
  const references = new Map(rows.map((row) => [row.index, referenceOf(row)]));
  const limits = new Map(levels.length.map(({ name, words }) => [name, words]));
  const scored: Scored[] = [];
  const shared = new Map<string, Scored["factors"]>();
  for await (const record of records) {
    const { original_custom_id: custom_id, data_index, content_payload: payload } = record;
    const text = payload.explanation_en;
    if (custom_id === null || data_index === undefined || !hasAnswer(record) || typeof text !== "string") continue;
    const [reference, limit] = [references.get(data_index), limits.get(record.output_length ?? "")];
    const words = wordCount(text);
    const lists = Object.entries(EXPECTED_COUNTS).flatMap(([list, wanted]) => {
      const value = payload[list];
      return Array.isArray(value) ? [{ list, count: value.length, wanted }] : [];
    });
    scored.push({
      ...{
        custom_id,
        data_index,
        factors: once(shared, factorsOf(levels, record)),
        sentence: record.formatted_sentence ?? "",
        text,
        words,
      },
      within: limit === undefined ? null : words <= limit,
      entries: Object.fromEntries(lists.map(({ list, count }) => [list, count])),
      complete: lists.length === 0 ? null : lists.every(({ count, wanted }) => count === wanted),
      usd: record.usd ?? 0,
      scores: reference === undefined ? null : scoresAgainst(reference, text),
    });
  }
  return paidAlone(scored);
}

/** One object for all explanations that were asked for in the same way: a grid has many. */
function once(known: Map<string, Scored["factors"]>, factors: Scored["factors"]): Scored["factors"] {
  const key = JSON.stringify(factors);
  const first = known.get(key) ?? factors;
  known.set(key, first);
  return first;
}

/** A reply that several requests share was paid with the first of them: here each costs what it would have alone. */
function paidAlone(answers: readonly Scored[]): Scored[] {
  const keyOf = ({ data_index, factors: { model }, text }: Scored): string => contentHash([data_index, model, text]);
  const paid = new Map(answers.filter(({ usd }) => usd > 0).map((answer) => [keyOf(answer), answer.usd]));
  return answers.map((answer) => (answer.usd > 0 ? answer : { ...answer, usd: paid.get(keyOf(answer)) ?? 0 }));
}

/** All scores of a text against a reference; null where either is empty, as in the original study. */
export function scoresAgainst(reference: string, text: string): Scores | null {
  const [wanted, given] = [tokens(reference), tokens(text)];
  if (wanted.length === 0 || given.length === 0) return null;
  const rouge = (n: number): number => rougeN(n, reference, text, true).f;
  return {
    bleu: bleu([wanted], given),
    bleu1: bleu([wanted], given, "method1"),
    bleu2: bleu([wanted], given, "method2"),
    meteor: meteor([wanted], given),
    rouge1: rouge(1),
    rouge2: rouge(2),
    rougeL: rougeL(reference, text, true).f,
    chrf: chrf([reference], text),
  };
}

/** Inputs go by their codes, which are short and the same in every experiment: t, pt, tf, ptf. */
function factorsOf(levels: Levels, record: StructuredRecord): Record<FactorName, string> {
  const { method, model_type, input_type, model_role_setting, model_temperature, effort, output_length } = record;
  return {
    method: method ?? "unknown",
    model: model_type ?? "unknown",
    input: findLevel(levels.input, input_type ?? "unknown")?.code ?? input_type ?? "unknown",
    role: model_role_setting ?? "unknown",
    temperature: model_temperature == null ? "none" : String(model_temperature),
    effort: effort ?? "none",
    length: output_length ?? "unknown",
  };
}

/** The factors that have several levels, in their usual order. */
export function variedFactors(answers: readonly Scored[]): FactorName[] {
  return FACTORS.filter((factor) => new Set(answers.map(({ factors }) => factors[factor])).size > 1);
}

/** A way of asking by the factors that vary: "mix, fifty". */
export function systemOf({ factors }: Pick<Scored, "factors">, varied: readonly FactorName[]): string {
  const told = varied.flatMap((factor) => levelText(factor, factors[factor]));
  return told.join(", ") || factors.method;
}

/** A level that stands without its factor's name. A model has a temperature or an effort: what it has not is left out. */
function levelText(factor: FactorName, level: string): string[] {
  if (factor === "role") return [level === "none" ? "no role" : level];
  if (factor === "temperature" || factor === "effort") return level === "none" ? [] : [`${factor} ${level}`];
  return [level];
}

/** Temperature and effort belong to their model: where the model differs, they do not count. */
export function fixedWith(factor: FactorName): readonly FactorName[] {
  return factor === "model" ? ["model", "temperature", "effort"] : [factor];
}

/** The factors in which two ways of asking differ. */
export function differing(a: Pick<Scored, "factors">, b: Pick<Scored, "factors">): FactorName[] {
  const found = FACTORS.filter((factor) => a.factors[factor] !== b.factors[factor]);
  return found.includes("model")
    ? found.filter((factor) => !fixedWith("model").includes(factor) || factor === "model")
    : found;
}
