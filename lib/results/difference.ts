import { canonical, type Json } from "corrigenda/json";

/** The first place where two values differ. */
export interface ValueDifference {
  /** "models[0].temperature"; "" for the whole value. */
  readonly key: string;
  /** undefined: not there. */
  readonly a: Json | undefined;
  readonly b: Json | undefined;
}

/** Every place where two JSON values differ, in key order; a key without a value counts as absent. */
export function* valueDifferences(a: Json | undefined, b: Json | undefined, key = ""): Generator<ValueDifference> {
  if (Array.isArray(a) && Array.isArray(b)) {
    const length = Math.max(a.length, b.length);
    for (let index = 0; index < length; index++) yield* valueDifferences(a[index], b[index], `${key}[${index}]`);
  } else if (isRecord(a) && isRecord(b)) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    for (const name of names) yield* valueDifferences(a[name], b[name], key === "" ? name : `${key}.${name}`);
  } else if (text(a) !== text(b)) {
    yield { key, a, b };
  }
}

/** A value for a sentence: JSON, cut to 60 characters; hashes to 12 digits; "nothing" where it is absent. */
export function briefly(value: Json | undefined): string {
  const shown = text(value);
  if (/^"[0-9a-f]{64}"$/.test(shown)) return `${shown.slice(1, 13)}…`;
  return shown.length <= 60 ? shown : `${shown.slice(0, 59)}…`;
}

function text(value: Json | undefined): string {
  return value === undefined ? "nothing" : canonical(value);
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
