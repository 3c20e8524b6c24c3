/** A stretch of a text that is replaced. The new text has as many line ends as the old one, so that lines keep their numbers. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Edited {
  readonly text: string;
  /** Where a column of the edited text stood before, on the same line. Both count from 1. */
  column(line: number, column: number): number;
}

/** A text with its edits made. @param edits do not overlap; any order, but insertions at one place keep theirs */
export function applyEdits(text: string, edits: readonly Edit[]): Edited {
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  const starts = lineStarts(text);
  const parts: string[] = [];
  let at = 0;
  for (const edit of sorted) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  parts.push(text.slice(at));
  return {
    text: parts.join(""),
    column: (line, column) => {
      const [from = 0, next = text.length + 1] = starts.slice(line - 1, line + 1);
      let shift = 0;
      for (const { start, end, text: put } of sorted) {
        if (start < from || start >= next) continue;
        const before = start - from + shift + 1;
        if (column < before) break;
        if (column < before + put.length) return start - from + 1;
        shift += put.length - (Math.min(end, next) - start);
      }
      return Math.max(1, column - shift);
    },
  };
}

/** As many line ends as a text has, and nothing else: what is left of a statement that is taken out. */
export function lineEnds(text: string): string {
  return text.replace(/[^\n]+/g, "");
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
