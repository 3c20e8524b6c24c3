import type { ChartOptions, Column, Detail, ReportPart, ReportSection, TableOptions } from "corrigenda/report";
import type { Evaluation } from "./evaluate.ts";
import { lineLayout, lines } from "./evaluate-figures.ts";
import { type People, POINTS } from "./evaluate-people.ts";
import { plural } from "./report-texts.ts";

/** Human ratings beside the ranking; undefined where nobody rated. */
export function peopleSection(evaluation: Evaluation): ReportSection | undefined {
  const { people, ranking, provider } = evaluation;
  if (!people) return undefined;
  const by = ranking.by === "judge" ? "the judge" : "METEOR";
  const simulated = provider === "offline" ? " What they rated are simulated explanations." : "";
  const figure = peopleFigure(evaluation, people);
  const parts: ReportPart[] = [
    ...(figure ? [{ figure }] : []),
    { table: systemTable(evaluation, people) },
    ...(people.correlations.length > 0 ? [{ table: correlationTable(people) }] : []),
    ...(people.disagreements.length > 0 ? [{ table: disagreementTable(people) }] : []),
  ];
  return {
    title: `People and ${by}`,
    intro: `${plural(people.raters, "person", "people")} rated, ${plural(people.cells, "cell")}.${simulated} ${pairText(people)} Where they differ, people have the last word.`,
    parts,
  };
}

function pairText({ pairs }: People): string {
  if (!pairs) return "No judged pair was rated.";
  const { value, low, high } = pairs.same;
  const kappa = pairs.kappa === null ? "" : `, kappa ${pairs.kappa.toFixed(2).replace("-", "−")}`;
  return `On ${plural(pairs.pairs, "pair")} that both know they agree in ${value.toFixed(2)} (95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}${kappa}); ${pairs.opposite} times they take opposite sides. A person takes a pair's side by vote, or by the points of both texts.`;
}

/** A line a system and scale, in the ranking's order: where people agree with it, values fall from top to bottom. */
function peopleFigure({ ranking: { by } }: Evaluation, { systems }: People): ChartOptions | undefined {
  const all = systems.flatMap(({ system, points }) =>
    POINTS.flatMap((scale) => {
      const found = points[scale];
      return found ? [{ name: `${system}: ${scale.toLowerCase()}`, ...found }] : [];
    }),
  );
  if (systems.length < 2) return undefined;
  return {
    id: "people",
    title: `Ratings of people, in ${by === "judge" ? "the judge's order" : "the order of METEOR"}`,
    caption: "Points: mean rating; lines: 95 % interval over the learner errors. The best of the ranking is on top.",
    x: { title: "mean rating", unit: "points" },
    y: { title: "way of asking" },
    data: [lines(all)],
    ...lineLayout(all),
  };
}

function systemTable({ ranking: { by } }: Evaluation, { systems }: People): TableOptions {
  return {
    id: "people",
    caption: "People beside the ranking, in the ranking's order; 95 % intervals over the learner errors",
    columns: [
      { key: "system", label: "way of asking" },
      { key: "quality", label: by === "judge" ? "expected wins" : "METEOR", note: "the ranking's", digits: 3 },
      ...POINTS.map((scale): Column => ({ key: scale, label: scale, unit: "points, 1 to 5", digits: 2 })),
      { key: "errors", label: "learner errors rated" },
    ],
    rows: systems.map(({ system, errors, points, quality }) => ({
      ...{ system, errors, quality: quality && { ...quality } },
      ...Object.fromEntries(POINTS.map((scale) => [scale, points[scale] ? { ...points[scale] } : null])),
    })),
  };
}

function correlationTable({ correlations }: People): TableOptions {
  const cell = ({ value, low, high }: { value: number; low: number | null; high: number | null }) =>
    low === null || high === null ? value : { value, low, high };
  return {
    id: "people-ranks",
    caption: "Do people and the ranking order the ways of asking alike? 1: the same order, −1: the opposite one",
    columns: [
      { key: "scale", label: "people's scale" },
      { key: "systems", label: "ways of asking" },
      { key: "kendall", label: "Kendall's tau-b", note: "95 % interval", digits: 2 },
      { key: "spearman", label: "Spearman's rho", note: "95 % interval", digits: 2 },
    ],
    rows: correlations.map(({ scale, systems, kendall, spearman }) => ({
      ...{ scale, systems, kendall: cell(kendall), spearman: cell(spearman) },
    })),
  };
}

function disagreementTable({ disagreements }: People): TableOptions {
  return {
    id: "people-disagreements",
    caption:
      "Pairs on which people and judge take opposite sides, people's widest gaps first; a click opens both texts",
    columns: [
      { key: "row", label: "row" },
      { key: "sentence", label: "learner's sentence", wide: true },
      { key: "first", label: "first" },
      { key: "second", label: "second" },
      { key: "people", label: "people took" },
      { key: "judge", label: "the judge took" },
      { key: "said", label: "people said", note: "first against second" },
    ],
    rows: disagreements.map(({ error, sentence, first, second, people, judge, said }, at) => ({
      ...{ row: error, sentence: { value: sentence, detail: `people-${at}` } },
      ...{ first: first.system, second: second.system, people, judge, said },
    })),
  };
}

/** What a click on a disagreement opens. */
export function peopleDetails(people: People | null): Record<string, Detail> {
  return Object.fromEntries(
    (people?.disagreements ?? []).map(({ error, sentence, first, second, said, reasons }, at) => [
      `people-${at}`,
      {
        title: `Row ${error}: people and judge differ`,
        fields: [
          { label: "sentence", value: sentence },
          { label: first.system, value: first.text, block: true },
          { label: second.system, value: second.text, block: true },
          { label: "people", value: said },
          { label: "the judge, in order 1", value: reasons[0] },
          { label: "in order 2", value: reasons[1] },
        ],
      },
    ]),
  );
}
