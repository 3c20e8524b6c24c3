import path from "node:path";
import type { CompiledCell } from "./cell.ts";
import type { Place } from "./session.ts";

/** The cells that were run, by the file names under which V8 knows them. */
export interface CellBook {
  /** A file name for a cell that is about to run, under the count that its reader sees. */
  add(count: number, code: string, place: CompiledCell["place"]): string;
  /** The frames of an error's stack that lie in cells, innermost first. */
  frames(stack: string): readonly Frame[];
}

export interface Frame {
  readonly count: number;
  /** Of the function; "" at the top of a cell. */
  readonly name: string;
  readonly at: Place;
  /** The line. */
  readonly text: string;
}

interface Entry {
  readonly count: number;
  readonly lines: readonly string[];
  readonly place: CompiledCell["place"];
}

/** @param folder relative imports of a cell start here */
export function openCellBook(folder: string): CellBook {
  const entries: Entry[] = [];
  const prefix = path.join(folder, "cell-");
  return {
    add: (count, code, place) => {
      entries.push({ count, lines: code.split("\n"), place });
      return `${prefix}${entries.length}`;
    },
    frames: (stack) => stack.split("\n").flatMap((line) => frameOf(line, prefix, entries)),
  };
}

function frameOf(line: string, prefix: string, entries: readonly Entry[]): readonly Frame[] {
  const from = line.lastIndexOf(prefix);
  if (from < 0 || !/^\s+at /.test(line)) return [];
  const [, index, row, column] = line.slice(from + prefix.length).match(/^(\d+):(\d+):(\d+)\)?$/) ?? [];
  const entry = entries[Number(index) - 1];
  // Line 0 is what was put before the cell.
  if (!entry || row === "0") return [];
  const at = entry.place({ line: Number(row), column: Number(column) });
  const text = entry.lines[at.line - 1];
  if (text === undefined) return [];
  const name = line.match(/^\s+at (?:async )?(?:(.+) )?\($/)?.[1] ?? line.match(/^\s+at (?:async )?(.+) \(/)?.[1] ?? "";
  return [{ count: entry.count, name: /__kernel|<anonymous>/.test(name) ? "" : name, at, text }];
}
