import type { JsonObject } from "corrigenda/json";
import { z } from "zod";
import type { Experiment } from "./experiment.ts";
import type { AnswerKind } from "./methods.ts";

const said = z.string().refine((text) => text.trim() !== "", "is empty");
const exactly = (n: number) => z.array(said).length(n);
const atMost = (n: number) => z.array(said).max(n);

const explanation = {
  explanation_en: said,
  explanation_zh_tw: said,
  example_en: exactly(2),
  example_zh_tw: exactly(2),
};

/** A reply as each kind of method is answered. Counts stand in the schema's descriptions, because not every service takes minItems. */
export const REPLIES = {
  explanation: z.object(explanation),
  collocation: z.object({
    ...explanation,
    corresponding_collocation_en: atMost(1),
    corresponding_collocation_examples_en: atMost(2),
    other_collocations_en: atMost(3),
    other_collocations_examples_en: atMost(3),
  }),
  knowledge: z.object({ matched: z.array(said) }),
} as const;

export type Explanation = z.infer<typeof REPLIES.explanation>;
export type Collocation = z.infer<typeof REPLIES.collocation>;
export type Matched = z.infer<typeof REPLIES.knowledge>;

/** How many entries each list of a full answer has. */
export const EXPECTED_COUNTS = {
  example_en: 2,
  corresponding_collocation_en: 1,
  corresponding_collocation_examples_en: 2,
  other_collocations_en: 3,
  other_collocations_examples_en: 3,
} as const;

/** Names of the output schemas: constant, so that prompts can be cached and equal requests are equal. */
export const SCHEMA_NAMES: Readonly<Record<AnswerKind, string>> = {
  explanation: "whyfix_explanation",
  collocation: "whyfix_collocation",
  knowledge: "whyfix_knowledge",
};

/** The strict output schemas with the experiment's descriptions. */
export function outputSchemas({
  fields,
}: Experiment): Readonly<Record<AnswerKind, { readonly name: string; readonly schema: JsonObject }>> {
  return {
    explanation: named("explanation", fields.explanation_and_examples),
    collocation: named("collocation", fields.collocation),
    knowledge: named("knowledge", fields.l2_knowledge),
  };
}

function named(kind: AnswerKind, descriptions: Readonly<Record<string, string>>): { name: string; schema: JsonObject } {
  const { shape } = REPLIES[kind];
  const properties = Object.fromEntries(
    Object.entries(shape).map(([field, type]): [string, JsonObject] => {
      const description = descriptions[field] ?? "";
      const one = { type: "string", description };
      return [field, type instanceof z.ZodArray ? { type: "array", description, items: { type: "string" } } : one];
    }),
  );
  return {
    name: SCHEMA_NAMES[kind],
    schema: { type: "object", properties, required: Object.keys(shape), additionalProperties: false },
  };
}
