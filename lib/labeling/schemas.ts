import type { JsonObject } from "corrigenda/json";
import { z } from "zod";

export const CONTEXTS = ["background", "supporting", "primary"] as const;
export const SPECIFICITIES = ["properly_named", "descriptive_but_unnamed", "vague_generic"] as const;
export const RELEVANCES = ["directly_relevant", "indirectly_relevant", "not_relevant"] as const;

const text = z.string();
const maybe = z.string().nullable();
const context = z.enum(CONTEXTS);
const specificity = z.enum(SPECIFICITIES);
const relevance = z.enum(RELEVANCES);

/** One data set as the extraction answers it: the source's DatasetEntry. */
export const Entry = z.strictObject({
  raw_name: text.describe("The name or description exactly as the page has it."),
  harmonized_name: maybe.describe("The full official name, if the page gives it; else null."),
  acronym: maybe.describe("The acronym, if the page gives it; else null."),
  context: context.describe("How the paper uses the data set."),
  specificity: specificity.describe("How exactly the page names it."),
  relevance: relevance.describe("How much it matters for the paper's question."),
  mentioned_in: maybe.describe("The full sentence or sentences of the page that mention it, copied word for word."),
  producer: maybe.describe("Who produced the data, only if the page says so; else null."),
  data_type: maybe.describe("The kind of data, in a few words."),
});
export type Entry = z.infer<typeof Entry>;

/** The extraction's reply: the source's LabelledResponseFormat. */
export const ExtractionReply = z.strictObject({
  dataset: z.array(Entry),
  dataset_used: z.boolean().describe("True if the page mentions at least one data set."),
});

/** The judge's word on one mention. `id` is the mention's number in the request. */
export const JudgeEntry = z.strictObject({
  id: text.describe("The id that the mention has in the request."),
  raw_name: text,
  note: maybe.describe("What needs confirmation or clarification; null where nothing does."),
  valid: z.boolean(),
  invalid_reason: maybe.describe("Needed where valid is false: one sentence; else null."),
  harmonized_name: maybe,
  acronym: maybe,
  context,
  specificity,
  relevance,
  producer: maybe.describe("Only as given in the request or in mentioned_in; never inferred."),
  data_type: maybe,
  year: maybe.describe("The year or years of the data, if mentioned_in gives them."),
});
export const JudgeReply = z.strictObject({ verdicts: z.array(JudgeEntry) });

/** The reasoning's word on one mention. */
export const ReasoningEntry = z.strictObject({
  id: text.describe("The id that the mention has in the request."),
  raw_name: text,
  harmonized_name: maybe,
  acronym: maybe,
  producer: maybe,
  year: maybe,
  specificity: specificity.nullable(),
  context: context.nullable(),
  valid: z.boolean(),
  invalid_reason: maybe,
});

/** The reasoning's reply: the argument first, so that the verdict is written in view of it. */
export const ReasoningReply = z.strictObject({
  strategy: text.describe("How you will decide, before looking at the mentions one by one."),
  rubric: text.describe("The criteria that a mention has to meet."),
  analysis: text.describe("Each mention against the rubric, step by step."),
  alternatives: text.describe("Other readings of the passage under which a verdict would change."),
  devils_advocate: text.describe("The strongest case against your own verdicts, and whether it holds."),
  conclusion: text.describe("What changed because of the review, and the verdicts."),
  datasets: z.array(ReasoningEntry),
});

/** Names of the output schemas, by which the simulator knows its requests. */
export const SCHEMA_NAMES = {
  extraction: "labeling_extraction",
  judge: "labeling_judge",
  reasoning: "labeling_reasoning",
} as const;

export interface NamedSchema {
  readonly name: string;
  readonly schema: JsonObject;
}

/** The strict output schema of each process. */
export function outputSchemas(): Readonly<Record<keyof typeof SCHEMA_NAMES, NamedSchema>> {
  return {
    extraction: { name: SCHEMA_NAMES.extraction, schema: jsonSchema(ExtractionReply) },
    judge: { name: SCHEMA_NAMES.judge, schema: jsonSchema(JudgeReply) },
    reasoning: { name: SCHEMA_NAMES.reasoning, schema: jsonSchema(ReasoningReply) },
  };
}

function jsonSchema(schema: z.ZodType): JsonObject {
  const { $schema, ...rest } = z.toJSONSchema(schema) as Record<string, unknown>;
  return rest as JsonObject;
}
