import type { Tokenizer } from "corrigenda/text";
import { aligner } from "./example-align.ts";
import { contextLength, type Example, layout, type Task } from "./example-layout.ts";
import { count, type MaskedDocument } from "./mask-document.ts";
import { documentTokens } from "./tokens-document.ts";
import type { InfillTokens } from "./tokens-infill.ts";

export interface LayoutOptions {
  readonly task: Task;
  /** Tokens of an example at most. */
  readonly length: number;
  readonly tokens: InfillTokens;
  /** Leaves out examples whose context and whole text do not fit: the naive task's, the longest of all. */
  readonly skipNaiveIncomplete?: boolean | undefined;
}

/** The token examples of a masked document. @param dropped gets the reasons of those that are none */
export function documentExamples(
  { text, examples }: MaskedDocument,
  tokenizer: Pick<Tokenizer, "encode" | "byteLength">,
  { task, length, tokens, skipNaiveIncomplete }: LayoutOptions,
  dropped: Map<string, number>,
): Example[] {
  const document = documentTokens(text, tokenizer);
  const align = aligner(text, document);
  const found: Example[] = [];
  for (const spans of examples) {
    const aligned = align(spans);
    if (!aligned.ok) count(dropped, aligned.reason);
    else if (
      skipNaiveIncomplete &&
      contextLength(document.ids.length, aligned.spans) + document.ids.length + 2 > length
    )
      count(dropped, "context and text do not fit");
    else found.push(layout(document.ids, aligned.spans, tokens, task, length));
  }
  return found;
}
