import { StudyError } from "corrigenda/error";
import type { DataFrame } from "danfojs-node";

/** The danfojs module: loaded when it is asked for, some 0.6 s. */
export type Danfo = typeof import("danfojs-node");

/** A cell of a DataFrame. null, undefined and NaN are missing. */
export type Cell = string | number | boolean | null | undefined;

export interface CellColumn {
  readonly name: string;
  readonly values: readonly Cell[];
}

type Label = string | number;

export async function danfo(): Promise<Danfo> {
  return import("danfojs-node");
}

export function isMissing(cell: unknown): cell is null | undefined {
  return cell === null || cell === undefined || Number.isNaN(cell);
}

/** The columns of a DataFrame; those named, in that order, or all. */
export function columnsOf(frame: DataFrame, names: readonly string[] = frame.columns): CellColumn[] {
  const rows = frame.values as readonly (readonly Cell[])[];
  return names.map((name) => {
    const place = frame.columns.indexOf(name);
    if (place < 0)
      throw new StudyError("dataset", `no column ${JSON.stringify(name)}; there are: ${frame.columns.join(", ")}`);
    return { name, values: rows.map((row) => row[place]) };
  });
}

/**
 * A DataFrame of columns, with the types that all their values have: danfojs would judge by the first 20.
 * @throws StudyError "dataset" on a name by which danfojs finds its own parts
 */
export function dataFrameOf(
  make: Danfo["DataFrame"],
  columns: readonly CellColumn[],
  index?: readonly Label[],
): DataFrame {
  const names = columns.map(({ name }) => name);
  const empty: Record<string, unknown> = new make([], { columns: [] });
  const taken = names.find((name) => name === "constructor" || (name in empty && typeof empty[name] !== "function"));
  if (taken !== undefined)
    throw new StudyError(
      "dataset",
      `danfojs cannot have a column called ${taken}; name it differently (select … as …)`,
    );
  const rows = Array.from(columns[0]?.values ?? [], (): unknown[] => []);
  const dtypes = columns.map(({ values }) => {
    const dtype = dtypeOf(values);
    const missing = dtype === "float32" ? Number.NaN : null;
    for (const [place, row] of rows.entries()) {
      const value = values[place];
      row.push(isMissing(value) ? missing : value);
    }
    return dtype;
  });
  return new make(rows, { columns: names, dtypes, ...(index === undefined ? {} : { index: [...index] }) });
}

/** The class that a DataFrame is of: a new one is made without loading danfojs again. */
export function classOf(frame: DataFrame): Danfo["DataFrame"] {
  return frame.constructor as Danfo["DataFrame"];
}

/** True where every cell that is there is a number, and one is. */
export function isNumeric(values: readonly Cell[]): boolean {
  const dtype = dtypeOf(values);
  return dtype === "int32" || (dtype === "float32" && values.some((cell) => !isMissing(cell)));
}

/** danfojs's names: its "float32" columns hold doubles, and a missing number makes a column one. */
function dtypeOf(values: readonly Cell[]): "float32" | "int32" | "boolean" | "string" {
  const seen = { whole: 0, number: 0, boolean: 0, other: 0 };
  for (const cell of values) {
    if (typeof cell === "number") seen[Number.isInteger(cell) ? "whole" : "number"] += 1;
    else if (!isMissing(cell)) seen[typeof cell === "boolean" ? "boolean" : "other"] += 1;
  }
  if (seen.whole + seen.number + seen.boolean + seen.other === 0) return values.length > 0 ? "float32" : "string";
  if (seen.whole === values.length) return "int32";
  if (seen.other + seen.boolean === 0) return "float32";
  return seen.other + seen.whole + seen.number === 0 ? "boolean" : "string";
}
