import type { AnyNode, ImportDeclaration, ModuleDeclaration, Program, Statement } from "acorn";
import { applyEdits, type Edit, lineEnds } from "./edits.ts";
import { boundNames, childrenOf, lexicalNames, varNames } from "./names.ts";
import { type Reference, referencesTo } from "./references.ts";
import type { Place } from "./session.ts";
import { CellSyntaxError, readCell, type Script } from "./syntax.ts";

/** A cell as a script that V8 runs. */
export interface CompiledCell {
  /**
   * One line, the cell's lines, one line: `(__cell, __kernel, require, __filename, __dirname) => async () => [value]`.
   * `__cell` holds what earlier cells declared, `__kernel` is a `CellHost`.
   */
  readonly source: string;
  /** Names that later cells may use. */
  readonly declared: readonly string[];
  /** Where a place of the script, its first line being 0, stands in the cell. */
  place(at: Place): Place;
}

/** What a running cell asks of its surroundings. */
export interface CellHost {
  declare(names: readonly Declared[]): void;
  /** Imports a module; what it throws is blamed on a place of the cell. */
  load(importing: () => Promise<object>, line: number, column: number): Promise<object>;
  /** An export of a module, or the same property of a CommonJS module; throws SyntaxError where it is `needed`. */
  pick(module: object, name: string, needed: boolean, line: number, column: number): unknown;
  /** Hands a value on; throws where the cell was interrupted meanwhile. */
  alive(value?: unknown): unknown;
  readonly meta: ImportMeta;
}

/** A name, how to read it, and how to write it unless it is constant. */
export type Declared = readonly [name: string, get: () => unknown, set?: (value: unknown) => void];

/**
 * Rewrites a cell so that it may await, its last expression is its value, and names are kept: what it declares are its
 * own variables, which `__cell` reads and writes for later cells; their uses of them become `__cell.name`. A name that
 * is declared again belongs to the newest cell. @param known names that earlier cells declared
 */
export function compileCell(code: string, known: ReadonlySet<string>): CompiledCell {
  const script = readCell(code);
  const { text, program } = script;
  const statements = program.body.map(unwrapped);
  const imports = program.body.filter((one) => one.type === "ImportDeclaration");
  const imported = imports.flatMap((one) => one.specifiers.map(({ local }) => local.name));
  const declared = [...new Set([...imported, ...lexicalNames(statements), ...varNames(program)])];
  const earlier = new Set([...known].filter((name) => !declared.includes(name)));
  const edited = applyEdits(text, [
    ...closingFirst([returned(program, text), ...(text.includes("await") ? awaited(program) : [])]),
    ...program.body.flatMap((statement) => moduleEdits(statement, text, script)),
    ...(text.includes("import.meta") ? metaEdits(program) : []),
    ...referencesTo(program, earlier).map((one) => referenceEdit(one, program.body.at(-1)?.start)),
  ]);
  const constant = new Set([...imported, ...constants(statements)]);
  const names = declared.map((name) => accessors(name, constant.has(name)));
  const used = new Set(referencesTo(program, new Set(imported)).map(({ name }) => name));
  const head = `__kernel.declare([${names.join(", ")}]);${imports.map((one, at) => importing(one, at, used, script)).join("")}`;
  return {
    source: `(__cell, __kernel, require, __filename, __dirname) => async () => { "use strict"; ${head}\n${edited.text}\n}`,
    declared,
    place: ({ line, column }) => script.place({ line, column: edited.column(line, column) }),
  };
}

/** The value of the last expression, in a list: a promise that is the value is not awaited. */
function returned(program: Program, text: string): Wrapping | undefined {
  const last = program.body.at(-1);
  if (last?.type !== "ExpressionStatement") return undefined;
  const end = text[last.end - 1] === ";" ? last.end - 1 : last.end;
  return { start: last.start, end, open: "return [(", close: ")]" };
}

/** A cell that was interrupted goes no further than to its next await, also in a function of an earlier cell. */
function awaited(node: AnyNode | Program): readonly Wrapping[] {
  const inside = childrenOf(node).flatMap(awaited);
  if (node.type === "AwaitExpression")
    return [{ start: node.start, end: node.end, open: "__kernel.alive(", close: ")" }, ...inside];
  if (node.type !== "ForOfStatement" || !node.await) return inside;
  return [{ start: node.body.start, end: node.body.end, open: "{ __kernel.alive(); ", close: " }" }, ...inside];
}

interface Wrapping {
  readonly start: number;
  readonly end: number;
  readonly open: string;
  readonly close: string;
}

/** At one place what ends is closed, from the inside out, before what begins is opened. @param wrappings outer first */
function closingFirst(wrappings: readonly (Wrapping | undefined)[]): readonly Edit[] {
  const all = wrappings.filter((one) => one !== undefined);
  const closing = all.toReversed().map(({ end, close }) => insert(end, close));
  return [...closing, ...all.map(({ start, open }) => insert(start, open))];
}

/** Imports are done ahead of the cell, and exports are plain declarations. */
function moduleEdits(statement: Statement | ModuleDeclaration, text: string, script: Script): readonly Edit[] {
  const without = (end: number): readonly Edit[] => {
    return [{ start: statement.start, end, text: lineEnds(text.slice(statement.start, end)) }];
  };
  switch (statement.type) {
    case "ImportDeclaration":
      return without(statement.end);
    case "ExportDefaultDeclaration":
      return without(statement.declaration.start);
    case "ExportNamedDeclaration":
      if (statement.source) throw new CellSyntaxError(FROM, placeOf(statement.start, script));
      return without(statement.declaration?.start ?? statement.end);
    case "ExportAllDeclaration":
      throw new CellSyntaxError(FROM, placeOf(statement.start, script));
    default:
      return [];
  }
}

const FROM = 'a cell cannot "export … from"; import the names instead';

function unwrapped(statement: Statement | ModuleDeclaration): AnyNode {
  if (statement.type === "ExportNamedDeclaration") return statement.declaration ?? statement;
  return statement.type === "ExportDefaultDeclaration" ? statement.declaration : statement;
}

function constants(statements: readonly AnyNode[]): readonly string[] {
  return statements.flatMap((one) =>
    one.type === "VariableDeclaration" && !/^(var|let)$/.test(one.kind)
      ? one.declarations.flatMap(({ id }) => boundNames(id))
      : [],
  );
}

function accessors(name: string, constant: boolean): string {
  const set = constant ? "" : `, (__value) => { ${name} = __value; }`;
  return `["${name}", () => ${name}${set}]`;
}

function importing(one: ImportDeclaration, at: number, used: ReadonlySet<string>, script: Script): string {
  const { line, column } = placeOf(one.start, script);
  const attributes = one.attributes.map(({ key, value }) => {
    return `${JSON.stringify(key.type === "Identifier" ? key.name : key.value)}: ${JSON.stringify(value.value)}`;
  });
  const options = attributes.length === 0 ? "" : `, { with: { ${attributes.join(", ")} } }`;
  const module = `__module${at}`;
  const names = one.specifiers.map((specifier) => {
    const { name } = specifier.local;
    if (specifier.type === "ImportNamespaceSpecifier") return ` const ${name} = ${module};`;
    const wanted = specifier.type === "ImportDefaultSpecifier" ? "default" : exportedName(specifier.imported);
    const found = `__kernel.pick(${module}, ${JSON.stringify(wanted)}, ${used.has(name)}, ${line}, ${column})`;
    return ` const ${name} = ${found};`;
  });
  const load = `__kernel.load(() => import(${JSON.stringify(one.source.value)}${options}), ${line}, ${column})`;
  return ` const ${module} = await ${load};${names.join("")}`;
}

function exportedName(name: { type: "Identifier"; name: string } | { type: "Literal"; value?: unknown }): string {
  return name.type === "Identifier" ? name.name : String(name.value);
}

/** @param returned where the last statement starts: "return" stands before it already */
function referenceEdit({ name, start, end, as, first }: Reference, returned: number | undefined): Edit {
  const value = `__cell.${name}`;
  if (as === "shorthand") return { start, end, text: `${name}: ${value}` };
  // A call through `__cell` would pass it as `this`; a line that begins with "(" would go on with the one above.
  return { start, end, text: as === "call" ? `${first && start !== returned ? ";" : ""}(0, ${value})` : value };
}

function metaEdits(program: Program): readonly Edit[] {
  const below = (node: AnyNode | Program): readonly Edit[] => {
    if (node.type === "MetaProperty" && node.meta.name === "import")
      return [{ start: node.start, end: node.end, text: "__kernel.meta" }];
    return childrenOf(node).flatMap(below);
  };
  return below(program);
}

function insert(start: number, text: string): Edit {
  return { start, end: start, text };
}

function placeOf(offset: number, { text, place }: Script): Place {
  const before = text.slice(0, offset).split("\n");
  return place({ line: before.length, column: (before.at(-1)?.length ?? 0) + 1 });
}
