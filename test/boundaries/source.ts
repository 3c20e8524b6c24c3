/** One import of a TypeScript file. */
export interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
  /** From 1. */
  readonly line: number;
}

/**
 * A source text of the same length in which comments and the insides of strings, templates and regular expressions are
 * blank: what is left is code. `${…}` in templates is blanked too.
 */
export function codeOnly(text: string): string {
  let code = "";
  let at = 0;
  while (at < text.length) {
    const end = endOfOpaque(text, at, code);
    if (end === at) {
      code += text[at];
      at += 1;
      continue;
    }
    const opaque = text.slice(at, end);
    const quoted = /^["'`]/.test(opaque);
    const blank = opaque.replace(/[^\n]/g, " ");
    code += quoted ? `${opaque[0]}${blank.slice(1, -1)}${opaque[0]}` : blank;
    at = end;
  }
  return code;
}

/** Every import and re-export of a file, dynamic ones too. */
export function importsOf(text: string): Import[] {
  const code = codeOnly(text);
  const found: Import[] = [];
  const patterns = [
    /\b(?:import|export)\b(\s+type\b)?[^;"'`=()]*?\bfrom\s*(["'])( *)\2/g,
    /\bimport()\s*(["'])( *)\2/g,
    /\bimport()\s*\(\s*(["'`])( *)\2/g,
  ];
  for (const pattern of patterns) {
    for (const match of code.matchAll(pattern)) {
      const end = match.index + match[0].length - 1;
      const from = text.slice(end - (match[3] ?? "").length, end);
      found.push({ from, typeOnly: match[1] !== undefined && match[1] !== "", line: lineAt(text, end) });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** The end of the comment, string or regular expression that starts here, or `at` where none does. */
function endOfOpaque(text: string, at: number, before: string): number {
  const two = text.slice(at, at + 2);
  if (two === "//") return endOr(text, text.indexOf("\n", at));
  if (two === "/*") return endOr(text, text.indexOf("*/", at + 2), 2);
  const character = text[at] ?? "";
  if (character === '"' || character === "'") return endOfQuoted(text, at + 1, character);
  if (character === "`") return endOfTemplate(text, at + 1);
  if (character === "/" && startsRegex(before)) return endOfRegex(text, at + 1);
  return at;
}

function endOr(text: string, found: number, length = 0): number {
  return found < 0 ? text.length : found + length;
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

function endOfTemplate(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "`") return at + 1;
    else if (text.startsWith("${", at)) at = endOfInsert(text, at + 2) - 1;
  }
  return text.length;
}

/** Past the brace that closes a template's insert; strings and templates inside it are passed over whole. */
function endOfInsert(text: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < text.length && depth > 0) {
    const end = endOfOpaque(text, at, text.slice(from, at));
    if (end > at) at = end;
    else {
      if (text[at] === "{") depth += 1;
      if (text[at] === "}") depth -= 1;
      at += 1;
    }
  }
  return at;
}

/** A slash divides after a value; elsewhere it starts a regular expression. */
function startsRegex(before: string): boolean {
  const code = before.trimEnd();
  return code === "" || /(^|[^\w$)\]}"'`])$/.test(code) || /\b(return|typeof|case|in|of|yield|await)$/.test(code);
}

function endOfRegex(text: string, from: number): number {
  let inClass = false;
  for (let at = from; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
    else if (text[at] === "/" && !inClass) return at + 1;
  }
  return from;
}
