import { StudyError } from "corrigenda/error";
import { type Json, parseJson } from "corrigenda/json";
import { cellText, codeCell, hasTag, type Notebook } from "./ipynb.ts";

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
export async function withParameters(notebook: Notebook, values: Parameters, file: string): Promise<Notebook> {
  const cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED));
  if (Object.keys(values).length === 0) return { ...notebook, cells };
  const at = cells.findIndex((cell) => cell.cell_type === "code" && hasTag(cell, DEFAULTS));
  const defaults = cells[at];
  const setters = defaults && (await settersIn(cellText(defaults)));
  const lines = Object.entries(values).map(([name, value]) => {
    const setter = setters ? setters.get(name) : `const ${checkName(name)} = `;
    if (setter !== undefined) return `${setter}${JSON.stringify(value)};`;
    const known = [...(setters?.keys() ?? [])].join(", ") || "none";
    throw new StudyError("config", `${file} has no parameter "${name}"; its parameters are: ${known}`);
  });
  const cell = codeCell(INJECTED, ["// Parameters", ...lines].join("\n"), [INJECTED]);
  return { ...notebook, cells: [...cells.slice(0, at + 1), cell, ...cells.slice(at + 1)] };
}

/** Loads TypeScript, which only notebooks with other values than their own need. */
async function settersIn(code: string): Promise<ReadonlyMap<string, string>> {
  const { settersOf } = await import("./types/setters.ts");
  return settersOf(code);
}

function checkName(name: string): string {
  if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return name;
  throw new StudyError("config", `"${name}" cannot name a parameter: use letters, digits and "_"`);
}
