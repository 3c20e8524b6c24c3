import type { Json, JsonObject } from "corrigenda/json";
import finetune from "./schemas/score_response.v1.finetune.json" with { type: "json" };
import full from "./schemas/score_response.v1.json" with { type: "json" };

/** score_response.v1, and the part of it that a fine-tuned model writes. */
export const SCHEMAS: { readonly full: JsonObject; readonly finetune: JsonObject } = { full, finetune };

/** Where and why a value does not fit a schema: "per_criterion[0].band: 6.2 is no multiple of 0.5". */
export function schemaProblems(value: Json, schema: JsonObject): string[] {
  return [...problems(value, schema, "", schema)];
}

const own = (value: object, name: string): boolean => Object.hasOwn(value, name);

/** The keywords that the shipped schemas use, and no others. */
function* problems(value: Json, rule: JsonObject, at: string, root: JsonObject): Generator<string> {
  const say = (what: string): string => `${at === "" ? "answer" : at}: ${what}`;
  if (typeof rule.$ref === "string") {
    yield* problems(value, definition(rule.$ref, root), at, root);
    return;
  }
  if (own(rule, "const") && value !== rule.const) yield say(`is not ${JSON.stringify(rule.const)}`);
  if (Array.isArray(rule.enum) && !rule.enum.includes(value as string))
    yield say(`${brief(value)} is none of ${rule.enum.join(", ")}`);
  if (typeof rule.type === "string" && !isOf(value, rule.type)) {
    yield say(`is no ${rule.type}`);
    return;
  }
  if (typeof value === "number") yield* numberProblems(value, rule).map(say);
  else if (typeof value === "string") yield* sizeProblems(value.length, rule, "Length", "characters").map(say);
  else if (isList(value)) {
    yield* sizeProblems(value.length, rule, "Items", "entries").map(say);
    const items = rule.items as JsonObject | undefined;
    if (items) for (const [place, one] of value.entries()) yield* problems(one, items, `${at}[${place}]`, root);
  } else if (typeof value === "object" && value !== null) yield* objectProblems(value as JsonObject, rule, at, root);
}

function* objectProblems(value: JsonObject, rule: JsonObject, at: string, root: JsonObject): Generator<string> {
  const properties = (rule.properties ?? {}) as Readonly<Record<string, JsonObject>>;
  const path = (name: string): string => (at === "" ? name : `${at}.${name}`);
  for (const name of (rule.required ?? []) as readonly string[])
    if (!own(value, name)) yield `${path(name)}: is missing`;
  for (const [name, one] of Object.entries(value)) {
    const inner = own(properties, name) ? properties[name] : undefined;
    if (inner === undefined && rule.additionalProperties === false) yield `${path(name)}: is not allowed`;
    else if (inner && one !== undefined) yield* problems(one, inner, path(name), root);
  }
}

function numberProblems(value: number, { minimum, maximum, multipleOf }: JsonObject): string[] {
  const found: string[] = [];
  if (typeof minimum === "number" && value < minimum) found.push(`${value} is below ${minimum}`);
  if (typeof maximum === "number" && value > maximum) found.push(`${value} is above ${maximum}`);
  if (typeof multipleOf === "number" && !Number.isInteger(value / multipleOf))
    found.push(`${value} is no multiple of ${multipleOf}`);
  return found;
}

function sizeProblems(size: number, rule: JsonObject, of: "Length" | "Items", unit: string): string[] {
  const [least, most] = [rule[`min${of}`], rule[`max${of}`]];
  if (typeof least === "number" && size < least) return [`has ${size} ${unit}, at least ${least} expected`];
  return typeof most === "number" && size > most ? [`has ${size} ${unit}, at most ${most} expected`] : [];
}

function isOf(value: Json, type: string): boolean {
  if (type === "array") return isList(value);
  if (type === "object") return typeof value === "object" && value !== null && !isList(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function definition(reference: string, root: JsonObject): JsonObject {
  const name = reference.replace(/^#\/\$defs\//, "");
  return (root.$defs as Readonly<Record<string, JsonObject>>)[name] ?? {};
}

function brief(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
