import type { DataInput, RowOrBad } from "corrigenda/dataset";
import { bad, skipped } from "./error-row.ts";
import { parseM2, type TokenEdit, tokenRow } from "./m2.ts";
import type { DraftRow } from "./row.ts";
import { blocksOf, type Line } from "./streams.ts";

const SOURCE = "longman-dictionary-of-common-errors";

/** Tags of lexical edits. VERB:TENSE, NOUN:NUM and the like are grammatical. */
const LEXICAL = new Set(["OTHER", "VERB", "NOUN", "ADJ", "ADV"]);

/**
 * The Longman Dictionary of Common Errors in block form: a line with the headword, then a sentence in M2. Each edit with
 * a lexical tag becomes a row; where the learner left the word out, the headword stands for it.
 */
export async function* readLongman(input: DataInput): AsyncGenerator<RowOrBad<DraftRow>> {
  for await (const [head, ...lines] of blocksOf(input)) {
    if (head === undefined) continue;
    const place = `${input.file}:${head.number}`;
    if (lines[0] === undefined) yield bad(place, "a headword without a sentence");
    else if (lines[0].text.startsWith("A ")) yield bad(place, "a sentence without a headword");
    else yield* rowsOf(head, lines, input.file);
  }
}

function* rowsOf(head: Line, lines: readonly Line[], file: string): Generator<RowOrBad<DraftRow>> {
  const sentence = parseM2(lines, file, 0);
  if ("ok" in sentence) {
    yield sentence;
    return;
  }
  const { tokens, edits } = sentence;
  if (tokens.length === 0) yield skipped(`${file}:${head.number}`, "no learner sentence");
  else if (edits.length === 0) yield skipped(`${file}:${head.number}`, "annotator 0 changed nothing");
  else {
    const headword = head.text.trim();
    const origin = { source: SOURCE, headword, text: `${headword}\n${tokens.join(" ")}` };
    for (const edit of edits) {
      const place = `${file}:${edit.line}`;
      const reason = whyNot(edit, tokens);
      if (reason === undefined) yield { ok: true, place, row: tokenRow(sentence, edit, origin) };
      else yield skipped(place, reason);
    }
  }
}

function whyNot(edit: TokenEdit, tokens: readonly string[]): string | undefined {
  if (!LEXICAL.has(edit.type.slice(edit.type.indexOf(":") + 1))) return "the error type is not lexical";
  if (edit.tokens.length === 0) return "a word was only taken away";
  const same = tokens.slice(edit.from, edit.to).join(" ") === edit.tokens.join(" ");
  return same ? "both forms are the same" : undefined;
}
