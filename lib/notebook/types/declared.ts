import ts from "typescript-api";

/** What a name stands for at the top of a cell; "let" is whatever may be assigned to. */
export type ValueKind = "let" | "const" | "function" | "class" | "enum" | "import";

/** One name of a cell: what it is as a value, and whether it is also a type. */
export interface Declared {
  readonly value?: ValueKind;
  readonly type: boolean;
  /** The cell exports it by a modifier of its own. */
  readonly exported: boolean;
}

/** The names at the top of a cell, in its order. `var` in blocks and loops counts: it belongs to the whole cell. */
export function declaredIn(source: ts.SourceFile): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  const add = (name: string, one: Partial<Declared>): void => {
    const before = found.get(name);
    const value = one.value ?? before?.value;
    const type = (one.type ?? false) || (before?.type ?? false);
    const exported = (one.exported ?? false) || (before?.exported ?? false);
    found.set(name, { ...(value === undefined ? {} : { value }), type, exported });
  };
  for (const statement of source.statements) {
    addStatement(statement, add);
    addHoisted(statement, add);
  }
  return found;
}

/** Every identifier of a cell, property names included. */
export function mentionedIn(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

type Add = (name: string, one: Partial<Declared>) => void;

function addStatement(statement: ts.Statement, add: Add): void {
  const exported = isExported(statement);
  if (ts.isImportDeclaration(statement)) addImport(statement.importClause, add);
  else if (ts.isVariableStatement(statement)) addVariables(statement.declarationList, exported, add);
  else if (ts.isFunctionDeclaration(statement)) named(statement, { value: "function", exported }, add);
  else if (ts.isClassDeclaration(statement)) named(statement, { value: "class", type: true, exported }, add);
  else if (ts.isEnumDeclaration(statement)) named(statement, { value: "enum", type: true, exported }, add);
  else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    named(statement, { type: true, exported }, add);
  else if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name) && statement.name.text !== "global")
    named(statement, { value: "const", type: true, exported }, add);
}

function named(statement: { readonly name?: ts.Node }, one: Partial<Declared>, add: Add): void {
  if (statement.name && ts.isIdentifier(statement.name)) add(statement.name.text, one);
}

function addImport(clause: ts.ImportClause | undefined, add: Add): void {
  if (!clause) return;
  const one = (typeOnly: boolean): Partial<Declared> => ({ type: true, ...(typeOnly ? {} : { value: "import" }) });
  const all = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
  if (clause.name) add(clause.name.text, one(all));
  const bindings = clause.namedBindings;
  if (!bindings) return;
  if (ts.isNamespaceImport(bindings)) add(bindings.name.text, one(all));
  else for (const each of bindings.elements) add(each.name.text, one(all || each.isTypeOnly));
}

function addVariables(list: ts.VariableDeclarationList, exported: boolean, add: Add): void {
  const kinds = ts.NodeFlags.Const | ts.NodeFlags.Using; // AwaitUsing holds both bits
  const value = (list.flags & kinds) === 0 ? "let" : "const";
  for (const { name } of list.declarations) addBinding(name, { value, exported }, add);
}

function addBinding(name: ts.BindingName, one: Partial<Declared>, add: Add): void {
  if (ts.isIdentifier(name)) add(name.text, one);
  else for (const element of name.elements) if (ts.isBindingElement(element)) addBinding(element.name, one, add);
}

/** `var` below a statement, functions and classes left out. */
function addHoisted(node: ts.Node, add: Add): void {
  ts.forEachChild(node, (child) => {
    if (ts.isFunctionLike(child) || ts.isClassLike(child) || ts.isModuleBlock(child)) return;
    if (ts.isVariableDeclarationList(child) && (child.flags & ts.NodeFlags.BlockScoped) === 0)
      addVariables(child, false, add);
    addHoisted(child, add);
  });
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}
