import type { Json } from "corrigenda/json";

const MARKUP = Symbol("markup");

/** Markup that is safe to insert. Only `html` and this folder's own parts make it: any other text is escaped. */
export interface Html {
  readonly [MARKUP]: string;
}

export type Insert = string | number | Html | readonly Html[] | undefined;

/**
 * Markup with every inserted text escaped, also inside quoted attributes. Not for <script>, <style> or unquoted
 * attributes: data goes in through `dataBlock`.
 */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  let text = parts[0] ?? "";
  for (const [index, insert] of inserts.entries()) text += show(insert) + (parts[index + 1] ?? "");
  return { [MARKUP]: text };
}

/** The text of markup. */
export function markup(of: Html): string {
  return of[MARKUP];
}

/** Data for a page's script. "<" cannot end the block, nor open a comment in it. */
export function dataBlock(name: string, value: Json): Html {
  const json = JSON.stringify(value).replaceAll("<", "\\u003c");
  return { [MARKUP]: `<script type="application/json" data-for="${escapeText(name)}">${json}</script>` };
}

/** A script or style of this folder, as it is. */
export function verbatim(tag: "script" | "style", source: string): Html {
  return { [MARKUP]: `<${tag}>${source}</${tag}>` };
}

function show(insert: Insert): string {
  if (insert === undefined) return "";
  if (typeof insert === "string") return escapeText(insert);
  if (typeof insert === "number") return escapeText(String(insert));
  return "length" in insert ? insert.map(markup).join("") : markup(insert);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}
