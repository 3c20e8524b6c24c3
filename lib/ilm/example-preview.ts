import type { MaskedDocument } from "./mask-document.ts";
import type { Spans } from "./mask-hierarchical.ts";

/** A text with its spans replaced, and what stood there. */
export interface Applied {
  readonly context: string;
  readonly answers: readonly { readonly type: string; readonly text: string }[];
}

/** "She ate <ngram> for <word>." @param spans ascending, without overlap */
export function applySpans(text: string, spans: Spans, types: readonly string[]): Applied {
  const [parts, answers]: [string[], { type: string; text: string }[]] = [[], []];
  let from = 0;
  for (let at = 0; at < spans.length; at += 3) {
    const [place = 0, start = 0, length = 0] = [spans[at], spans[at + 1], spans[at + 2]];
    const type = types[place] ?? "";
    parts.push(text.slice(from, start), `<${type}>`);
    answers.push({ type, text: text.slice(start, start + length) });
    from = start + length;
  }
  return { context: parts.join("") + text.slice(from), answers };
}

/** One example of a document for reading: the text, the context, the answers. */
export function previewLines({ text, examples }: MaskedDocument, example: number, types: readonly string[]): string[] {
  const { context, answers } = applySpans(text, examples[example] ?? [], types);
  const list = answers.map((answer) => `  <${answer.type}>  ${answer.text.replaceAll("\n", "\n    ")}`);
  const lines = ["── original", text, "── context", context, `── answers: ${answers.length}`, ...list, ""];
  // What would move the cursor or colour the terminal is left out.
  return lines.map((line) => line.replace(/[^\P{Cc}\n\t]/gu, ""));
}
