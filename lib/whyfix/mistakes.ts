import { type Document, isMap, isScalar, isSeq, type LineCounter } from "yaml";
import type { z } from "zod";

/** Where in the document: keys and places in lists. */
export type Path = readonly (string | number)[];

/** One mistake in a configuration file. */
export interface Mistake {
  readonly path: Path;
  /** "what is wrong; what is allowed" */
  readonly what: string;
  /** Lines below the key, for a place inside a block of text (from 1). */
  readonly below?: number;
  /** The line, where the path alone does not tell it. */
  readonly line?: number;
}

/** "file:line: key.path: what is wrong; what is allowed", in the order of the file. */
export function mistakeLines(file: string, doc: Document, lines: LineCounter, mistakes: readonly Mistake[]): string[] {
  const placed = mistakes.map((mistake) => ({ ...mistake, line: mistake.line ?? lineOf(doc, lines, mistake) }));
  placed.sort((a, b) => a.line - b.line);
  return placed.map(({ path, what, line }) => `${file}:${line}: ${path.join(".") || "the file"}: ${what}`);
}

/** The line of a key; of the nearest key around it where it is missing. */
function lineOf(doc: Document, lines: LineCounter, { path, below = 0 }: Mistake): number {
  let node: unknown = doc.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isScalar(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  const inBlock = isScalar(node) && node.type === "BLOCK_LITERAL";
  return Math.max(1, lines.linePos(offset).line) + (inBlock ? below : 0);
}

/** What a zod issue says, as mistakes. `known` lists the keys allowed at a path. */
export function issueMistakes(
  issue: z.core.$ZodIssue,
  raw: unknown,
  known: (path: Path) => readonly string[],
): Mistake[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], what: unknownKey(key, known(path)) }));
  }
  const value = valueAt(raw, path);
  if (issue.code === "invalid_type") {
    const wanted = KINDS[issue.expected] ?? issue.expected;
    return [{ path, what: value === undefined ? `is missing; give ${wanted}` : `is ${show(value)}; give ${wanted}` }];
  }
  if (issue.code === "invalid_value") {
    const is = value === undefined ? "is missing" : `is ${show(value)}`;
    return [{ path, what: `${is}; allowed: ${issue.values.join(", ")}` }];
  }
  return [{ path, what: issue.message }];
}

function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key${didYouMean(key, known)}; allowed: ${known.join(", ")}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  object: "keys and values",
  record: "keys and values",
  array: "a list",
};

/** `, did you mean "…"?` with the known word at the smallest edit distance, if that is at most a third of the word (or 2). */
export function didYouMean(word: string, known: readonly string[]): string {
  const limit = Math.max(2, Math.floor(word.length / 3));
  const ranked = known.map((other) => ({ other, distance: editDistance(word, other) }));
  const near = ranked.sort((a, b) => a.distance - b.distance).find(({ distance }) => distance <= limit);
  return near === undefined ? "" : `, did you mean "${near.other}"?`;
}

/** A value as a sentence shows it. */
export function show(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "keys and values";
  return typeof value === "string"
    ? JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
    : String(value);
}

export function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce((value, step) => (value as Record<string | number, unknown> | undefined | null)?.[step], raw);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
