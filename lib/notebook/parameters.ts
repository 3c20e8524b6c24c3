import { StudyError } from "corrigenda/error";
import { type Json, parseJson } from "corrigenda/json";
import { type Cell, cellText, codeCell, hasTag, type Notebook } from "./ipynb.ts";
import { boundNames } from "./names.ts";
import { type CellSyntaxError, readCell, type Script } from "./syntax.ts";

const DEFAULTS = "parameters";
const INJECTED = "injected-parameters";

/** Values of parameters by name. */
export type Parameters = Readonly<Record<string, Json>>;

/** Texts from a command line: JSON where they are JSON (5, true, [1, 2]), themselves where they are not. */
export function readParameters(given: Readonly<Record<string, Json>>): Parameters {
  const values = Object.entries(given).map(([name, value]) => {
    return [name, typeof value === "string" ? (parseJson(value) ?? value) : value];
  });
  return Object.fromEntries(values) as Parameters;
}

/**
 * papermill's convention: the cell tagged `parameters` holds defaults, and a cell with other values is put behind it, or
 * at the top where there is none. A `let` is assigned to, so that TypeScript checks the value against its declaration; a
 * `const` is declared again, with its type. Throws StudyError "config" for a name that the cell does not declare.
 */
export function withParameters(notebook: Notebook, values: Parameters, file: string): Notebook {
  const cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED));
  if (Object.keys(values).length === 0) return { ...notebook, cells };
  const at = cells.findIndex((cell) => cell.cell_type === "code" && hasTag(cell, DEFAULTS));
  const [defaults] = cells.slice(at, at + 1);
  const heads = defaults && at >= 0 ? headsOf(defaults, file) : undefined;
  const lines = Object.entries(values).map(([name, value]) => {
    const head = heads ? heads.get(name) : `const ${checkName(name)} = `;
    if (head !== undefined) return `${head}${JSON.stringify(value)};`;
    const known = [...(heads?.keys() ?? [])].join(", ");
    throw new StudyError("config", `${file} has no parameter "${name}"; its parameters are: ${known || "none"}`);
  });
  const cell = codeCell(INJECTED, ["// Parameters", ...lines].join("\n"), [INJECTED]);
  return { ...notebook, cells: [...cells.slice(0, at + 1), cell, ...cells.slice(at + 1)] };
}

/** How each parameter is set: "model = " or "const limit: number = ". */
function headsOf(defaults: Cell, file: string): ReadonlyMap<string, string> {
  const code = cellText(defaults);
  const { program } = readDefaults(code, file);
  const heads = new Map<string, string>();
  for (const statement of program.body) {
    const one = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (one?.type !== "VariableDeclaration") continue;
    for (const { id, init } of one.declarations) {
      for (const name of boundNames(id)) heads.set(name, one.kind === "const" ? `const ${name} = ` : `${name} = `);
      // Taking the types out leaves spaces, so a place without them is a place in the cell.
      const typed = id.type === "Identifier" && init && code.slice(id.start, id.end) === id.name;
      if (one.kind === "const" && typed) heads.set(id.name, `const ${code.slice(id.start, init.start)}`);
    }
  }
  return heads;
}

function readDefaults(code: string, file: string): Script {
  try {
    return readCell(code);
  } catch (cause) {
    const { message, at } = cause as CellSyntaxError;
    const line = at ? `, line ${at.line}` : "";
    throw new StudyError("notebook", `${file}: the cell tagged "${DEFAULTS}"${line}: ${message}`, { cause });
  }
}

function checkName(name: string): string {
  if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return name;
  throw new StudyError("config", `"${name}" cannot name a parameter: use letters, digits and "_"`);
}
