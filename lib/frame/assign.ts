import { StudyError } from "corrigenda/error";
import type { DataFrame } from "danfojs-node";
import { type Cell, classOf, columnsOf, dataFrameOf, isMissing, isNumeric } from "./danfo.ts";

/**
 * New columns, or old ones anew, each computed from its row in doubles:
 * `assign(frame, { usd: (row: { tokens: number }) => row.tokens * 2e-6 })`. A missing number is NaN, so that it stays
 * missing in what is computed from it. A formula sees the columns that the ones before it made.
 */
export function assign(
  frame: DataFrame,
  formulas: Readonly<Record<string, (row: never, place: number) => Cell>>,
): DataFrame {
  const columns = new Map(columnsOf(frame).map(({ name, values }) => [name, values]));
  const rows = Array.from(frame.index, () => new Map<string, Cell>());
  const views = rows.map((row) => new Proxy({}, { get: (_, name) => cellOf(row, name) }) as never);
  const add = (name: string, values: readonly Cell[]): void => {
    const missing = isNumeric(values) ? Number.NaN : null;
    for (const [place, row] of rows.entries()) {
      const cell = values[place];
      row.set(name, isMissing(cell) ? missing : cell);
    }
    columns.set(name, values);
  };
  for (const [name, values] of [...columns]) add(name, values);
  for (const [name, formula] of Object.entries(formulas)) add(name, views.map(formula));
  const all = [...columns].map(([name, values]) => ({ name, values }));
  return dataFrameOf(classOf(frame), all, frame.index);
}

/** A misspelt column is an error, not undefined. */
function cellOf(row: ReadonlyMap<string, Cell>, name: string | symbol): Cell {
  if (typeof name === "string" && row.has(name)) return row.get(name);
  throw new StudyError(
    "dataset",
    `no column ${JSON.stringify(String(name))}; there are: ${[...row.keys()].join(", ")}`,
  );
}
