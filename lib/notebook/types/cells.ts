import ts from "typescript-api";
import type { Completion, TypeFault, TypeServiceOptions } from "./answers.ts";
import { declarationsOf } from "./declarations.ts";
import { type Declared, declaredIn, mentionedIn, type ValueKind } from "./declared.ts";
import { createHost, declarationFile } from "./host.ts";
import { createNames } from "./names.ts";

/** A notebook's cells as TypeScript sees them: each a module, with the names of those before it in scope. */
export interface Cells {
  check(cell: string): TypeFault[];
  /** The cell was run: later cells see its names. */
  accept(cell: string): void;
  complete(cell: string, offset: number): Completion;
  inspect(cell: string, offset: number): string | undefined;
  /** Starts anew: no earlier cells. */
  forget(): void;
}

/** The module of the cell in hand; "~" keeps it apart from files of the notebook's writer. */
const OPEN = "./~cell.mts";

export function createCells(place: TypeServiceOptions): Cells {
  const host = createHost(place, OPEN);
  const service = ts.createLanguageService(host, keepingRegistry());
  const file = host.pathOf(OPEN);
  let names = createNames();
  let accepted = 0;

  /** Puts a cell in hand, below one line that declares what it takes from others; the length of that line. */
  const open = (cell: string, { declared, mentioned }: ReadCell, exports = ""): number => {
    const prelude = `${names.prelude(mentioned, declared)}\n`;
    host.set(file, `${prelude}${cell}${exports}`);
    return prelude.length;
  };

  return {
    check: (cell) => {
      const read = readCell(cell);
      if (read.broken.length > 0) return read.broken.map((one) => faultOf(one, 1, names.kindOf));
      const before = open(cell, read, exportsOf(read));
      const found = service.getSemanticDiagnostics(file).filter(({ start = -1, code }) => {
        return start >= before && start <= before + cell.length && code !== JSON_ATTRIBUTE;
      });
      return found.map((one) => faultOf(one, 0, names.kindOf)); // the prelude is line 0
    },
    accept: (cell) => {
      const read = readCell(cell);
      if (read.declared.size === 0) return;
      const module = `./~cell-${++accepted}.mts`;
      const exports = exportsOf(read);
      open(cell, read, exports); // as it was checked: nothing is done twice
      const types = declarationsOf(service, file, host.resolves);
      if (types === undefined)
        host.set(host.pathOf(module), `${names.prelude(read.mentioned, read.declared)}\n${cell}${exports}`);
      else host.set(host.pathOf(declarationFile(module)), types);
      names.take(module, read.declared);
    },
    complete: (cell, offset) => {
      const read = readCell(cell);
      const before = open(cell, { ...read, mentioned: new Set([...read.mentioned, ...names.all()]) });
      const found = service.getCompletionsAtPosition(file, before + offset, undefined);
      const start = startOf(cell, offset, found);
      const typed = cell.slice(start, offset);
      const matches = found?.entries.map(({ name }) => name).filter((name) => name.startsWith(typed)) ?? [];
      return { matches: [...new Set(matches)], start, end: offset };
    },
    inspect: (cell, offset) => {
      const before = open(cell, readCell(cell));
      const info = service.getQuickInfoAtPosition(file, before + offset);
      return info && describe(info);
    },
    forget: () => {
      host.clear();
      names = createNames();
      accepted = 0;
    },
  };
}

/** Keeps what was parsed once: a package that one cell does not use is used by the next. */
function keepingRegistry(): ts.DocumentRegistry {
  const keep = (): void => undefined;
  return { ...ts.createDocumentRegistry(), releaseDocument: keep, releaseDocumentWithKey: keep };
}

/** A JSON file imported without `with { type: "json" }`, which the kernel adds. */
const JSON_ATTRIBUTE = 1543;

interface ReadCell {
  readonly declared: ReadonlyMap<string, Declared>;
  readonly mentioned: ReadonlySet<string>;
  /** Its syntax errors. */
  readonly broken: readonly ts.Diagnostic[];
}

function readCell(cell: string): ReadCell {
  const source = ts.createSourceFile("cell.mts", cell, ts.ScriptTarget.ESNext);
  const { parseDiagnostics: broken = [] } = source as { readonly parseDiagnostics?: readonly ts.Diagnostic[] };
  return { declared: declaredIn(source), mentioned: mentionedIn(source), broken };
}

/** Below the cell: the names that it does not export itself. */
function exportsOf({ declared }: ReadCell): string {
  const own = [...declared].filter(([, { exported }]) => !exported).map(([name]) => name);
  return `\nexport { ${own.join(", ")} };\n`;
}

/** What TypeScript says of an earlier cell's name that was assigned to: to it, the name is an import. */
const ASSIGNED: Partial<Readonly<Record<ValueKind, readonly [code: number, what: string]>>> = {
  const: [2588, "a constant"],
  function: [2630, "a function"],
  class: [2629, "a class"],
  enum: [2628, "an enum"],
};
const ASSIGNED_IMPORT = 2632;

/** @param first number of the first line */
function faultOf(diagnostic: ts.Diagnostic, first: number, kindOf: (name: string) => ValueKind | undefined): TypeFault {
  const { line, character } = ts.getLineAndCharacterOfPosition(diagnostic.file as ts.SourceFile, diagnostic.start ?? 0);
  const message = withoutModules(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
  const at = { line: line + first, column: character + 1 };
  const name = diagnostic.code === ASSIGNED_IMPORT ? message.match(/'(.*)'/)?.[1] : undefined;
  const [code, what] = (name !== undefined && ASSIGNED[kindOf(name) ?? "import"]) || [];
  if (code === undefined) return { ...at, code: diagnostic.code, message };
  return { ...at, code, message: `Cannot assign to '${name}' because it is ${what}.` };
}

/** How TypeScript tells types of one name apart: import("/notebooks/~cell-3.mts", { with: { … } }).Row */
const MODULE = /import\("[^"]*\/~cell(-\d+)?[^"]*"(, \{ with: \{[^}]*\} \})?\)\./g;

function withoutModules(text: string): string {
  return text.replaceAll(MODULE, (_module, other?: string) => (other === undefined ? "" : "earlier."));
}

/** Where the word before the cursor starts; inside a string, TypeScript says so itself. */
function startOf(cell: string, offset: number, found: ts.CompletionInfo | undefined): number {
  const span = found?.entries[0]?.replacementSpan;
  if (span) return offset - (/[^'"`/]*$/.exec(cell.slice(0, offset))?.[0].length ?? 0);
  return offset - (/[\p{ID_Continue}$\u200c\u200d]*$/u.exec(cell.slice(0, offset))?.[0].length ?? 0);
}

/** Signature, documentation and tags as plain text; an import is shown as what it brings. */
function describe({ displayParts, documentation, tags }: ts.QuickInfo): string {
  const signature = ts
    .displayPartsToString(displayParts)
    .replace(/^\(alias\) /, "")
    .replace(/\nimport .*$/s, "");
  const notes = tags?.map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`.trim()) ?? [];
  const parts = [signature, ts.displayPartsToString(documentation), notes.join("\n")];
  return parts
    .filter((part) => part !== "")
    .join("\n\n")
    .replaceAll(MODULE, "");
}
