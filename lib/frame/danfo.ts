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

/** A DataFrame of columns, with the types that the values have and not those of its first 20 rows. */
export function dataFrameOf(
  make: Danfo["DataFrame"],
  columns: readonly CellColumn[],
  index?: readonly Label[],
): DataFrame {
  const typed = columns.map(({ name, values }) => ({ name, dtype: dtypeOf(values), values }));
  const filled = typed.map(({ values, dtype }) => {
    const missing = dtype === "float32" ? Number.NaN : null;
    return values.map((value) => (isMissing(value) ? missing : value));
  });
  const length = columns[0]?.values.length ?? 0;
  const rows = Array.from({ length }, (_, place) => filled.map((values) => values[place]));
  const names = typed.map(({ name }) => name);
  const options = { columns: names, dtypes: typed.map(({ dtype }) => dtype) };
  return new make(rows, index === undefined ? options : { ...options, index: [...index] });
}

/** The class that a DataFrame is of: a new one is made without loading danfojs again. */
export function classOf(frame: DataFrame): Danfo["DataFrame"] {
  return frame.constructor as Danfo["DataFrame"];
}

/** True where every cell that is there is a number, and one is. */
export function isNumeric(values: readonly Cell[]): boolean {
  return (
    values.some((cell) => typeof cell === "number") &&
    values.every((cell) => isMissing(cell) || typeof cell === "number")
  );
}

/** danfojs's names: its "float32" columns hold doubles, and a missing number makes a column one. */
function dtypeOf(values: readonly Cell[]): "float32" | "int32" | "boolean" | "string" {
  if (isNumeric(values)) return values.every(Number.isInteger) ? "int32" : "float32";
  const there = values.filter((cell) => !isMissing(cell));
  if (there.length === 0) return values.length > 0 ? "float32" : "string";
  return there.every((cell) => typeof cell === "boolean") ? "boolean" : "string";
}
