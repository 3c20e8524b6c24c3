import { StudyError } from "corrigenda/error";
import type { DataFrame } from "danfojs-node";
import { type Cell, type CellColumn, classOf, columnsOf, dataFrameOf, isMissing, isNumeric } from "./danfo.ts";
import { mean, numbersIn, quantile, std, sum } from "./statistics.ts";

/** Of the cells of a group that are not missing. The sum of none is 0, its mean, least and largest NaN. */
const STATISTICS = {
  count: (cells: readonly Cell[]) => cells.filter((cell) => !isMissing(cell)).length,
  sum: (cells: readonly Cell[], name: string) => sum(numbersIn(cells, name)),
  mean: (cells: readonly Cell[], name: string) => mean(numbersIn(cells, name)),
  std: (cells: readonly Cell[], name: string) => std(numbersIn(cells, name)),
  min: (cells: readonly Cell[]) => quantile(cells, 0),
  median: (cells: readonly Cell[]) => quantile(cells, 0.5),
  max: (cells: readonly Cell[]) => quantile(cells, 1),
} as const;
export type Statistic = keyof typeof STATISTICS;

/** Groups of rows. Each answer has a row for each, in order of appearance: the keys, then <column>_<statistic>. */
export interface Groups {
  agg(what: Readonly<Record<string, Statistic | readonly Statistic[]>>): DataFrame;
  /** Of the named columns, or of all that hold numbers. */
  mean(...columns: readonly string[]): DataFrame;
  sum(...columns: readonly string[]): DataFrame;
  /** Cells that are there. */
  count(...columns: readonly string[]): DataFrame;
  /** How many rows, in a column "rows". */
  size(): DataFrame;
}

/** Groups rows by their keys; without a key, all rows are one group. A missing key is a group of its own. */
export function groupBy(frame: DataFrame, keys: string | readonly string[] = []): Groups {
  const names = [keys].flat();
  const keyColumns = columnsOf(frame, names);
  const groups = [...placesByKey(keyColumns, frame.shape[0] ?? 0).values()];
  const others = columnsOf(frame).filter(({ name }) => !names.includes(name));
  const numeric = others.filter(({ values }) => isNumeric(values)).map(({ name }) => name);
  const result = (more: readonly CellColumn[]): DataFrame => {
    const first = keyColumns.map(({ name, values }) => ({ name, values: groups.map(([place = 0]) => values[place]) }));
    return dataFrameOf(classOf(frame), [...first, ...more]);
  };
  const agg: Groups["agg"] = (what) =>
    result(
      Object.entries(what).flatMap(([name, statistics]) => {
        const [column] = columnsOf(frame, [name]);
        const cells = groups.map((places) => places.map((place) => column?.values[place]));
        return [statistics].flat().map((statistic) => ({
          name: `${name}_${statistic}`,
          values: cells.map((group) => computed(statistic, group, name)),
        }));
      }),
    );
  const each = (statistic: Statistic, columns: readonly string[]): DataFrame =>
    agg(Object.fromEntries((columns.length > 0 ? columns : numeric).map((name) => [name, statistic])));
  return {
    agg,
    mean: (...columns) => each("mean", columns),
    sum: (...columns) => each("sum", columns),
    count: (...columns) => each("count", columns.length > 0 ? columns : others.map(({ name }) => name)),
    size: () => result([{ name: "rows", values: groups.map(({ length }) => length) }]),
  };
}

/** Places of rows with equal keys. 1 and "1" are two keys. */
export function placesByKey(keys: readonly CellColumn[], length: number): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let place = 0; place < length; place++) {
    const key = keyAt(keys, place);
    const group = places.get(key);
    if (group === undefined) places.set(key, [place]);
    else group.push(place);
  }
  return places;
}

export function keyAt(keys: readonly CellColumn[], place: number): string {
  return JSON.stringify(keys.map(({ values }) => keyCell(values[place])));
}

/** JSON would write Infinity as if it were missing. */
function keyCell(cell: Cell): unknown {
  if (isMissing(cell)) return null;
  return cell === Number.POSITIVE_INFINITY || cell === Number.NEGATIVE_INFINITY ? [String(cell)] : cell;
}

function computed(statistic: Statistic, cells: readonly Cell[], name: string): number {
  const compute = Object.hasOwn(STATISTICS, statistic) ? STATISTICS[statistic] : undefined;
  if (compute !== undefined) return compute(cells, name);
  throw new StudyError("dataset", `${statistic} is no statistic; there are: ${Object.keys(STATISTICS).join(", ")}`);
}
