import { isDeepStrictEqual } from "node:util";

/** One piece of a marked sentence: plain text, or an edit with the learner's side, the editor's, or both. */
export type Piece = string | Edit;

export interface Edit {
  /** Absent where the learner left a word out. */
  readonly learner?: string;
  /** Absent where the editor only took a word away. */
  readonly editor?: string;
}

export type Side = keyof Edit;

// Where text would be read as a marker, its brackets are escaped with a backslash, and so are its backslashes.
const RISKY = /[\\[\]{}]/g;
const ESCAPED = /\\([\\[\]{}])/g;
const INNER = String.raw`(?:\\[\\[\]{}]|(?!\[-|\{\+|\\[\\[\]{}])[\s\S])*?`;
const MARKER = new RegExp(String.raw`\\[\\[\]{}]|\[-(${INNER})-\]|\{\+(${INNER})\+\}`, "g");

/**
 * Reads `[-learner-]{+editor+}` and `{+editor+}[-learner-]`, and either marker alone (a word too many, a word missing).
 * A bracket that opens no whole marker is plain text.
 */
export function parseMarked(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = "";
  let end = 0;
  const flush = (): void => {
    if (plain !== "") pieces.push(plain.replace(ESCAPED, "$1"));
    plain = "";
  };
  for (const match of text.matchAll(MARKER)) {
    plain += text.slice(end, match.index);
    end = match.index + match[0].length;
    const [learner, editor] = [match[1], match[2]];
    if (learner === undefined && editor === undefined) {
      plain += match[0];
      continue;
    }
    flush();
    join(pieces, learner === undefined ? { editor: bare(editor ?? "") } : { learner: bare(learner) });
  }
  plain += text.slice(end);
  flush();
  return pieces;
}

/** Writes a marked sentence, the learner's side first. Backslashes are added only where it would be misread without. */
export function writeMarked(pieces: readonly Piece[]): string {
  const plain = write(pieces, (text) => text);
  const same = isDeepStrictEqual(parseMarked(plain), pieces);
  return same ? plain : write(pieces, (text) => text.replace(RISKY, "\\$&"));
}

/** The sentence as one side wrote it. Where a word falls away between two spaces, one of them goes with it. */
export function sideOf(pieces: readonly Piece[], side: Side): string {
  let sentence = "";
  let fell = false;
  for (const piece of pieces) {
    const text = typeof piece === "string" ? piece : piece[side];
    if (text === undefined) {
      fell = true;
      continue;
    }
    if (fell && /^[.,;:!?]/.test(text)) sentence = sentence.replace(/ $/, "");
    sentence += fell && (sentence === "" || sentence.endsWith(" ")) ? text.replace(/^ /, "") : text;
    fell = false;
  }
  return fell ? sentence.replace(/ $/, "") : sentence;
}

/** Two markers side by side, of different sides, are one replacement. */
function join(pieces: Piece[], edit: Edit): void {
  const last = pieces.at(-1);
  const pairs =
    typeof last === "object" &&
    (last.learner === undefined) !== (last.editor === undefined) &&
    (last.learner === undefined) !== (edit.learner === undefined);
  if (pairs) pieces[pieces.length - 1] = { ...last, ...edit };
  else pieces.push(edit);
}

function write(pieces: readonly Piece[], quote: (text: string) => string): string {
  const one = ({ learner, editor }: Edit): string =>
    (learner === undefined ? "" : `[-${quote(learner)}-]`) + (editor === undefined ? "" : `{+${quote(editor)}+}`);
  return pieces.map((piece) => (typeof piece === "string" ? quote(piece) : one(piece))).join("");
}

function bare(text: string): string {
  return text.replace(ESCAPED, "$1");
}
