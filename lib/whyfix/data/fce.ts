import type { DataInput, RowOrBad } from "corrigenda/dataset";
import { rowsOf } from "./corrected-text.ts";
import { bad } from "./error-row.ts";
import { parseScript } from "./fce-script.ts";
import type { DraftRow } from "./row.ts";
import { textsOf } from "./streams.ts";

/**
 * Lexical error codes of the Cambridge Learner Corpus: collocation (CL…), idiom (ID…), register (L…), American spelling
 * (SA…); a replaced word (R) or false friend (FF) unless its part of speech is a pronoun (A), conjunction (C),
 * determiner (D), quantifier (Q), preposition (T) or, for R, punctuation (P). So R, RJ, RN, RV, RY; FF, FFJ, FFN, FFV, FFY.
 */
const LEXICAL = /^(?:CL|ID|L|SA)|^R(?![ACDQTP])[JNVY]?$|^FF(?![ACDQT])/;

const HEAD = /<head[\s>]/;
const END = "</head>";

/**
 * CLC-FCE scripts (XML). A file may hold one script or many, one after the other (`cat fce/*.xml`), so a script that is
 * not well-formed is one bad value and the rest goes on. Each answer is one text.
 */
export async function* readFce(input: DataInput): AsyncGenerator<RowOrBad<DraftRow>> {
  for await (const { xml, line } of scriptsOf(input)) {
    const end = xml.lastIndexOf(END);
    if (!HEAD.test(xml)) yield bad(`${input.file}:${line}`, "no <head> element: not an FCE script");
    else if (end < 0) yield bad(`${input.file}:${line}`, "the script has no </head>: it was cut off");
    else yield* rowsOfScript(xml.slice(0, end + END.length), line, input.file);
  }
}

function* rowsOfScript(xml: string, line: number, file: string): Generator<RowOrBad<DraftRow>> {
  const script = parseScript(xml, line);
  if ("reason" in script) {
    yield bad(`${file}:${script.line}`, script.reason);
    return;
  }
  for (const { nodes, note } of script.answers) {
    yield* rowsOf(nodes, { file, source: "fce-dataset", note, keeps: (type) => LEXICAL.test(type ?? "") });
  }
}

/** The `<head>…` elements of a file, one at a time, each with the line on which it starts. */
async function* scriptsOf(input: DataInput): AsyncGenerator<{ xml: string; line: number }> {
  let rest = "";
  let line = 1;
  for await (const text of textsOf(input)) {
    rest += text;
    for (let next = nextHead(rest); next > 0; next = nextHead(rest)) {
      const xml = rest.slice(0, next);
      if (HEAD.test(xml)) yield { xml, line };
      line += xml.split("\n").length - 1;
      rest = rest.slice(next);
    }
  }
  if (rest.trim() !== "") yield { xml: rest, line };
}

/** Where the next script begins, the one at the very start left aside; 0 while that is not known. */
function nextHead(text: string): number {
  return text.slice(1).search(HEAD) + 1;
}
