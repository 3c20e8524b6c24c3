import type { JsonObject } from "corrigenda/json";
import type { Rng } from "corrigenda/rng";
import { z } from "zod";
import { CONTEXT_KEYS, contextIndex } from "./context.ts";
import type { Algorithm, Belief, State } from "./policy-algorithm.ts";

/** What was seen of each action in one context. */
export interface Row {
  /** How often it was taken. */
  readonly n: readonly number[];
  /** The sum of its rewards above 0. */
  readonly gain: readonly number[];
  /** The sum of its rewards below 0, without the sign. */
  readonly loss: readonly number[];
}

/** One row a context, by the place of its key; a row that nothing was seen of is missing. */
export type Rows = readonly (Row | undefined)[];

export interface Table extends State {
  readonly rows: Rows;
}

/** How a row is read. `version` counts the observations in the whole table. */
export interface Rule {
  beliefs(row: Row): Belief;
  propensities(row: Row, version: number): readonly number[];
  draw?(row: Row, rng: Rng): number;
  stats?(table: Table, known: number): Readonly<Record<string, number>>;
}

/** An algorithm that keeps every context by itself. @param known the place of NONE, or -1 */
export function tabular(rule: Rule, size: number, known: number): Algorithm<Table> {
  const empty = emptyRow(size);
  const rowOf = ({ rows }: Table, context: Parameters<typeof contextIndex>[0]): Row =>
    rows[contextIndex(context)] ?? empty;
  const { draw } = rule;
  return {
    start: { version: 0, rows: [] },
    beliefs: (table, context) => rule.beliefs(rowOf(table, context)),
    propensities: (table, context) => rule.propensities(rowOf(table, context), table.version),
    ...(draw && { draw: (table, context, rng) => draw(rowOf(table, context), rng) }),
    observe: ({ version, rows }, context, action, reward) => ({
      version: version + 1,
      rows: withRow(rows, contextIndex(context), empty, action, action === known ? 0 : reward),
    }),
    save: ({ rows }) => saveRows(rows),
    load: (saved, version) => ({ version, rows: loadRows(saved, size) }),
    stats: (table) => rule.stats?.(table, known) ?? { contexts: Object.keys(table.rows).length },
  };
}

/** How many (context, action) pairs were taken, NONE left out: the source's number of keys. */
export function touched({ rows }: Table, known: number): number {
  let count = 0;
  for (const row of rows) for (const [at, n] of (row?.n ?? []).entries()) if (n > 0 && at !== known) count++;
  return count;
}

/** The sum of an action's rewards. */
export function sumAt({ gain, loss }: Row, action: number): number {
  return (gain[action] as number) - (loss[action] as number);
}

export function emptyRow(size: number): Row {
  const zeros = new Array<number>(size).fill(0);
  return { n: zeros, gain: zeros, loss: zeros };
}

/** The rows with one more observation; those not touched are shared. */
export function withRow(rows: Rows, place: number, empty: Row, action: number, reward: number): Rows {
  const { n, gain, loss } = rows[place] ?? empty;
  const next = rows.slice();
  next[place] = {
    n: added(n, action, 1),
    gain: reward > 0 ? added(gain, action, reward) : gain,
    loss: reward < 0 ? added(loss, action, -reward) : loss,
  };
  return next;
}

function added(xs: readonly number[], place: number, more: number): readonly number[] {
  const next = xs.slice();
  next[place] = (next[place] as number) + more;
  return next;
}

/** Rows under the keys of their contexts. */
export function saveRows(rows: Rows): JsonObject {
  return Object.fromEntries(rows.flatMap((row, place) => (row ? [[CONTEXT_KEYS[place] as string, { ...row }]] : [])));
}

const sum = z.number().min(0);

/** Throws a ZodError on anything but rows of `size` actions under keys of contexts. */
export function loadRows(saved: unknown, size: number): Rows {
  const list = (item: z.ZodNumber) => z.array(item).length(size);
  const Saved = z.partialRecord(
    z.enum(CONTEXT_KEYS as [string, ...string[]]),
    z.strictObject({ n: list(sum.int()), gain: list(sum), loss: list(sum) }),
  );
  const rows: (Row | undefined)[] = [];
  for (const [key, row] of Object.entries(Saved.parse(saved))) rows[CONTEXT_KEYS.indexOf(key)] = row;
  return rows;
}
