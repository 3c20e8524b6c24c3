import type { DataInput, RowOrBad } from "corrigenda/dataset";
import { bad, skipped } from "./error-row.ts";
import { type M2Sentence, parseM2, type TokenEdit, tokenRow } from "./m2.ts";
import type { DraftRow } from "./row.ts";
import { blocksOf } from "./streams.ts";

/** Tags of lexical edits. VERB:TENSE, NOUN:NUM and the like are grammatical. */
const LEXICAL = new Set(["OTHER", "VERB", "NOUN", "ADJ", "ADV"]);

/**
 * The Longman Dictionary of Common Errors in block form: a line with the headword, then a sentence in M2. Each edit with
 * a lexical tag becomes a row; where the learner left the word out, the headword stands for it.
 */
export async function* readLongman(input: DataInput): AsyncGenerator<RowOrBad<DraftRow>> {
  for await (const block of blocksOf(input)) {
    const [head, ...lines] = block;
    if (head === undefined) continue;
    const place = `${input.file}:${head.number}`;
    if (lines.length === 0) {
      yield bad(place, "a headword without a sentence");
      continue;
    }
    const sentence = parseM2(lines, input.file, 0);
    if ("ok" in sentence) yield sentence;
    else if (sentence.tokens.length === 0) yield skipped(place, "no learner sentence");
    else yield* rowsOf(sentence, head.text.trim(), input.file);
  }
}

function* rowsOf(sentence: M2Sentence, headword: string, file: string): Generator<RowOrBad<DraftRow>> {
  if (sentence.edits.length === 0) yield skipped(`${file}:${sentence.line}`, "annotator 0 changed nothing");
  const text = `${headword}\n${sentence.tokens.join(" ")}`;
  for (const edit of sentence.edits) {
    const place = `${file}:${edit.line}`;
    const reason = whyNot(edit, sentence.tokens);
    if (reason !== undefined) yield skipped(place, reason);
    else
      yield {
        ok: true,
        place,
        row: tokenRow(sentence, edit, { source: "longman-dictionary-of-common-errors", headword, text }),
      };
  }
}

function whyNot(edit: TokenEdit, tokens: readonly string[]): string | undefined {
  if (!LEXICAL.has(edit.type.slice(edit.type.indexOf(":") + 1))) return "the error type is not lexical";
  if (edit.tokens.length === 0) return "a word was only taken away";
  const same = tokens.slice(edit.from, edit.to).join(" ") === edit.tokens.join(" ");
  return same ? "both forms are the same" : undefined;
}
