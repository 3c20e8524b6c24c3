import { excerpt, type PlacedFailure } from "./failure.ts";
import type { TypeMode } from "./session.ts";
import type { TypeFault } from "./types/answers.ts";
import type { TypeService } from "./types/service.ts";

/** What a cell says of its own check: a line `// @types warn`, `// @types off` or `// @types error`. */
export function typeMode(code: string): TypeMode | undefined {
  return code.match(/^[ \t]*\/\/ @types (error|warn|off)[ \t]*$/m)?.[1] as TypeMode | undefined;
}

/** A cell that is to be checked. */
export interface Checked {
  readonly checker: Pick<TypeService, "check">;
  readonly code: string;
  readonly count: number;
  readonly mode: TypeMode;
  /** Takes text for stderr. */
  warn(text: string): void;
}

/** What keeps a cell from running; warnings are said. A checker that broke down is said, and keeps no cell from running. */
export async function faultOf({ checker, code, count, mode, warn }: Checked): Promise<PlacedFailure | undefined> {
  if (mode === "off") return undefined;
  try {
    const faults = await checker.check(code);
    if (faults.length > 0 && mode === "error") return faultsFailure(faults, code, count);
    if (faults.length > 0) warn(faultsWarning(faults, count));
  } catch (error) {
    warn(`warning: the cell's types were not checked: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  return undefined;
}

/** A cell's type faults as its error: the first one by name, all of them in the traceback. @param faults [n >= 1] */
function faultsFailure(faults: readonly TypeFault[], code: string, count: number): PlacedFailure {
  const [first] = faults;
  const lines = code.split("\n");
  const traceback = faults.flatMap((fault) => [
    faultLine(fault, count),
    ...excerpt(fault, lines[fault.line - 1] ?? ""),
  ]);
  if (!first) throw new RangeError("a failure without faults");
  const { line, column, message } = first;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  return {
    ename: nameOf(first),
    evalue: `line ${line}:${column}: ${message}${more}`,
    traceback,
    at: { line, column },
  };
}

/** The same as text for stderr. */
function faultsWarning(faults: readonly TypeFault[], count: number): string {
  return faults.map((fault) => `warning: ${faultLine(fault, count)}\n`).join("");
}

function faultLine(fault: TypeFault, count: number): string {
  return `${nameOf(fault)}: cell ${count}, line ${fault.line}:${fault.column}: ${fault.message}`;
}

/** TypeScript numbers what is wrong with the syntax from 1000 to 1999. */
function nameOf({ code }: TypeFault): string {
  return `${code < 2000 ? "SyntaxError" : "TypeError"} [TS${code}]`;
}
