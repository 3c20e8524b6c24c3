import path from "node:path";
import { parseArgs } from "node:util";
import { StudyError } from "corrigenda/error";
import { type Field, keepsReplies, ownConfig } from "./fields.ts";
import { usageLine } from "./help.ts";
import { givenPasswords } from "./mask.ts";
import type { Script } from "./script.ts";
import { didYouMean } from "./suggest.ts";

/** What stands on a command line, before it is checked. */
export interface GivenFlags {
  readonly help: boolean;
  readonly configFile?: string;
  /** Where replies and jobs are kept; every script over results/ takes it. */
  readonly store?: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The arguments of a script that was started with `node x.ts …`, `zx x.ts …` or `npx zx x.ts …`. */
export function scriptArgs(argv: readonly string[]): readonly string[] {
  const started = argv[1] ?? "";
  const byZx = path.basename(started) === "zx" || /[\\/]zx[\\/]build[\\/]cli\.(js|cjs)$/.test(started);
  return argv.slice(byZx ? 3 : 2);
}

/** Other users see a command's words, and the shell keeps them. */
const IN_SIGHT = "--store holds a password, which others can see there; put the address into CORRIGENDA_STORE (.env)";

/** Reads words into flags and positionals; a mistyped flag is refused with the one it was meant to be. */
export function readArgv(script: Script<unknown>, argv: readonly string[]): GivenFlags {
  const flags = script.fields.filter((field) => !field.positional);
  const { tokens } = parseArgs({
    args: joinPairs(flags, argv),
    options: optionsOf(flags),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values: Record<string, unknown> = {};
  const places = script.fields.filter((field) => field.positional);
  let [help, configFile, store]: [boolean, string?, string?] = [false];
  for (const token of tokens) {
    if (token.kind === "positional") {
      const place = places.shift();
      if (!place) throw new StudyError("config", `unexpected argument "${token.value}"; usage: ${usageLine(script)}`);
      values[place.key] = toValue(place, token.value);
    } else if (token.kind === "option") {
      if (token.name === "help" || token.name === "h") help = true;
      else if (token.name === "config" && !ownConfig(flags)) configFile = needed(token);
      else if (token.name === "store" && keepsReplies(flags)) store = needed(token);
      else setFlag(values, flags, token);
    }
  }
  if (typeof values.store === "string") store = values.store; // a script's own flag of this name
  if (givenPasswords(store ?? "").length > 0) throw new StudyError("config", IN_SIGHT);
  return { help, values, ...(configFile !== undefined && { configFile }), ...(store !== undefined && { store }) };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function optionsOf(flags: readonly Field[]): Record<string, { type: "string" | "boolean"; short?: string }> {
  const own = flags.map(({ flag, kind, short }) => {
    const type: "string" | "boolean" = kind === "boolean" ? "boolean" : "string";
    return [flag, { type, ...(short === undefined ? {} : { short }) }] as const;
  });
  return {
    config: { type: "string" },
    store: { type: "string" },
    ...Object.fromEntries(own),
    help: { type: "boolean", short: "h" },
  };
}

/** "-p name value" as one word, so that a value may look like a flag: "--parameters=name=value". */
function joinPairs(flags: readonly Field[], argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const field = flags.find((one) => one.kind === "pairs" && [`--${one.flag}`, `-${one.short}`].includes(word));
    const [name, value] = argv.slice(at + 1, at + 3);
    if (!field || name === undefined || name.startsWith("-")) words.push(word);
    else {
      const joined = name.includes("=") ? name : value === undefined ? name : `${name}=${value}`;
      words.push(`--${field.flag}=${joined}`);
      at += joined === name ? 1 : 2;
    }
  }
  return words;
}

function setFlag(values: Record<string, unknown>, flags: readonly Field[], token: OptionToken): void {
  const negated = token.name.startsWith("no-") ? token.name.slice(3) : undefined;
  const off = flags.find((flag) => flag.flag === negated && flag.kind === "boolean");
  const field = off ?? flags.find((flag) => flag.flag === token.name);
  if (!field) {
    const known = [...flags.map((flag) => flag.flag), ...(keepsReplies(flags) ? ["store"] : []), "config", "help"];
    throw new StudyError(
      "config",
      `unknown flag ${token.rawName}${didYouMean(token.name, known, "--")} (--help lists all)`,
    );
  }
  if (off) values[field.key] = false;
  else if (field.kind === "boolean") values[field.key] = readBoolean(token);
  else if (field.kind === "list")
    values[field.key] = [...((values[field.key] as string[]) ?? []), ...needed(token).split(",")];
  else if (field.kind === "pairs") {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(needed(token)) ?? [];
    if (name === undefined) throw new StudyError("config", `${token.rawName} needs a name and a value`);
    values[field.key] = { ...(values[field.key] as object), [name]: value };
  } else values[field.key] = toValue(field, needed(token));
}

function readBoolean(token: OptionToken): boolean {
  if (token.value === undefined || token.value === "true") return true;
  if (token.value === "false") return false;
  throw new StudyError("config", `${token.rawName} is on or off; write ${token.rawName} or ${token.rawName}=false`);
}

/** A flag's value; the next flag is not one. */
function needed(token: OptionToken): string {
  if (token.value === undefined || (!token.inlineValue && token.value.startsWith("--"))) {
    throw new StudyError("config", `${token.rawName} needs a value: ${token.rawName} <value>`);
  }
  return token.value;
}

/** Numbers become numbers; what is none stays a text, for the schema to refuse with its name. */
function toValue(field: Field, text: string): unknown {
  if (field.kind !== "number" || text.trim() === "") return text;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}
