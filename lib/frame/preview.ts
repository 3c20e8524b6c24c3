/** The first rows of a table, as they are shown. */
export interface Preview {
  readonly columns: readonly string[];
  /** Cells in the columns' order. */
  readonly rows: readonly (readonly unknown[])[];
  /** Rows that the table has. */
  readonly total: number;
}

interface DanfoLike {
  readonly columns: readonly unknown[];
  readonly index: readonly unknown[];
  readonly values: readonly unknown[];
  readonly shape: readonly number[];
}

/**
 * The first rows of a Frame, a danfojs DataFrame or Series, or an array of plain rows; undefined for anything else.
 * Rows with labels of their own (of a sorted or described DataFrame) show them in a first column without a name.
 */
export function preview(value: unknown, limit: number): Preview | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return isRows(value) ? ofRows(namesIn(value.slice(0, limit)), value, limit) : undefined;
  if (isFrame(value)) {
    const names = value.columns.map(({ name }) => name);
    return ofRows(names, value.rows, limit);
  }
  return isDanfo(value) ? ofDanfo(value, limit) : undefined;
}

function ofRows(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
  limit: number,
): Preview {
  const shown = rows.slice(0, limit).map((row) => columns.map((name) => (Object.hasOwn(row, name) ? row[name] : null)));
  return { columns, rows: shown, total: rows.length };
}

function ofDanfo({ columns, index, values, shape }: DanfoLike, limit: number): Preview {
  const labelled = index.slice(0, limit).some((label, place) => label !== place);
  const rows = values.slice(0, limit).map((row, place) => {
    const cells: readonly unknown[] = Array.isArray(row) ? row : [row]; // a Series holds bare values
    return labelled ? [index[place], ...cells] : cells;
  });
  return { columns: [...(labelled ? [""] : []), ...columns.map(String)], rows, total: shape[0] ?? 0 };
}

/** All names in order of appearance: rows need not have the same fields. */
function namesIn(rows: readonly object[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function isRows(value: readonly unknown[]): value is readonly Readonly<Record<string, unknown>>[] {
  return value.length > 0 && value.every(isPlain);
}

/** By its prototype, also of another realm: a notebook's cells have an Object of their own. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isFrame(
  value: object,
): value is { columns: readonly { name: string }[]; rows: readonly Record<string, unknown>[] } {
  const { columns, rows } = value as Partial<Record<"columns" | "rows", unknown>>;
  if (!Array.isArray(columns) || !Array.isArray(rows)) return false;
  return columns.every((column: unknown) => typeof (column as { name?: unknown } | null)?.name === "string");
}

function isDanfo(value: object): value is DanfoLike {
  const { columns, index, values, shape, dtypes } = value as Readonly<Record<string, unknown>>;
  return [columns, index, values, shape, dtypes].every((one) => Array.isArray(one));
}
