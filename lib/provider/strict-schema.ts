import type { Json, JsonObject } from "corrigenda/json";
import { list, record, text } from "./read-json.ts";

const MAX_PROPERTIES = 5000;
const MAX_LEVELS = 10;
const MAX_ENUM_VALUES = 1000;
const MAX_CHARACTERS = 120_000;
const FORBIDDEN = ["allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties"];

interface Totals {
  properties: number;
  enumValues: number;
  characters: number;
}

/**
 * Why strict structured output would refuse a schema: sentences such as "at $.a: …"; none where it is within the subset.
 * @see https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function strictFaults(schema: JsonObject): readonly string[] {
  const faults: string[] = [];
  if (schema.type !== "object")
    faults.push(`at $: the root must be an object, not ${JSON.stringify(schema.type) ?? "untyped"}`);
  if (schema.anyOf !== undefined) faults.push("at $: the root must not be an anyOf");
  const totals: Totals = { properties: 0, enumValues: 0, characters: 0 };
  walk(schema, { path: "$", level: 1 }, { totals, faults });
  const { properties, enumValues, characters } = totals;
  if (properties > MAX_PROPERTIES) faults.push(`${properties} properties in all; ${MAX_PROPERTIES} are allowed`);
  if (enumValues > MAX_ENUM_VALUES) faults.push(`${enumValues} enum values in all; ${MAX_ENUM_VALUES} are allowed`);
  if (characters > MAX_CHARACTERS)
    faults.push(`${characters} characters of names and enum values in all; ${MAX_CHARACTERS} are allowed`);
  return faults;
}

function walk(
  schema: JsonObject,
  at: { readonly path: string; readonly level: number },
  out: { readonly totals: Totals; readonly faults: string[] },
): void {
  const { path, level } = at;
  for (const word of FORBIDDEN) if (schema[word] !== undefined) out.faults.push(`at ${path}: ${word} is not allowed`);
  out.totals.enumValues += list(schema.enum).length;
  out.totals.characters += list(schema.enum).reduce<number>(
    (sum, value) => sum + textLength(value),
    textLength(schema.const),
  );
  if (schema.type === "object" || schema.properties !== undefined) {
    if (level > MAX_LEVELS) {
      out.faults.push(`at ${path}: objects are nested more than ${MAX_LEVELS} levels deep`);
      return;
    }
    object(schema, at, out);
  }
  const inner = (value: Json | undefined, step: string, deeper = 0): void => {
    if (value !== undefined) walk(record(value), { path: path + step, level: level + deeper }, out);
  };
  for (const [name, value] of Object.entries(record(schema.properties))) inner(value, `.${name}`, 1);
  inner(schema.items, "[]");
  for (const [index, value] of list(schema.anyOf).entries()) inner(value, `.anyOf[${index}]`);
  for (const group of ["$defs", "definitions"])
    for (const [name, value] of Object.entries(record(schema[group]))) {
      out.totals.characters += name.length;
      inner(value, `.${group}.${name}`);
    }
}

function object(
  schema: JsonObject,
  { path }: { readonly path: string },
  out: { readonly totals: Totals; readonly faults: string[] },
): void {
  const names = Object.keys(record(schema.properties));
  out.totals.properties += names.length;
  out.totals.characters += names.reduce((sum, name) => sum + name.length, 0);
  if (schema.additionalProperties !== false) out.faults.push(`at ${path}: additionalProperties must be false`);
  const required = new Set(list(schema.required).map(text));
  const missing = names.filter((name) => !required.has(name));
  if (missing.length > 0) out.faults.push(`at ${path}: every property must be required, but not ${missing.join(", ")}`);
}

function textLength(value: Json | undefined): number {
  return typeof value === "string" ? value.length : 0;
}
