import type { JsonObject } from "corrigenda/json";

const texts = new WeakMap<JsonObject, string>();

/** JSON text of a schema, written once per object: a study sends one schema a million times. */
export function schemaText(schema: JsonObject): string {
  const known = texts.get(schema);
  if (known !== undefined) return known;
  const written = JSON.stringify(schema);
  texts.set(schema, written);
  return written;
}
