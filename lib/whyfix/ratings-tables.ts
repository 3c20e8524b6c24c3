import type { ChartOptions, ReportSection, TableCell, TableOptions } from "corrigenda/report";
import type { Estimated } from "./ratings-agreement.ts";
import type { Findings } from "./ratings-findings.ts";
import { scalesOf } from "./ratings-scales.ts";

export function agreementSection({ agreement }: Findings): ReportSection {
  const columns = [
    ...[
      { key: "scale", label: "scale" },
      { key: "raters", label: "raters" },
      { key: "n", label: "items" },
    ],
    ...[
      { key: "percent", label: "agreement", digits: 2 },
      { key: "kappa", label: "Cohen's kappa", digits: 2 },
    ],
    ...[
      { key: "qwk", label: "quadratic kappa", digits: 2 },
      { key: "ac1", label: "Gwet's AC1", digits: 2 },
    ],
    { key: "ac2", label: "Gwet's AC2", note: "quadratic", digits: 2 },
  ];
  const rows = agreement.map(({ scale, raters, n, percent, kappa, quadraticKappa, ac1, ac2 }) => ({
    ...{ scale, raters, n, percent: cell(percent), kappa: cell(kappa), qwk: cell(quadraticKappa) },
    ...{ ac1: cell(ac1), ac2: cell(ac2) },
  }));
  return {
    title: "Do raters agree?",
    intro:
      "In brackets 95 % intervals, by drawing learner errors again. Kappa falls where nearly all ratings are alike; AC1 and AC2 do not. A dash: these ratings leave the number undefined.",
    parts: [{ table: { id: "agreement", columns, rows } }],
  };
}

export function meansSection({ means, comparisons }: Findings): ReportSection {
  const rows = means.map(({ scale, method, n, mean }) => ({ scale, method, n, mean: cell(mean) }));
  const columns = [
    ...[
      { key: "scale", label: "scale" },
      { key: "method", label: "method" },
      { key: "n", label: "learner errors" },
    ],
    { key: "mean", label: "mean", unit: "points, 1 to 5", digits: 2 },
  ];
  const paired = comparisons.map(({ difference, ...one }) => ({
    ...one,
    tP: one.tP ?? null,
    difference: cell(difference),
  }));
  const pairColumns = [
    ...[
      { key: "scale", label: "scale" },
      { key: "better", label: "higher" },
      { key: "worse", label: "lower" },
    ],
    ...[
      { key: "n", label: "learner errors" },
      { key: "difference", label: "difference", unit: "points", digits: 2 },
    ],
    ...[
      { key: "wilcoxonP", label: "Wilcoxon p" },
      { key: "adjustedP", label: "p, Holm" },
    ],
    ...[
      { key: "signP", label: "sign test p" },
      { key: "tP", label: "paired t p" },
    ],
  ];
  return {
    title: "Which method is rated best?",
    intro:
      "Ratings of one explanation are averaged first. Methods are compared on the same learner errors; Holm's correction is over all comparisons of a scale.",
    parts: [
      ...(means.length === 0 ? [] : [{ figure: meansFigure(means) }]),
      { table: { id: "means", columns, rows } },
      { table: { id: "comparisons", columns: pairColumns, rows: paired } },
    ],
  };
}

function meansFigure(means: Findings["means"]): ChartOptions {
  const data = scalesOf("scores").map((scale) => {
    const own = means.filter((one) => one.scale === scale);
    return {
      ...{ type: "bar", name: scale, x: own.map(({ method }) => method), y: own.map(({ mean }) => mean.value) },
      interval: { low: own.map(({ mean }) => mean.low), high: own.map(({ mean }) => mean.high) },
    };
  });
  return {
    id: "ratings",
    title: "Mean ratings by method",
    caption: "Bars: mean over learner errors; lines: 95 % interval (bootstrap of learner errors). Higher is better.",
    x: { title: "method" },
    y: { title: "mean rating", unit: "points" },
    data,
    layout: { barmode: "group", yaxis: { range: [1, 5.1] } },
  };
}

export function preferenceSection({ preferences, dependences, preservation, leaning }: Findings): ReportSection {
  const rows = preferences.map(({ share, p, adjustedP, ...one }) => {
    return { ...one, share: cell(share), p: p ?? null, adjustedP: adjustedP ?? null };
  });
  const columns = [
    ...[
      { key: "contrast", label: "first or second" },
      { key: "method", label: "method" },
    ],
    ...[
      { key: "first", label: "first" },
      { key: "second", label: "second" },
      { key: "tie", label: "tie" },
    ],
    ...[
      { key: "share", label: "share of the first", digits: 2 },
      { key: "p", label: "chi-square p" },
    ],
    ...[
      { key: "adjustedP", label: "p, Holm" },
      { key: "exactP", label: "exact p" },
    ],
  ];
  const byMethod = dependences.map((one) => ({ ...one, v: Number.isNaN(one.v) ? null : one.v }));
  const kept = preservation.map((one) => ({ ...one, first: cell(one.first), second: cell(one.second) }));
  const side = leaning
    ? ` Whatever stood there, A was preferred ${leaning.a} times and B ${leaning.b} times (chi-square p = ${leaning.p.toFixed(3)}).`
    : "";
  return {
    title: "What do raters prefer?",
    intro: `Pairs differ in one thing, the length or the context. One vote a pair, that of most raters, else a tie; tests take pairs as independent.${side}`,
    parts: [
      { table: { id: "preferences", columns, rows } },
      ...(byMethod.length === 0 ? [] : [{ table: dependenceTable(byMethod) }]),
      ...(kept.length === 0 ? [] : [{ table: preservationTable(kept) }]),
    ],
  };
}

function dependenceTable(rows: TableOptions["rows"]): TableOptions {
  const columns = [
    ...[
      { key: "contrast", label: "pairs" },
      { key: "statistic", label: "chi-square", digits: 2 },
    ],
    ...[
      { key: "df", label: "df" },
      { key: "p", label: "p" },
      { key: "v", label: "Cramér's V", digits: 2 },
    ],
  ];
  return { id: "preference-by-method", caption: "Does the preference depend on the method?", columns, rows };
}

function preservationTable(rows: TableOptions["rows"]): TableOptions {
  const columns = [
    ...[
      { key: "contrast", label: "first or second" },
      { key: "n", label: "pairs" },
    ],
    ...[
      { key: "first", label: "first holds it", digits: 2 },
      { key: "second", label: "second holds it", digits: 2 },
    ],
    ...[
      { key: "p", label: "McNemar mid-p" },
      { key: "adjustedP", label: "p, Holm" },
    ],
  ];
  return { id: "crucial-information", caption: "Which side holds the crucial information?", columns, rows };
}

function cell(of: Estimated | undefined): TableCell {
  if (of === undefined) return null;
  return of.low === null || of.high === null ? of.value : { value: of.value, low: of.low, high: of.high };
}
