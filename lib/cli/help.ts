import { type Field, keepsReplies, ownConfig } from "./fields.ts";
import type { Script } from "./script.ts";
import { pad, textWidth } from "./width.ts";

const WIDEST = 100;
const WIDEST_NAME = 34;

/** "npx zx scripts/x.ts <source> [run] [flags]" */
export function usageLine(script: Script<unknown>): string {
  const places = script.fields.filter((field) => field.positional).map(placeName);
  return ["npx zx", script.name, ...places, "[flags]"].join(" ");
}

/** The --help page, made from the script's schema. */
export function helpPage(script: Script<unknown>): string {
  const places = script.fields.filter((field) => field.positional);
  const flags = script.fields.filter((field) => !field.positional);
  const config: [string, string] = [
    "--config <file.yaml>",
    "Take flags from a YAML file; those on the command line win.",
  ];
  const store: [string, string] = [
    "--store <postgres://…>",
    "Share replies, jobs and limits with other machines through a Postgres; default: CORRIGENDA_STORE, else files.",
  ];
  const own: [string, string][] = [
    ...(keepsReplies(flags) ? [store] : []),
    ...(ownConfig(flags) ? [] : [config]),
    ["--help", "Show this page."],
  ];
  const sections = [
    `${script.summary}\n\nUsage: ${usageLine(script)}`,
    section(
      "Arguments",
      places.map((place) => [placeName(place), explain(place)]),
    ),
    section("Flags", [...flags.map((flag): [string, string] => [flagName(flag), explain(flag)]), ...own]),
    script.examples.length === 0 ? "" : `Examples\n${script.examples.map((line) => `  ${line}`).join("\n")}`,
    "LOG_LEVEL=debug|info|warn|error sets how much is said; keys come from the environment or .env.",
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

function placeName(field: Field): string {
  return field.required ? `<${field.flag}>` : `[${field.flag}]`;
}

function flagName(field: Field): string {
  if (field.kind === "boolean") return field.fallback === true ? `--no-${field.flag}` : `--${field.flag}`;
  const value = { number: "<number>", list: "<a,b,…>", pairs: "<name> <value>", text: "<text>" }[field.kind];
  return `--${field.flag} ${field.words ? `<${field.words.join("|")}>` : value}`;
}

function explain(field: Field): string {
  const capital = field.describe.replace(/^[a-z]/, (letter) => letter.toUpperCase());
  const sentence = capital.replace(/([^.!?])$/, "$1.");
  const words = field.positional && field.words ? `One of ${field.words.join(", ")}.` : "";
  const shown = field.fallback !== undefined && field.kind !== "boolean" && field.kind !== "pairs";
  const fallback = shown ? `Default: ${[field.fallback].flat().join(",")}.` : "";
  const needed = !field.positional && field.required ? "Required." : "";
  const short = field.short === undefined ? "" : `Also -${field.short}; any number of times.`;
  return [sentence, words, short, fallback, needed].filter((text) => text !== "").join(" ");
}

function section(title: string, lines: readonly (readonly [string, string])[]): string {
  if (lines.length === 0) return "";
  const width = Math.min(WIDEST_NAME, Math.max(...lines.map(([name]) => textWidth(name))));
  const indent = " ".repeat(width + 4);
  const shown = lines.map(([name, text]) => {
    const wrapped = wrap(text, WIDEST - indent.length).join(`\n${indent}`);
    const gap = textWidth(name) > width ? `\n${indent}` : "  ";
    return `  ${pad(name, width)}${gap}${wrapped}`.trimEnd();
  });
  return `${title}\n${shown.join("\n")}`;
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && textWidth(last) + 1 + textWidth(word) > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}
