/** One piece of a marked sentence: plain text, or an edit with the learner's side, the editor's, or both. */
export type Piece = string | Edit;

export interface Edit {
  /** Absent where the learner left a word out. */
  readonly learner?: string;
  /** Absent where the editor only took a word away. */
  readonly editor?: string;
}

export type Side = keyof Edit;

// Text that looks like a marker is escaped with a backslash, and so is the backslash itself.
const SIGN = String.raw`\\|\[-|-\]|\{\+|\+\}`;
const RISKY = new RegExp(SIGN, "g");
const ESCAPED = new RegExp(String.raw`\\(${SIGN})`, "g");
const INNER = String.raw`(?:\\(?:${SIGN})|(?!\[-|\{\+|\\(?:${SIGN}))[\s\S])*?`;
const MARKER = new RegExp(String.raw`\\(?:${SIGN})|\[-(${INNER})-\]|\{\+(${INNER})\+\}`, "g");

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

/** Writes a marked sentence, the learner's side first. */
export function writeMarked(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? escaped(piece) : writeEdit(piece))).join("");
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

function writeEdit(edit: Edit): string {
  const learner = edit.learner === undefined ? "" : `[-${escaped(edit.learner)}-]`;
  return edit.editor === undefined ? learner : `${learner}{+${escaped(edit.editor)}+}`;
}

function escaped(text: string): string {
  return text.replace(RISKY, "\\$&");
}

function bare(text: string): string {
  return text.replace(ESCAPED, "$1");
}
