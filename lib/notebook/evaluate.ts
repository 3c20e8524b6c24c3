import path from "node:path";
import vm from "node:vm";
import { bundleOf } from "./bundle.ts";
import { type CompiledCell, compileCell } from "./cell.ts";
import { failureOf, type PlacedFailure, placedFailure } from "./failure.ts";
import { openCellBook } from "./frames.ts";
import { createHost } from "./host.ts";
import type { MimeBundle } from "./output.ts";
import { requireFrom } from "./resolve.ts";
import { CellSyntaxError } from "./syntax.ts";
import { createVariables } from "./variables.ts";

/** Runs cells in this thread, one at a time. */
export interface Evaluator {
  /** Compiles a cell; throws what `failureOf` makes a failure of. */
  prepare(code: string, count: number): Prepared;
  /** What was thrown, as its reader sees it. */
  failureOf(thrown: unknown): PlacedFailure;
}

export interface Prepared {
  /** Runs the cell. What its last expression looks like; undefined where there is none, or it is undefined. */
  run(): Promise<MimeBundle | undefined>;
  /** Call when the cell failed. */
  failed(): void;
  /** Call when the cell was interrupted, instead. */
  stop(): void;
}

type Script = (...around: readonly unknown[]) => () => Promise<readonly [unknown] | undefined>;

/** @param folder where relative imports start */
export function createEvaluator(folder: string): Evaluator {
  const variables = createVariables();
  const book = openCellBook(folder);
  const host = createHost(variables, folder);
  const around = [variables.scope, host, requireFrom(folder), path.join(folder, "cell"), folder];
  let code = "";
  let count = 0;
  return {
    prepare: (text, number) => {
      [code, count] = [text, number];
      const cell = compileCell(code, variables.names);
      const script = scriptOf(cell, book.add(count, code, cell.place));
      const life = host.life();
      const failed = (): void => variables.settle(cell.declared);
      return {
        run: async () => {
          const value = await life.run(script(...around));
          return value && value[0] !== undefined ? bundleOf(value[0]) : undefined;
        },
        failed,
        stop: () => {
          life.stop();
          failed();
        },
      };
    },
    failureOf: (thrown) => {
      const at = thrown instanceof CellSyntaxError ? thrown.at : host.blamed(thrown);
      if (!at) return failureOf(thrown, book.frames);
      const { name, message } = thrown as Error;
      return placedFailure(name, message, { count, name: "", at, text: code.split("\n")[at.line - 1] ?? "" });
    },
  };
}

function scriptOf({ source }: CompiledCell, filename: string): Script {
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return vm.runInThisContext(source, { filename, lineOffset: -1, importModuleDynamically }) as Script;
}
