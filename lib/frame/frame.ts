import { StudyError } from "corrigenda/error";
import type { DataFrame } from "danfojs-node";
import type { z } from "zod";
import { columnsOf, danfo, dataFrameOf, isMissing } from "./danfo.ts";
import { preview } from "./preview.ts";
import { type TableBundle, tableBundle } from "./show.ts";
import type { Row, Value } from "./value.ts";

const SHOWN_ROWS = 20;
const DISPLAY = Symbol.for("Jupyter.display");

export interface Column {
  readonly name: string;
  /** DuckDB's: "BIGINT", "VARCHAR", "STRUCT(…)". */
  readonly type: string;
  /** What is special about its values: bigints, long decimals. */
  readonly note?: string;
}

/** A query's result: it does not change. A notebook shows it as a table. */
export interface Frame {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** The rows, each checked. @throws StudyError "dataset" that names the first row that does not fit */
  typed<S extends z.ZodType>(row: S): readonly z.output<S>[];
  /** A danfojs DataFrame: missing numbers are NaN, missing texts null; bigints, lists and objects become texts. */
  toDanfo(): Promise<DataFrame>;
  readonly [DISPLAY]: () => TableBundle;
}

export function frameOf(columns: readonly Column[], rows: readonly Row[]): Frame {
  const frame: Frame = {
    columns: Object.freeze(columns),
    rows: Object.freeze(rows),
    typed: (row) => rows.map((one, place) => checked(row, one, place)),
    toDanfo: async () => {
      const { DataFrame } = await danfo();
      const cells = columns.map(({ name }) => ({ name, values: rows.map((row) => flat(row[name] ?? null)) }));
      return dataFrameOf(DataFrame, cells);
    },
    [DISPLAY]: () => {
      const notes = columns.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`]));
      return tableBundle(preview(frame, SHOWN_ROWS) ?? { columns: [], rows: [], total: 0 }, notes);
    },
  };
  return Object.freeze(frame);
}

/** The rows of a DataFrame, each checked; a missing cell is null. @throws StudyError "dataset" as `typed` does */
export function rowsOf<S extends z.ZodType>(frame: DataFrame, row: S): readonly z.output<S>[] {
  const columns = columnsOf(frame);
  return Array.from({ length: frame.shape[0] ?? 0 }, (_, place) => {
    const cells = columns.map(({ name, values }) => [name, isMissing(values[place]) ? null : values[place]]);
    return checked(row, Object.fromEntries(cells) as Row, place);
  });
}

function checked<S extends z.ZodType>(schema: S, row: Row, place: number): z.output<S> {
  const result = schema.safeParse(row);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : `, column ${issue.path.join(".")}`;
  throw new StudyError(
    "dataset",
    `row ${place + 1}${where}: ${issue?.message ?? "does not fit"}; mend the query or the type`,
    {
      facts: { row: place + 1 },
    },
  );
}

function flat(value: Value): string | number | boolean | null {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  return JSON.stringify(value, (_, one) => (typeof one === "bigint" ? String(one) : one));
}
