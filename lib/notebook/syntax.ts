import { SourceMap, stripTypeScriptTypes } from "node:module";
import { type Options, type Program, parse } from "acorn";
import type { Place } from "./session.ts";

/** A cell that cannot be read. */
export class CellSyntaxError extends Error {
  override readonly name = "SyntaxError";
  readonly at: Place | undefined;

  constructor(message: string, at: Place | undefined) {
    super(message);
    this.at = at;
  }
}

/** A cell without its types. */
export interface Script {
  readonly text: string;
  readonly program: Program;
  /** Where a place of `text` stands in the cell. Both count from 1. */
  place(at: Place): Place;
}

const GRAMMAR: Options = {
  ecmaVersion: "latest",
  sourceType: "module",
  allowAwaitOutsideFunction: true,
  allowHashBang: true,
};

/** Takes the types out and reads what is left; throws CellSyntaxError. */
export function readCell(code: string): Script {
  const { text, place } = withoutTypes(code);
  try {
    return { text, place, program: parse(text, GRAMMAR) };
  } catch (error) {
    const { message, loc } = error as SyntaxError & { loc?: { line: number; column: number } };
    const at = loc && place({ line: loc.line, column: loc.column + 1 });
    throw new CellSyntaxError(message.replace(/ \(\d+:\d+\)$/, ""), at);
  }
}

type Stripped = Pick<Script, "text" | "place">;

/** Types give way to spaces, so that places stay; enums, namespaces and the like have to be written anew. */
function withoutTypes(code: string): Stripped {
  try {
    return { text: stripTypeScriptTypes(code), place: (at) => at };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") throw unreadable(error);
  }
  try {
    return mapped(stripTypeScriptTypes(code, { mode: "transform", sourceMap: true }));
  } catch (error) {
    throw unreadable(error);
  }
}

function mapped(output: string): Stripped {
  const mark = "//# sourceMappingURL=data:application/json;base64,";
  const at = output.lastIndexOf(mark);
  const map = new SourceMap(JSON.parse(Buffer.from(output.slice(at + mark.length), "base64").toString("utf8")));
  return {
    text: output.slice(0, at).trimEnd(),
    place: ({ line, column }) => {
      const entry = map.findEntry(line - 1, column - 1);
      if (!("originalLine" in entry)) return { line, column };
      return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
    },
  };
}

/** Node puts ":line", the line and carets below it at the head of the stack. */
function unreadable(error: unknown): CellSyntaxError {
  const { message, stack = "" } = error as Error;
  const [, line, text = "", before, caret] = stack.match(/^[^\n]*:(\d+)\n([^\n]*)\n( *)(\^?)/) ?? [];
  if (line === undefined) return new CellSyntaxError(message, undefined);
  // No caret: the cell ends too early.
  return new CellSyntaxError(message, { line: Number(line), column: (caret ? (before ?? "") : text).length + 1 });
}
