import { ANSWERERS } from "corrigenda/text";
import { z } from "zod";
import type { PromptKey } from "./methods.ts";
import { type Path, valueAt } from "./mistakes.ts";

const text = z.string();
const level = z.record(text, text);
const needed = z.string().refine((value) => value.trim() !== "", "is empty; give a text");

const prompt = z.strictObject({
  baseline: needed,
  ragDictionary: needed,
  causes: needed,
  academic_writing: needed,
  ragL2: needed,
  ragCollocation: needed,
  ragMix: needed,
});
const promptV2 = z.strictObject({ ragCollocation_v2: needed, ragMix_v2: needed });
const explanation = { explanation_en: needed, explanation_zh_tw: needed, example_en: needed, example_zh_tw: needed };
const items = z.record(text, z.array(needed).min(1, "is an empty list; give at least one item"));
const inputs = z.array(z.enum(["t", "pt", "tf", "ptf"]));

/** experiment.yaml as it is written. */
export const ExperimentYaml = z.strictObject({
  provider: z
    .strictObject({
      name: z.enum(ANSWERERS),
      model: needed.optional(),
      baseUrl: needed.optional(),
      deployment: needed.optional(),
    })
    .default({ name: "offline" }),
  run: z.strictObject({
    model: needed,
    temp: z.union([text, z.number()]).default("zero"),
    effort: text.default("medium"),
    role: text,
    lengths: z.array(z.union([text, z.number()])).min(1, "is an empty list; give at least one length"),
    inputs: z.record(text, inputs),
    wording: z.enum(["learner", "general"]).default("learner"),
  }),
  dataset: level,
  dataset_names: level,
  input_sent: z.strictObject({ t: needed, pt: needed, tf: needed, ptf: needed }),
  model_type: z.strictObject({
    gpt: level,
    reasoning: z.strictObject({ model: level, effort: z.record(text, z.enum(["low", "medium", "high"])) }),
  }),
  model_names: level,
  role: level,
  role_names: level,
  temp: z.record(text, z.number().min(0, "is below 0; allowed: 0 to 2").max(2, "is above 2; allowed: 0 to 2")),
  output_len: level,
  methods: z.strictObject({
    BL: needed,
    Dict: needed,
    Cause: needed,
    Acad: needed,
    L2: needed,
    Collo: needed,
    Collo2: needed,
    Mix: needed,
    Mix2: needed,
  }),
  prompt,
  prompt_v2: promptV2,
  prompt_general: z.strictObject({ ...prompt.shape, ...promptV2.shape }),
  output_schema: z.strictObject({
    explanation_and_examples: z.strictObject(explanation),
    collocation: z.strictObject({
      ...explanation,
      corresponding_collocation_en: needed,
      corresponding_collocation_examples_en: needed,
      other_collocations_en: needed,
      other_collocations_examples_en: needed,
    }),
    l2_knowledge: z.strictObject({ matched: needed }),
  }),
  l2_knowledge: z.strictObject({ causes: items, academic_writing: items }),
});
export type ExperimentYaml = z.infer<typeof ExperimentYaml>;

/** The keys allowed at a path of experiment.yaml, where they are fixed. */
export function knownKeys(path: Path): readonly string[] {
  let schema: unknown = ExperimentYaml;
  for (const step of path) schema = shapeOf(schema)?.[step];
  return Object.keys(shapeOf(schema) ?? {});
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  if (schema instanceof z.ZodDefault) return shapeOf(schema.unwrap());
  return schema instanceof z.ZodObject ? schema.shape : undefined;
}

/** Keys and values at a path, whatever stands there: nothing where it is not a mapping. */
export function entriesAt(raw: unknown, ...path: Path): [string, unknown][] {
  const value = valueAt(raw, path);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** The same with texts only. */
export function textsAt(raw: unknown, ...path: Path): [string, string][] {
  return entriesAt(raw, ...path).filter((entry): entry is [string, string] => typeof entry[1] === "string");
}

/** Where each prompt stands: the second versions have a place of their own. */
export function promptPath(key: PromptKey, wording: "learner" | "general"): readonly [string, PromptKey] {
  if (wording === "general") return ["prompt_general", key];
  return [key.endsWith("_v2") ? "prompt_v2" : "prompt", key];
}
