/** What stands in a prompt's placeholders. An absent value leaves its line out; an empty text does not. */
export type Values = Readonly<Record<string, string | undefined>>;

/** A prompt text read once: lines of literal texts and names of placeholders. */
export interface Template {
  readonly lines: readonly TemplateLine[];
  /** Names of the placeholders used. */
  readonly names: ReadonlySet<string>;
}

interface TemplateLine {
  /** Literal texts at even places, names of placeholders at odd ones. */
  readonly parts: readonly string[];
  /** For an opening tag that stands alone on its line: the line of its closing tag. */
  readonly closes?: number;
}

/** Reads a prompt text: {name} is a placeholder, {{ and }} are braces. Tells `complain` what is not, and in which line (from 1). */
export function compile(text: string, complain: (what: string, line: number) => void): Template {
  const texts = text.trimEnd().split("\n");
  const lines = texts.map((line, at) => ({ parts: split(line, (what) => complain(what, at + 1)) }));
  const names = new Set(lines.flatMap((line) => line.parts.filter((_, place) => place % 2 === 1)));
  return { lines: lines.map((line, at) => ({ ...line, ...closing(lines, at) })), names };
}

/** Fills a template in one pass, so that what is inserted is never read as a template. */
export function fill(template: Template, values: Values): string {
  const lines = fillLines(template.lines, 0, template.lines.length, values);
  while (lines.at(-1) === "") lines.pop();
  return lines.join("\n");
}

function fillLines(lines: readonly TemplateLine[], from: number, to: number, values: Values): string[] {
  const filled: string[] = [];
  let blank = true;
  for (let at = from; at < to; at++) {
    const line = lines[at] as TemplateLine;
    const more = fillLine(lines, at, values);
    if (line.closes !== undefined) at = line.closes;
    const isBlank = line.parts.length === 1 && line.parts[0] === "";
    if (more === undefined || (isBlank && blank)) continue;
    filled.push(...more);
    blank = isBlank;
  }
  return filled;
}

/** The text of a line, or of a whole <tag>…</tag> block where one opens; undefined where nothing is known to fill it. */
function fillLine(lines: readonly TemplateLine[], at: number, values: Values): string[] | undefined {
  const line = lines[at] as TemplateLine;
  if (line.closes !== undefined) {
    const inner = fillLines(lines, at + 1, line.closes, values);
    const tag = (line.parts[0] as string).trim();
    return inner.length > 0 ? [tag, ...inner, tag.replace("<", "</")] : undefined;
  }
  let text = "";
  for (let place = 0; place < line.parts.length; place++) {
    const part = line.parts[place] as string;
    const value = place % 2 === 0 ? part : values[part];
    if (value === undefined) return undefined;
    text += value;
  }
  return [text];
}

function closing(lines: readonly TemplateLine[], at: number): { readonly closes?: number } {
  const tag = /^\s*<(\w+)>\s*$/.exec(alone(lines[at]) ?? "")?.[1];
  if (tag === undefined) return {};
  const closes = lines.findIndex((line, place) => place > at && alone(line)?.trim() === `</${tag}>`);
  return closes < 0 ? {} : { closes };
}

/** The text of a line without placeholders. */
function alone(line: TemplateLine | undefined): string | undefined {
  return line?.parts.length === 1 ? line.parts[0] : undefined;
}

function split(line: string, complain: (what: string) => void): string[] {
  const parts = [""];
  for (const [token, name] of line.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (name !== undefined) parts.push(name, "");
    else if (token === "{" || token === "}")
      complain(`a single "${token}" in "${line.trim().slice(0, 60)}"; write "${token}${token}" for a brace`);
    else parts.push((parts.pop() ?? "") + (token === "{{" ? "{" : token === "}}" ? "}" : token));
  }
  return parts;
}
