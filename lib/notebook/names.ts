import type { AnyNode, BlockStatement, Pattern, Program, StaticBlock, SwitchStatement } from "acorn";

type Scope = AnyNode | Program;

/** Names that a pattern binds: x, {x}, [x = 1], ...x. */
export function boundNames(pattern: Pattern | null | undefined): readonly string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => boundNames(one.type === "RestElement" ? one : one.value));
    case "ArrayPattern":
      return pattern.elements.flatMap(boundNames);
    case "RestElement":
      return boundNames(pattern.argument);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    default:
      return [];
  }
}

/** Names that a list of statements declares for itself: let, const, using, class, function. */
export function lexicalNames(statements: readonly AnyNode[]): readonly string[] {
  return statements.flatMap((statement) => {
    if (statement.type === "VariableDeclaration" && statement.kind !== "var")
      return statement.declarations.flatMap(({ id }) => boundNames(id));
    if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration")
      return boundNames(statement.id);
    return [];
  });
}

/** Names that `var` declares anywhere below a node, functions inside it left out. */
export function varNames(node: Scope): readonly string[] {
  if (node.type === "VariableDeclaration" && node.kind === "var")
    return [...node.declarations.flatMap(({ id }) => boundNames(id)), ...childrenOf(node).flatMap(varNames)];
  return childrenOf(node)
    .filter((child) => !ownsVars(child))
    .flatMap(varNames);
}

/** The statements of a scope that may declare names; empty where a node opens none. */
export function statementsOf(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case "BlockStatement":
    case "StaticBlock":
      return (node as BlockStatement | StaticBlock).body;
    case "SwitchStatement":
      return (node as SwitchStatement).cases.flatMap(({ consequent }) => consequent);
    case "ForStatement":
      return node.init ? [node.init] : [];
    case "ForInStatement":
    case "ForOfStatement":
      return [node.left];
    default:
      return [];
  }
}

export function ownsVars(node: AnyNode): boolean {
  return /^(Function(Declaration|Expression)|ArrowFunctionExpression|StaticBlock)$/.test(node.type);
}

/** Every node right below a node, in the text's order. */
export function childrenOf(node: Scope): readonly AnyNode[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
