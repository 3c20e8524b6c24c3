import { needCount, needField, needNumber, needSome } from "./input.ts";

/** A logged decision to learn rewards from. */
export interface FitRow {
  readonly context: string;
  readonly action: string;
  readonly reward: number;
  /** What must not be on both sides, such as the id of a question that was decided on several times. */
  readonly group: string;
}

export interface CrossFitOptions {
  /** [2, …) default 5; groups are dealt to them in order of appearance. */
  readonly folds?: number;
  /** How many decisions the general tendency counts as in each cell; > 0, default 10. */
  readonly shrinkage?: number;
}

/** What an action in a row's context would have earned, by a model that has not seen the row's group. */
export type RewardModel = (row: number, action: string) => number;

/**
 * Mean rewards of each context and action, drawn towards a sum of an action's and a context's tendency, fitted without the
 * fold of the row it is asked about.
 * @param rows two groups at least @see Chernozhukov et al. 2018, Econometrics J. 21:C1 (cross-fitting)
 */
export function crossFit(rows: readonly FitRow[], { folds = 5, shrinkage = 10 }: CrossFitOptions = {}): RewardModel {
  needCount(folds, "crossFit, folds", 2);
  needNumber(shrinkage, "crossFit, shrinkage", Number.MIN_VALUE);
  for (const [i, { reward }] of rows.entries()) needField(reward, "crossFit, reward", "row", i);
  const foldOf = new Map<string, number>();
  for (const { group } of rows) if (!foldOf.has(group)) foldOf.set(group, foldOf.size % folds);
  needSome(foldOf.size, "crossFit, groups", 2);
  const fold = rows.map(({ group }) => foldOf.get(group) as number);
  const models = Array.from({ length: Math.min(folds, foldOf.size) }, (_, left) =>
    fit(
      rows.filter((_row, i) => fold[i] !== left),
      shrinkage,
    ),
  );
  return (row, action) => (models[fold[row] as number] as CellModel)((rows[row] as FitRow).context, action);
}

type CellModel = (context: string, action: string) => number;

function fit(rows: readonly FitRow[], shrinkage: number): CellModel {
  const average = rows.reduce((sum, { reward }) => sum + reward, 0) / rows.length;
  const cellOf = (context: string, action: string): string => `${context.length} ${context}${action}`;
  const byAction = effects(
    rows,
    shrinkage,
    ({ action }) => action,
    () => average,
  );
  const ofAction = (action: string): number => average + (byAction.get(action) ?? 0);
  const byContext = effects(
    rows,
    shrinkage,
    ({ context }) => context,
    ({ action }) => ofAction(action),
  );
  const ofBoth = (context: string, action: string): number => ofAction(action) + (byContext.get(context) ?? 0);
  const byCell = effects(
    rows,
    shrinkage,
    ({ context, action }) => cellOf(context, action),
    ({ context, action }) => ofBoth(context, action),
  );
  return (context, action) => ofBoth(context, action) + (byCell.get(cellOf(context, action)) ?? 0);
}

/** Σ (reward - what was expected) / (count + shrinkage) of each key. */
function effects(
  rows: readonly FitRow[],
  shrinkage: number,
  keyOf: (row: FitRow) => string,
  expected: (row: FitRow) => number,
): Map<string, number> {
  const sums = new Map<string, { total: number; count: number }>();
  for (const row of rows) {
    const key = keyOf(row);
    const sum = sums.get(key) ?? { total: 0, count: 0 };
    sum.total += row.reward - expected(row);
    sum.count += 1;
    sums.set(key, sum);
  }
  return new Map([...sums].map(([key, { total, count }]) => [key, total / (count + shrinkage)]));
}
