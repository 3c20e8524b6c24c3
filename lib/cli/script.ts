import { StudyError } from "corrigenda/error";
import { type Disk, readText } from "corrigenda/files";
import { z } from "zod";
import { type GivenFlags, readArgv } from "./argv.ts";
import { camel, type Field, fieldsOf } from "./fields.ts";
import { usageLine } from "./help.ts";
import { didYouMean } from "./suggest.ts";
import { issueSentence, readYaml, type YamlText } from "./yaml.ts";

type Shape = Readonly<Record<string, z.ZodType>>;

/** What a script takes; descriptions come from `.describe()`, with units. */
export interface ScriptSpec<Flags extends Shape, Positionals extends Shape> {
  /** Path from the repository's root, as typed: "scripts/whyfix/step1.ts". */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Arguments by place, in this order; optional ones last. */
  readonly positionals?: Positionals;
  /** camelCase keys become kebab-case flags; each may also stand in the --config file. */
  readonly flags: Flags;
  /** Command lines to paste. */
  readonly examples?: readonly string[];
}

export interface Script<Values> {
  readonly name: string;
  readonly summary: string;
  readonly fields: readonly Field[];
  readonly examples: readonly string[];
  readonly schema: z.ZodType<Values>;
}

export type Values<Flags extends Shape, Positionals extends Shape> = Readonly<
  z.infer<z.ZodObject<Positionals>> & z.infer<z.ZodObject<Flags>>
>;

/** Declares a script's flags once: for reading, checking and --help. */
export function defineScript<const Flags extends Shape, const Positionals extends Shape = Record<never, never>>(
  spec: ScriptSpec<Flags, Positionals>,
): Script<Values<Flags, Positionals>> {
  const positionals = spec.positionals ?? {};
  return {
    name: spec.name,
    summary: spec.summary,
    fields: [...fieldsOf(positionals, true), ...fieldsOf(spec.flags, false)],
    examples: spec.examples ?? [],
    schema: z.strictObject({ ...positionals, ...spec.flags }) as unknown as z.ZodType<Values<Flags, Positionals>>,
  };
}

/**
 * A command line (and its --config file, which it overrides) as a checked, frozen value; "help" where --help was asked
 * for. Throws StudyError "config" that names the flag, or the file and line, at fault.
 */
export async function parseScript<V>(script: Script<V>, argv: readonly string[], disk: Disk): Promise<V | "help"> {
  const given = readArgv(script, argv);
  if (given.help) return "help";
  const file = given.configFile === undefined ? undefined : await openConfig(script, given.configFile, disk);
  const merged = { ...file?.values, ...given.values };
  requirePositionals(script, merged);
  const parsed = script.schema.safeParse(merged);
  if (parsed.success) return deepFreeze(parsed.data);
  const lines = parsed.error.issues.map((issue) => blame(issue, script, given, file));
  throw new StudyError("config", lines.join("\n"), { cause: parsed.error });
}

interface ConfigFile {
  readonly values: Readonly<Record<string, unknown>>;
  place(key: string): string;
}

async function openConfig(script: Script<unknown>, path: string, disk: Disk): Promise<ConfigFile> {
  const yaml = readYaml(await readText(disk, path), path);
  if (typeof yaml.value !== "object" || yaml.value === null || Array.isArray(yaml.value)) {
    throw new StudyError("config", `${path}:1: expected "flag: value" lines`);
  }
  const values: Record<string, unknown> = {};
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(yaml.value)) {
    const field = script.fields.find((one) => one.key === camel(name));
    if (!field) throw unknownKey(name, script, yaml);
    values[field.key] = field.kind === "text" ? asWritten(value, name, yaml) : value;
    names.set(field.key, name);
  }
  return { values, place: (key) => yaml.place([names.get(key) ?? key]) };
}

/** YAML reads 0622 and 1e5 as numbers and yes-or-no words as booleans; a text flag wants what was typed. */
function asWritten(value: unknown, name: string, yaml: YamlText): unknown {
  return typeof value === "number" || typeof value === "boolean" ? (yaml.source([name]) ?? value) : value;
}

function unknownKey(name: string, script: Script<unknown>, yaml: YamlText): StudyError {
  const known = script.fields.map((field) => field.key);
  return new StudyError("config", `${yaml.place([name])}: ${name}: unknown key${didYouMean(camel(name), known)}`);
}

function requirePositionals(script: Script<unknown>, values: Readonly<Record<string, unknown>>): void {
  const missing = script.fields.find((field) => field.positional && field.required && values[field.key] === undefined);
  if (!missing) return;
  const what = missing.describe === "" ? "" : ` (${missing.describe})`;
  throw new StudyError("config", `missing <${missing.flag}>${what}; usage: ${usageLine(script)}`);
}

function blame(
  issue: z.core.$ZodIssue,
  script: Script<unknown>,
  given: GivenFlags,
  file: ConfigFile | undefined,
): string {
  const key = String(issue.path[0] ?? "");
  const field = script.fields.find((one) => one.key === key);
  const name = field?.positional ? `<${field.flag}>` : `--${field?.flag ?? key}`;
  if (key in given.values) return `${name}: ${issueSentence(issue)}; got ${brief(given.values[key])}`;
  if (file && key in file.values)
    return `${file.place(key)}: ${key}: ${issueSentence(issue)}; got ${brief(file.values[key])}`;
  return `${name} is needed: ${issueSentence(issue)}`;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inside of Object.values(value)) deepFreeze(inside);
  return Object.freeze(value);
}
