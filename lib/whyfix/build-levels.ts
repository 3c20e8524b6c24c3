import {
  type Effort,
  type InputCode,
  type Length,
  type Level,
  type Levels,
  OTHER_NAMES,
  SAMPLE_SIZES,
} from "./levels.ts";
import { METHOD_CODES, type MethodCode } from "./methods.ts";
import { entriesAt, textsAt } from "./shape.ts";

/** The name that this configuration uses for a name of either set. */
export function ownName(name: string): string {
  return OTHER_NAMES[name] ?? name;
}

/** All levels that can be read from a configuration; what is wrong in it is left out (the checks tell). */
export function buildLevels(raw: unknown): Levels {
  const texts = new Map(textsAt(raw, "role").map(([key, text]) => [ownName(key), text]));
  const keys = new Map(
    [...textsAt(raw, "model_type", "gpt"), ...textsAt(raw, "model_type", "reasoning", "model")].map(([key, id]) => [
      id,
      key,
    ]),
  );
  const reasoning = new Set(textsAt(raw, "model_type", "reasoning", "model").map(([, id]) => id));
  const known = new Map(textsAt(raw, "methods"));
  return {
    dataset: textsAt(raw, "dataset_names").map(([code, name]) => ({ code, name, also: [] })),
    sample_size: SAMPLE_SIZES,
    method: METHOD_CODES.filter((code) => known.has(code)).map(
      (code): Level<MethodCode> => ({ code, name: known.get(code) ?? code, also: [] }),
    ),
    model: textsAt(raw, "model_names").map(([code, name]) => {
      const key = keys.get(name);
      return { code, name, also: key === undefined ? [] : [key], kind: reasoning.has(name) ? "reasoning" : "gpt" };
    }),
    temp: entriesAt(raw, "temp").flatMap(([code, value]) =>
      typeof value === "number" ? [{ code, name: code, also: [String(value)], value }] : [],
    ),
    effort: textsAt(raw, "model_type", "reasoning", "effort").map(([code, value]) => ({
      code,
      name: value,
      also: [],
      value: value as Effort,
    })),
    input: textsAt(raw, "input_sent").map(
      ([code, name]): Level<InputCode> => ({ code: code as InputCode, name, also: [] }),
    ),
    role: textsAt(raw, "role_names").map(([code, name]) => {
      const own = ownName(name);
      return { code, name: own, also: [], text: texts.get(own) || undefined };
    }),
    length: textsAt(raw, "output_len").map(([key, text]) => length(ownName(key), text)),
  };
}

function length(code: string, text: string): Length {
  const words = /(\d+) words?/.exec(text)?.[1];
  return { code, name: code, also: [], text, words: words === undefined ? undefined : Number(words) };
}
