import { type JsonObject, parseJson } from "corrigenda/json";

/** A JSON object inside a reply's text, and the text around it. */
export interface FoundJson {
  readonly value: JsonObject;
  readonly before: string;
  readonly after: string;
  /** Something had to be mended for it to be read. */
  readonly mended: boolean;
}

/** A reply of nothing but openings would be read over and over. */
const MOST_STARTS = 40;
const MARK = /```[a-z]*|<\/?output_?data>/gi;

/**
 * The last complete JSON object of a reply that `wanted` accepts: bare, in a code fence wherever that stands, in OUTPUTDATA
 * tags around or inside a fence. A comma before a closing bracket is forgiven.
 */
export function findJson(text: string, wanted: (value: JsonObject) => boolean): FoundJson | undefined {
  const starts = new Set<number>();
  const whole = text.search(/\S/);
  if (text[whole] === "{") starts.add(whole);
  for (const mark of text.matchAll(MARK)) {
    const from = mark.index + mark[0].length;
    const gap = /^[\s>]*(?:<output_?data>\s*)?/i.exec(text.slice(from))?.[0].length ?? 0;
    if (text[from + gap] === "{") starts.add(from + gap);
  }
  const tried = [...starts].sort((a, b) => b - a).slice(0, MOST_STARTS);
  for (const start of tried) {
    const found = objectAt(text, start, wanted);
    if (found) return found;
  }
  // No mark leads to one: the last object that stands at a line's start.
  for (const { index } of [...text.matchAll(/^[ \t]*\{/gm)].reverse().slice(0, MOST_STARTS)) {
    const found = objectAt(text, text.indexOf("{", index), wanted);
    if (found) return found;
  }
  return undefined;
}

function objectAt(text: string, start: number, wanted: (value: JsonObject) => boolean): FoundJson | undefined {
  const { end, commas } = scan(text, start);
  if (end === undefined) return undefined;
  const plain = text.slice(start, end);
  const read = (json: string) => {
    const value = parseJson(json);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && wanted(value as JsonObject) ? (value as JsonObject) : undefined;
  };
  const around = { before: bare(text.slice(0, start)), after: bare(text.slice(end)) };
  const value = read(plain);
  if (value) return { value, ...around, mended: false };
  if (commas.length === 0) return undefined;
  const cuts = [start - 1, ...commas, end];
  const kept = cuts.slice(1).map((cut, at) => text.slice((cuts[at] ?? 0) + 1, cut));
  const mended = read(kept.join(""));
  return mended && { value: mended, ...around, mended: true };
}

/** The end of the object that starts here, and the commas in it after which a bracket closes. Strings are passed over. */
function scan(text: string, start: number): { readonly end: number | undefined; readonly commas: readonly number[] } {
  const commas: number[] = [];
  let [depth, inString, comma] = [0, false, -1];
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? "";
    if (inString) {
      if (character === "\\") at += 1;
      else if (character === '"') inString = false;
      continue;
    }
    if (/\s/.test(character)) continue;
    if (character === '"') inString = true;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") {
      if (comma >= 0) commas.push(comma);
      depth -= 1;
      if (depth === 0) return { end: at + 1, commas };
    }
    comma = character === "," ? at : -1;
  }
  return { end: undefined, commas };
}

/** Text without fences and tags. */
function bare(text: string): string {
  return text.replace(MARK, "").trim();
}
