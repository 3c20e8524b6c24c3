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
  const pairs = pairsOf(keys, others, [left.shape[0] ?? 0, right.shape[0] ?? 0], how);
  const [here, there] = [columnsBeside(left, names), columnsBeside(right, names)];
  const ending = (name: string, clash: readonly CellColumn[], suffix: string): string =>
    clash.some((other) => other.name === name) ? `${name}${suffix}` : name;
  const columns: CellColumn[] = [
    ...keys.map(({ name, values }, at) => ({
      name,
      values: pairs.map((pair) => (pair.left === undefined ? others[at]?.values[pair.right ?? 0] : values[pair.left])),
    })),
    ...here.map(({ name, values }) => ({
      name: ending(name, there, "_x"),
      values: pairs.map((pair) => (pair.left === undefined ? null : values[pair.left])),
    })),
    ...there.map(({ name, values }) => ({
      name: ending(name, here, "_y"),
      values: pairs.map((pair) => (pair.right === undefined ? null : values[pair.right])),
    })),
  ];
  return dataFrameOf(classOf(left), columns);
}

interface Pair {
  readonly left?: number;
  readonly right?: number;
}

/** Places in both that belong together. @param lengths of the left and the right one */
function pairsOf(
  keys: readonly CellColumn[],
  others: readonly CellColumn[],
  [length, otherLength]: readonly [number, number],
  how: "inner" | "left" | "outer",
): Pair[] {
  const partners = placesByKey(others, otherLength);
  const pairs: Pair[] = [];
  const met = new Set<number>();
  for (let left = 0; left < length; left++) {
    const found = isWhole(keys, left) ? (partners.get(keyAt(keys, left)) ?? []) : [];
    for (const right of found) {
      pairs.push({ left, right });
      met.add(right);
    }
    if (found.length === 0 && how !== "inner") pairs.push({ left });
  }
  if (how === "outer") for (let right = 0; right < otherLength; right++) if (!met.has(right)) pairs.push({ right });
  return pairs;
}

function columnsBeside(frame: DataFrame, keys: readonly string[]): CellColumn[] {
  return columnsOf(
    frame,
    frame.columns.filter((name) => !keys.includes(name)),
  );
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
