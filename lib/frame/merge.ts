import { StudyError } from "corrigenda/error";
import type { DataFrame } from "danfojs-node";
import { type CellColumn, classOf, columnsOf, dataFrameOf, isMissing } from "./danfo.ts";
import { keyAt, placesByKey } from "./group.ts";

export interface MergeOptions {
  /** Columns of both that have to be equal. */
  readonly on: string | readonly string[];
  /** Which rows without a partner stay: none, the left ones (default "inner"), or all. */
  readonly how?: "inner" | "left" | "outer";
}

/**
 * Joins two DataFrames. Rows come in the left one's order, then the right one's without a partner. A missing key
 * has no partner. Other columns of one name become <name>_x and <name>_y.
 */
export function merge(left: DataFrame, right: DataFrame, { on, how = "inner" }: MergeOptions): DataFrame {
  const names = [on].flat();
  const [keys, others] = [columnsOf(left, names), columnsOf(right, names)];
  checkKinds(keys, others);
  const partners = placesByKey(others, right.shape[0] ?? 0);
  const pairs: { readonly left: number | undefined; readonly right: number | undefined }[] = [];
  const met = new Set<number>();
  for (let place = 0; place < (left.shape[0] ?? 0); place++) {
    const found = isWhole(keys, place) ? (partners.get(keyAt(keys, place)) ?? []) : [];
    for (const partner of found) {
      pairs.push({ left: place, right: partner });
      met.add(partner);
    }
    if (found.length === 0 && how !== "inner") pairs.push({ left: place, right: undefined });
  }
  if (how === "outer")
    for (let place = 0; place < (right.shape[0] ?? 0); place++)
      if (!met.has(place)) pairs.push({ left: undefined, right: place });
  const [here, there] = [left.columns, right.columns].map((all) => all.filter((name) => !names.includes(name)));
  const renamed = (all: readonly string[] = [], clash: readonly string[] = [], ending: string) =>
    all.map((name) => ({ from: name, name: clash.includes(name) ? `${name}${ending}` : name }));
  const side = (
    frame: DataFrame,
    of: "left" | "right",
    columns: readonly { from: string; name: string }[],
  ): CellColumn[] =>
    columnsOf(
      frame,
      columns.map(({ from }) => from),
    ).map(({ values }, at) => ({
      name: columns[at]?.name ?? "",
      values: pairs.map((pair) => (pair[of] === undefined ? null : values[pair[of]])),
    }));
  const keyCells = keys.map(({ name, values }, at) => ({
    name,
    values: pairs.map((pair) => (pair.left === undefined ? others[at]?.values[pair.right ?? 0] : values[pair.left])),
  }));
  const columns = [
    ...keyCells,
    ...side(left, "left", renamed(here, there, "_x")),
    ...side(right, "right", renamed(there, here, "_y")),
  ];
  return dataFrameOf(classOf(left), columns);
}

function isWhole(keys: readonly CellColumn[], place: number): boolean {
  return keys.every(({ values }) => !isMissing(values[place]));
}

/** A key of numbers on one side and texts on the other would find no partner, without a word. */
function checkKinds(left: readonly CellColumn[], right: readonly CellColumn[]): void {
  for (const [at, { name, values }] of left.entries()) {
    const [kinds, others] = [values, right[at]?.values ?? []].map(
      (cells) => new Set(cells.filter((cell) => !isMissing(cell)).map((cell) => typeof cell)),
    );
    const apart =
      kinds !== undefined && others !== undefined && kinds.size > 0 && others.size > 0 && kinds.isDisjointFrom(others);
    if (apart)
      throw new StudyError(
        "dataset",
        `the key ${name} holds ${[...kinds].join(" and ")}s on the left and ${[...others].join(" and ")}s on the right; make them one kind`,
      );
  }
}
