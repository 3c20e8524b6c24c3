import type { AnyNode, CallExpression, Identifier, Pattern, Program, TaggedTemplateExpression } from "acorn";
import { boundNames, childrenOf, lexicalNames, ownsVars, statementsOf, varNames } from "./names.ts";

/** A place where a name is used. A call needs other text than a plain use, and so does `{name}`. */
export interface Reference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly as: "value" | "call" | "shorthand";
  /** True where the use begins a statement of a list: text put before it may not join the line above. */
  readonly first: boolean;
}

/** Every use of names that no declaration inside the program hides. @param names declared outside of it */
export function referencesTo(program: Program, names: ReadonlySet<string>): readonly Reference[] {
  if (names.size === 0) return [];
  const found: Reference[] = [];
  const firsts = new Set(program.body.map(({ start }) => start));
  const add = ({ name, start, end }: Identifier, as: Reference["as"], hidden: ReadonlySet<string>): void => {
    if (names.has(name) && !hidden.has(name)) found.push({ name, start, end, as, first: firsts.has(start) });
  };
  const walk = (node: AnyNode, outer: ReadonlySet<string>): void => {
    if (node.type === "Identifier") {
      add(node, "value", outer);
      return;
    }
    if (!node.type.startsWith("For")) for (const { start } of statementsOf(node)) firsts.add(start);
    const hidden = withNames(outer, ownNames(node));
    const shorthand = shorthandOf(node);
    if (shorthand) add(shorthand, "shorthand", hidden);
    const called = calledName(node);
    if (called) add(called, "call", hidden);
    for (const child of partsOf(node)) if (child !== called) walk(child, hidden);
  };
  for (const statement of program.body) walk(statement, new Set());
  return found;
}

/** Names that a node declares for what lies inside it. */
function ownNames(node: AnyNode): readonly string[] {
  const own = lexicalNames(statementsOf(node));
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression": {
      const self = node.type === "FunctionExpression" ? boundNames(node.id) : [];
      return [...own, ...self, ...node.params.flatMap(boundNames), ...varNames(node.body)];
    }
    case "StaticBlock":
      return [...own, ...varNames(node)];
    case "ClassExpression":
    case "ClassDeclaration":
      return boundNames(node.id);
    case "CatchClause":
      return boundNames(node.param);
    default:
      return own;
  }
}

/** What may refer to a name below a node: not its own names, keys or labels. */
function partsOf(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case "MemberExpression":
      return node.computed ? [node.object, node.property] : [node.object];
    case "Property":
      if (shorthandOf(node)) return node.value.type === "AssignmentPattern" ? [node.value.right] : [];
      return node.computed ? [node.key, node.value] : [node.value];
    case "MethodDefinition":
    case "PropertyDefinition":
      return [...(node.computed ? [node.key] : []), ...(node.value ? [node.value] : [])];
    case "LabeledStatement":
      return [node.body];
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
    case "ImportDeclaration":
      return [];
    case "ExportNamedDeclaration":
      return node.declaration ? [node.declaration] : [];
    case "VariableDeclarator":
      return [...defaultsOf(node.id), ...(node.init ? [node.init] : [])];
    case "CatchClause":
      return [...defaultsOf(node.param), node.body];
    case "ClassDeclaration":
    case "ClassExpression":
      return [...(node.superClass ? [node.superClass] : []), node.body];
    default:
      return ownsVars(node) ? functionParts(node) : childrenOf(node);
  }
}

function functionParts(node: AnyNode): readonly AnyNode[] {
  if (!("params" in node)) return childrenOf(node);
  return [...(node.params as Pattern[]).flatMap(defaultsOf), node.body as AnyNode];
}

/** The expressions inside a pattern that declares names: default values and computed keys. */
function defaultsOf(pattern: Pattern | null | undefined): readonly AnyNode[] {
  switch (pattern?.type) {
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => {
        if (one.type === "RestElement") return defaultsOf(one);
        return [...(one.computed ? [one.key] : []), ...defaultsOf(one.value)];
      });
    case "ArrayPattern":
      return pattern.elements.flatMap(defaultsOf);
    case "RestElement":
      return defaultsOf(pattern.argument);
    case "AssignmentPattern":
      return [...defaultsOf(pattern.left), pattern.right];
    default:
      return [];
  }
}

/** The name in `{name}` or `{name = 1}`, as a value or as what is assigned to. */
function shorthandOf(node: AnyNode): Identifier | undefined {
  return node.type === "Property" && node.shorthand && node.key.type === "Identifier" ? node.key : undefined;
}

/** A name that is called or tagged: written `scope.name()` it would be given a `this`. */
function calledName(node: AnyNode): Identifier | undefined {
  const called = calleeOf(node);
  return called?.type === "Identifier" ? called : undefined;
}

function calleeOf(node: AnyNode): AnyNode | undefined {
  if (node.type === "CallExpression") return (node as CallExpression).callee;
  return node.type === "TaggedTemplateExpression" ? (node as TaggedTemplateExpression).tag : undefined;
}

function withNames(outer: ReadonlySet<string>, names: readonly string[]): ReadonlySet<string> {
  return names.length === 0 ? outer : new Set([...outer, ...names]);
}
