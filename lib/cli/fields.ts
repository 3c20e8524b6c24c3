import type { z } from "zod";

/** What a script takes: a flag or a positional, as read off its zod schema. */
export interface Field {
  /** Name in the script: camelCase. */
  readonly key: string;
  /** Name on the command line: kebab-case. */
  readonly flag: string;
  readonly positional: boolean;
  /** "pairs" takes a name and a value, as two words or as name=value, any number of times. */
  readonly kind: "boolean" | "number" | "list" | "pairs" | "text";
  /** One letter, from `.meta({ short: "p" })`. */
  readonly short?: string;
  /** The allowed words, where they are few. */
  readonly words?: readonly string[];
  readonly describe: string;
  readonly required: boolean;
  readonly fallback?: unknown;
}

/** The part of zod's definitions that is read here. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly defaultValue?: unknown;
  readonly entries?: Readonly<Record<string, string | number>>;
}

/** The fields of a zod object shape, in its order. */
export function fieldsOf(shape: Readonly<Record<string, z.ZodType>>, positional: boolean): Field[] {
  return Object.entries(shape).map(([key, schema]) => readField(key, schema, positional));
}

/** Names that a mapping at this place of a schema may hold; empty where any may stand. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: z.ZodType | undefined = schema;
  for (const step of path) {
    const inside: Definition = definition(innermost(here));
    here = typeof step === "number" ? inside.element : inside.shape?.[String(step)];
    if (here === undefined) return [];
  }
  return Object.keys(definition(innermost(here)).shape ?? {});
}

/** A script whose study has a config file of its own reads that one itself. */
export function ownConfig(flags: readonly Field[]): boolean {
  return flags.some((flag) => flag.flag === "config");
}

/** maxCost -> max-cost */
export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** max-cost -> maxCost */
export function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function readField(key: string, schema: z.ZodType, positional: boolean): Field {
  const layers = layersOf(schema);
  const base = definition(layers.at(-1) ?? schema);
  const fallback = layers.map(definition).find((layer) => layer.defaultValue !== undefined)?.defaultValue;
  const optional = layers.some((layer) => ["optional", "default", "prefault"].includes(definition(layer).type));
  return {
    key,
    flag: kebab(key),
    positional,
    kind: kindOf(base.type),
    describe: layers.map((layer) => layer.description).find((text) => text !== undefined) ?? "",
    required: !optional,
    ...shortOf(layers),
    ...(base.entries ? { words: Object.values(base.entries).map(String) } : {}),
    ...(fallback === undefined ? {} : { fallback }),
  };
}

function kindOf(type: string): Field["kind"] {
  if (type === "boolean" || type === "number") return type;
  if (type === "record") return "pairs";
  return type === "array" ? "list" : "text";
}

function shortOf(layers: readonly z.ZodType[]): Pick<Field, "short"> {
  const short = layers.map((layer) => layer.meta()?.short).find((letter) => typeof letter === "string");
  return short === undefined ? {} : { short };
}

function innermost(schema: z.ZodType): z.ZodType {
  return layersOf(schema).at(-1) ?? schema;
}

/** A schema and what it wraps, outermost first. */
function layersOf(schema: z.ZodType): z.ZodType[] {
  const layers = [schema];
  for (let next = inner(schema); next; next = inner(next)) layers.push(next);
  return layers;
}

function inner(schema: z.ZodType): z.ZodType | undefined {
  return definition(schema).innerType ?? definition(schema).in;
}

function definition(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

/** Scripts over results/ ask models and read what was answered: they take --store. */
export function keepsReplies(flags: readonly Field[]): boolean {
  return flags.some(({ flag }) => flag === "results") && !flags.some(({ flag }) => flag === "store");
}
