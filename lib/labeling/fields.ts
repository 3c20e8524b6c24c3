import type { Json, JsonObject } from "corrigenda/json";
import type { Fields } from "./records.ts";
import { CONTEXTS, RELEVANCES, SPECIFICITIES } from "./schemas.ts";

/** The fields of a verdict or entry; what is missing or not allowed is null. */
export function readFields(value: JsonObject): Fields {
  const one = <T extends string>(of: readonly T[], said: Json | undefined): T | null =>
    of.find((word) => word === said) ?? null;
  return {
    harmonized_name: text(value.harmonized_name),
    acronym: text(value.acronym),
    producer: text(value.producer),
    year: text(value.year),
    data_type: text(value.data_type),
    context: one(CONTEXTS, value.context),
    specificity: one(SPECIFICITIES, value.specificity),
    relevance: one(RELEVANCES, value.relevance),
  };
}

/** A text that says something; else null. */
export function text(value: Json | undefined): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && !/^(|none|null)$/i.test(value.trim()) ? value : null;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
