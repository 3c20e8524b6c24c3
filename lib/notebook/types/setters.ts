import ts from "typescript-api";
import { declaredIn } from "./declared.ts";

/**
 * How a later cell gives each variable of a cell another value: "model = ", which TypeScript checks against its
 * declaration; a constant is declared again, with its type: "const limit: number = ".
 */
export function settersOf(cell: string): ReadonlyMap<string, string> {
  const source = ts.createSourceFile("cell.mts", cell, ts.ScriptTarget.ESNext);
  const setters = new Map<string, string>();
  for (const [name, { value }] of declaredIn(source)) {
    if (value === "let") setters.set(name, `${name} = `);
    if (value === "const") setters.set(name, `const ${name} = `);
  }
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, type } of statement.declarationList.declarations) {
      const constant = ts.isIdentifier(name) && setters.get(name.text)?.startsWith("const ");
      if (constant && type) setters.set(name.text, `const ${name.text}: ${type.getText(source)} = `);
    }
  }
  return setters;
}
