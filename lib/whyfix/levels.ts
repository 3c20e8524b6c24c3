import { StudyError } from "corrigenda/error";
import type { MethodCode } from "./methods.ts";

/** One level of a factor: how it stands in custom_ids, what it is called in results, and what else it answers to. */
export interface Level<Code extends string = string> {
  /** Letters and digits: a part of a custom_id. */
  readonly code: Code;
  readonly name: string;
  readonly also: readonly string[];
}

export interface Model extends Level {
  /** GPT models take a temperature, reasoning models an effort. */
  readonly kind: "gpt" | "reasoning";
}

export interface Temperature extends Level {
  readonly value: number;
}

export interface Role extends Level {
  /** The sentence that opens a prompt; undefined for no role. */
  readonly text: string | undefined;
}

export interface Length extends Level {
  /** How a prompt asks for it, such as " in 30 words or less"; "" for no limit. */
  readonly text: string;
  /** The most words asked for. */
  readonly words: number | undefined;
}

export type InputCode = "t" | "pt" | "tf" | "ptf";
export type Effort = "low" | "medium" | "high";

/** All levels of all factors. */
export interface Levels {
  readonly dataset: readonly Level[];
  readonly sample_size: readonly Level<"fu" | "sp">[];
  readonly method: readonly Level<MethodCode>[];
  readonly model: readonly Model[];
  readonly temp: readonly Temperature[];
  readonly effort: readonly (Level & { readonly value: Effort })[];
  readonly input: readonly Level<InputCode>[];
  readonly role: readonly Role[];
  readonly length: readonly Length[];
}

export type Factor = keyof Levels;

/** The README of the original study and its configuration use different names; both are understood. */
export const OTHER_NAMES: Readonly<Record<string, string>> = {
  high_school_teacher: "teacher",
  no_limit: "unlimit",
  "30": "thirty",
  "50": "fifty",
  "80": "eighty",
  "0.0": "zero",
  "0": "zero",
  "0.7": "seven",
};

export const SAMPLE_SIZES: Levels["sample_size"] = [
  { code: "fu", name: "full", also: [] },
  { code: "sp", name: "30_samples", also: ["sample"] },
];

/** The level of a name: its code, its name, or another name it answers to. */
export function findLevel<L extends Level>(levels: readonly L[], name: string): L | undefined {
  const other = OTHER_NAMES[name];
  return (
    levels.find((level) => level.code === name) ??
    levels.find((level) => level.name === name || level.also.includes(name)) ??
    (other === undefined ? undefined : levels.find((level) => level.code === other || level.name === other))
  );
}

/** The level of a name given by a user; throws StudyError "config" with the names allowed. */
export function pickLevel<F extends Factor>(levels: Levels, factor: F, name: string): Levels[F][number] {
  const level = findLevel<Levels[F][number]>(levels[factor], name);
  if (level !== undefined) return level;
  throw new StudyError("config", `${factor} "${name}" is not in the experiment; allowed: ${namesOf(levels[factor])}`);
}

/** Names for a sentence: each level's name, and its code where that differs. */
export function namesOf(levels: readonly Level[]): string {
  return levels.map(({ code, name }) => (code === name ? name : `${name} (${code})`)).join(", ");
}
