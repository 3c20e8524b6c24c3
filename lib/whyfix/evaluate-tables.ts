import type { Column, TableOptions } from "corrigenda/report";
import type { Interval } from "corrigenda/stats";
import type { Evaluation } from "./evaluate.ts";
import { MEASURES, type Measure } from "./evaluate-factors.ts";
import { MEASURE_NAMES } from "./evaluate-metrics.ts";
import { SCORES } from "./evaluate-scores.ts";

const INTERVAL = "95 % interval";
const P: readonly Column[] = [
  { key: "p", label: "p", digits: 4 },
  { key: "holm", label: "p adjusted", note: "Holm", digits: 4 },
];

/** Every way of asking, the best first. */
export function rankingTable({ ranking: { by, systems } }: Evaluation): TableOptions {
  const has = (key: "wins" | "rank" | "meteor"): boolean => systems.some((one) => one[key] !== null);
  const some = (key: "wins" | "rank" | "meteor", column: Omit<Column, "key">): Column[] =>
    has(key) ? [{ key, note: INTERVAL, ...column }] : [];
  return {
    id: "ranking",
    caption: "Ways of asking, the best first",
    columns: [
      { key: "place", label: "place" },
      { key: "system", label: "way of asking" },
      ...some("wins", { label: "expected wins", unit: "share", digits: 3 }),
      ...(systems.some(({ first }) => first !== null)
        ? [{ key: "first", label: "comes first", unit: "share of resamples", digits: 2 }]
        : []),
      ...(by === "judge" ? [] : some("rank", { label: "mean place by METEOR", digits: 2 })),
      ...some("meteor", { label: "METEOR", digits: 3 }),
      { key: "words", label: "mean length", unit: "words", digits: 1 },
      { key: "usd", label: "cost of 1,000", unit: "US dollars", digits: 4 },
      { key: "front", label: "not beaten", note: "in quality and cost" },
      ...(has("wins") ? [{ key: "judged", label: "pairs judged" }] : []),
      { key: "n", label: "explanations" },
    ],
    rows: systems.map(({ wins, rank, meteor, words, usdPer1000, onFront, n, judged, system, first }, at) => ({
      ...{ place: at + 1, system, judged, words, usd: usdPer1000, front: onFront, n, first },
      ...{ wins: cell(wins), rank: cell(rank), meteor: cell(meteor) },
    })),
  };
}

const cell = (interval: Interval | null | undefined) =>
  interval ? { value: interval.value, low: interval.low, high: interval.high } : null;

/** Means of every measure for every level of the factors. */
export function meanTable({ means }: Evaluation): TableOptions {
  const measures = MEASURES.filter((measure) => means.some((one) => one.measure === measure));
  const groups = Map.groupBy(means, ({ factor, level }) => JSON.stringify([factor, level]));
  return {
    id: "means",
    caption: "Means for every level of each factor; 95 % intervals, learner errors drawn whole",
    columns: [
      { key: "factor", label: "factor" },
      { key: "level", label: "level" },
      { key: "n", label: "explanations" },
      ...measures.map(
        (measure): Column => ({
          key: measure,
          label: MEASURE_NAMES[measure],
          digits: measure === "words" ? 1 : 3,
        }),
      ),
    ],
    rows: [...groups.values()].map((some) => ({
      ...{ factor: some[0]?.factor ?? null, level: some[0]?.level ?? null },
      n: Math.max(...some.map((one) => one.n)),
      ...Object.fromEntries(
        measures.map((measure) => [measure, cell(some.find((one) => one.measure === measure)?.mean)]),
      ),
    })),
  };
}

/** All paired comparisons; undefined where nothing varies. */
export function differenceTable({ differences }: Evaluation): TableOptions | undefined {
  if (differences.length === 0) return undefined;
  return {
    id: "differences",
    caption: "Two levels on the same learner errors, all else equal; p of a paired permutation test",
    columns: [
      { key: "measure", label: "measure" },
      { key: "factor", label: "factor" },
      { key: "level", label: "level" },
      { key: "against", label: "less" },
      { key: "difference", label: "difference", note: INTERVAL, digits: 4 },
      ...P,
      { key: "errors", label: "learner errors" },
    ],
    rows: differences.map(({ measure, difference, pHolm, factor, level, against, p, errors }) => ({
      ...{ measure: MEASURE_NAMES[measure as Measure], factor, level, against, p, holm: pHolm, errors },
      difference: cell(difference),
    })),
    pageRows: 15,
  };
}

/** How much the texts themselves change; undefined where neither input nor length varies so. */
export function ablationTable({ ablations }: Evaluation): TableOptions | undefined {
  if (ablations.length === 0) return undefined;
  return {
    id: "ablations",
    caption: "An explanation against that of the same method on the same error, asked with more: likeness of the texts",
    columns: [
      { key: "what", label: "text" },
      { key: "reference", label: "against" },
      { key: "method", label: "method" },
      ...SCORES.map((score): Column => ({ key: score, label: MEASURE_NAMES[score], digits: 3 })),
      { key: "pairs", label: "pairs" },
    ],
    rows: ablations.map(({ level, reference, method, pairs, scores }) => ({
      ...{ what: level, reference, method, pairs },
      ...Object.fromEntries(SCORES.map((score) => [score, cell(scores[score])])),
    })),
  };
}

/** Lengths and entries against what was asked for. */
export function askedTables({ lengths, entries }: Evaluation): TableOptions[] {
  const number = (key: string, label: string, digits: number): Column => ({ key, label, digits });
  const spread: TableOptions = {
    id: "lengths",
    caption: "Words of the English explanations; the deviation is the population's",
    columns: [
      ...[
        { key: "method", label: "method" },
        { key: "length", label: "length asked for" },
      ],
      ...[number("mean", "mean", 1), number("deviation", "deviation", 1), number("min", "least", 0)],
      ...[number("max", "most", 0), { key: "n", label: "explanations" }],
    ],
    rows: lengths.map((row) => ({ ...row })),
  };
  if (entries.length === 0) return [spread];
  const lists: TableOptions = {
    id: "entries",
    caption: "Entries of each list of the answers",
    columns: [
      ...[
        { key: "method", label: "method" },
        { key: "list", label: "list" },
      ],
      ...[number("wanted", "asked for", 0), number("mean", "mean given", 2)],
      ...[number("share", "exactly as many", 3), { key: "n", label: "answers" }],
    ],
    rows: entries.map((row) => ({ ...row })),
    pageRows: 20,
  };
  return [spread, lists];
}

/** The judge beside itself, and what it prefers; nothing without a judge. */
export function judgeTables({ judge }: Evaluation): TableOptions[] {
  if (!judge || judge.pairs === 0) return [];
  return [
    {
      id: "agreement",
      caption: "The judge with itself: the same pair, shown both ways round",
      columns: [
        { key: "criterion", label: "criterion" },
        { key: "same", label: "same verdict", note: INTERVAL, digits: 3 },
        { key: "kappa", label: "kappa", note: "Cohen", digits: 3 },
        { key: "forFirst", label: "for the text shown first", note: "0.5 is no bias", digits: 3 },
      ],
      rows: judge.agreement.map(({ criterion, same, kappa, forFirst }) => ({
        ...{ criterion, same: cell(same), kappa, forFirst: cell(forFirst) },
      })),
    },
    {
      id: "judged",
      caption: "What the judge prefers of two levels, all else equal; p of a paired permutation test",
      columns: [
        { key: "factor", label: "factor" },
        { key: "level", label: "level" },
        { key: "against", label: "against" },
        { key: "wins", label: "pairs won", unit: "share", note: INTERVAL, digits: 3 },
        ...P,
        { key: "pairs", label: "pairs" },
      ],
      rows: judge.differences.map(({ factor, level, against, wins, p, pHolm, pairs }) => ({
        ...{ factor, level, against, p, holm: pHolm, pairs, wins: cell(wins) },
      })),
    },
  ];
}
