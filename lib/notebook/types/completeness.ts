import ts from "typescript-api";
import type { Completeness } from "./answers.ts";

/** Unterminated texts, comments and templates end where the cell ends, but are reported where they start. */
const UNTERMINATED = new Set([1002, 1010, 1160]);

/** Looks at the first syntax error: one at the very end of the cell asks for more. */
export function completeness(cell: string): Completeness {
  const { diagnostics = [] } = ts.transpileModule(cell, {
    reportDiagnostics: true,
    fileName: "cell.mts",
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  const first = diagnostics.find(({ category }) => category === ts.DiagnosticCategory.Error);
  if (!first) return { status: "complete", indent: "" };
  const end = cell.trimEnd().length;
  const start = first.start ?? 0;
  const open = start >= end || (UNTERMINATED.has(first.code) && start + (first.length ?? 0) >= end);
  return open ? { status: "incomplete", indent: indentAfter(cell.trimEnd()) } : { status: "invalid", indent: "" };
}

/** The last line's indentation, and one step more after an opening bracket. */
function indentAfter(cell: string): string {
  const last = cell.slice(cell.lastIndexOf("\n") + 1);
  const indent = /^\s*/.exec(last)?.[0] ?? "";
  return /[{([]$|=>$/.test(last) ? `${indent}  ` : indent;
}
