import type { Json, JsonObject } from "corrigenda/json";
import { type Refusal, refuse } from "./wire.ts";

const BANNED = ["allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas"];
const MAX_DEPTH = 10;
const MAX_PROPERTIES = 5000;

/**
 * What the service objects to in a strict schema, or undefined. `param` is where the schema lies in the body.
 * @see https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function schemaRefusal(name: unknown, schema: Json | undefined, param: string): Refusal | undefined {
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    return refuse(
      `Invalid '${param}.name': expected 1 to 64 characters of a-z, A-Z, 0-9, underscore and dash.`,
      `${param}.name`,
      "invalid_value",
    );
  }
  if (!isObject(schema)) {
    return refuse(`Missing required parameter: '${param}.schema'.`, `${param}.schema`, "missing_required_parameter");
  }
  const problem =
    schema.type === "object" ? problemIn(schema) : "schema must be a JSON Schema of 'type: \"object\"' at its root";
  return problem
    ? refuse(`Invalid schema for response_format '${name}': ${problem}.`, param, "invalid_json_schema")
    : undefined;
}

/** The first rule of the strict subset that a schema breaks. */
function problemIn(root: JsonObject): string | undefined {
  let properties = 0;
  const look = (schema: Json | undefined, path: string, depth: number): string | undefined => {
    if (!isObject(schema)) return undefined;
    if (depth > MAX_DEPTH) return `in context=(${path}), more than ${MAX_DEPTH} levels of nesting`;
    const banned = BANNED.find((word) => schema[word] !== undefined);
    if (banned) return `in context=(${path}), '${banned}' is not permitted`;
    const own = isObject(schema.properties) ? Object.entries(schema.properties) : [];
    properties += own.length;
    if (properties > MAX_PROPERTIES) return `more than ${MAX_PROPERTIES} properties`;
    if (schema.type === "object") {
      if (schema.additionalProperties !== false) {
        return `in context=(${path}), 'additionalProperties' is required to be supplied and to be false`;
      }
      const required = Array.isArray(schema.required) ? schema.required : [];
      const missing = own.find(([key]) => !required.includes(key));
      if (missing) return `in context=(${path}), 'required' must include every key; missing '${missing[0]}'`;
    }
    for (const [key, child] of children(schema, own)) {
      const problem = look(child, `${path}, '${key}'`, depth + 1);
      if (problem) return problem;
    }
    return undefined;
  };
  return look(root, "()", 0);
}

function children(schema: JsonObject, own: readonly [string, Json | undefined][]): [string, Json | undefined][] {
  const any = Array.isArray(schema.anyOf) ? schema.anyOf.map((one, index): [string, Json] => [`${index}`, one]) : [];
  const defs = isObject(schema.$defs) ? Object.entries(schema.$defs) : [];
  return [...own, ["items", schema.items], ...any, ...defs];
}

/** The smallest value that fits a schema, with `text` in its free strings. */
export function smallestValue(root: JsonObject, text: string): Json {
  const make = (schema: Json | undefined, depth: number): Json => {
    if (!isObject(schema) || depth > 2 * MAX_DEPTH) return null;
    if (schema.const !== undefined) return schema.const;
    if (Array.isArray(schema.enum)) return (schema.enum as readonly Json[])[0] ?? null;
    if (typeof schema.$ref === "string") return make(definition(root, schema.$ref), depth + 1);
    if (Array.isArray(schema.anyOf)) return make((schema.anyOf as readonly Json[])[0], depth + 1);
    const type = Array.isArray(schema.type) ? (schema.type as readonly Json[])[0] : schema.type;
    if (type === "string") return text;
    if (type === "number" || type === "integer") return typeof schema.minimum === "number" ? schema.minimum : 0;
    if (type === "boolean") return false;
    if (type === "array") {
      const items = typeof schema.minItems === "number" ? schema.minItems : 0;
      return Array.from({ length: items }, () => make(schema.items, depth + 1));
    }
    if (!isObject(schema.properties)) return type === "object" ? {} : null;
    return Object.fromEntries(Object.entries(schema.properties).map(([key, child]) => [key, make(child, depth + 1)]));
  };
  return make(root, 0);
}

function definition(root: JsonObject, ref: string): Json | undefined {
  if (ref === "#") return root;
  const name = /^#\/(?:\$defs|definitions)\/(.+)$/.exec(ref)?.[1];
  const defs = root.$defs ?? root.definitions;
  return name !== undefined && isObject(defs) ? defs[name] : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
