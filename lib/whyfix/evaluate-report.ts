import type { Column, Detail, Link, Report, ReportPart, ReportSection, Stat, TableOptions } from "corrigenda/report";
import type { Interval } from "corrigenda/stats";
import type { Evaluation } from "./evaluate.ts";
import { answerSection } from "./evaluate-answer-section.ts";
import { effectFigure, judgedFigure, paretoFigure, rankingFigure } from "./evaluate-figures.ts";
import { qualityName } from "./evaluate-metrics.ts";
import { peopleDetails, peopleSection } from "./evaluate-people-section.ts";
import { qualityOf } from "./evaluate-ranking.ts";
import {
  ablationTable,
  askedTables,
  differenceTable,
  judgeTables,
  meanTable,
  rankingTable,
} from "./evaluate-tables.ts";
import { count, plural } from "./report-texts.ts";

/** A number of the corrections' metrics.json. */
interface CorrectionMetric {
  readonly name: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** What stands beside an evaluation where it is there: corrections of correct2, other pages of the run. */
export interface Beside {
  readonly corrections?:
    | { readonly headline: CorrectionMetric; readonly metrics: readonly CorrectionMetric[] }
    | undefined;
  readonly pages?: readonly Link[];
}

/** The page of an evaluation as data. Equal evaluations give equal pages. */
export function evaluationReport(
  run: string,
  evaluation: Evaluation,
  { corrections, pages = [] }: Beside = {},
): Report {
  const { provider, errors, explanations, judge, sideBySide } = evaluation;
  const simulated = provider === "offline" ? "; simulated answers, no model was asked" : "";
  const source = `whyfix ${run}, evaluation${simulated}`;
  const sections = [
    answerSection(evaluation),
    rankingSection(evaluation),
    peopleSection(evaluation),
    factorSection(evaluation),
    judgeSection(evaluation),
    askedSection(evaluation),
    correctionSection(corrections ? [corrections.headline, ...corrections.metrics] : []),
    lookSection(evaluation),
    ...(sideBySide.length > 0 ? [sideSection(evaluation)] : []),
  ];
  return {
    title: `whyfix ${run}: evaluation`,
    question: `Which way of asking explains the learner's error best? ${plural(explanations, "explanation")} of ${plural(errors, "learner error")}.`,
    provider,
    facts: {
      varied: evaluation.varied.join(", ") || "nothing",
      "with a reference": count(evaluation.referenced),
      ...(evaluation.varied.includes("input") ? { input: "t the sentence, p the one before, f the one after" } : {}),
      judge: judge ? `${judge.model}${provider === "offline" ? " (simulated)" : ""}` : "none",
    },
    ...{ stats: stats(evaluation), pages },
    sections: sections
      .filter((section) => section !== undefined)
      .map((section) => ({
        ...section,
        parts: section.parts.map((part) => ("figure" in part ? { figure: { ...part.figure, source } } : part)),
      })),
    details: { ...details(evaluation), ...peopleDetails(evaluation.people) },
  };
}

function stats(evaluation: Evaluation): Stat[] {
  const { ranking, judge } = evaluation;
  const [best] = ranking.systems;
  const quality = best && qualityOf(ranking.by, best);
  const overall = judge?.agreement.find(({ criterion }) => criterion === "overall");
  return [
    ...(best && quality
      ? [
          {
            label: `best: ${best.system}`,
            value: shown(quality),
            note: `${qualityName(ranking.by)}, ${range(quality)}`,
          },
        ]
      : []),
    ...(overall
      ? [
          {
            label: "the judge agrees with itself",
            value: shown(overall.same),
            note: `${range(overall.same)}, ${plural(judge?.pairs ?? 0, "pair")}`,
          },
        ]
      : []),
    {
      label: "not beaten in quality and cost",
      value: count(ranking.systems.filter(({ onFront }) => onFront).length),
      note: `of ${plural(ranking.systems.length, "way")} of asking`,
    },
  ];
}

const shown = ({ value }: Interval): string => value.toFixed(3);
const range = ({ low, high }: Interval): string => `95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}`;

function rankingSection(evaluation: Evaluation): ReportSection {
  const { by } = evaluation.ranking;
  const order = {
    judge:
      "The order is the judge's: pairs that differ in one factor, each shown both ways round; where the two differ, the pair counts as a tie.",
    reference: "Nobody judged: the order is by the mean place of METEOR against the reference explanations.",
    none: "There is neither a judge nor a reference explanation, so nothing ranks.",
  }[by ?? "none"];
  const parts = [rankingFigure(evaluation), paretoFigure(evaluation)].flatMap((figure) => (figure ? [{ figure }] : []));
  return { title: "Ranking", intro: order, parts: [...parts, { table: rankingTable(evaluation) }] };
}

function factorSection(evaluation: Evaluation): ReportSection {
  const figures = [effectFigure(evaluation), judgedFigure(evaluation)].flatMap((figure) =>
    figure ? [{ figure }] : [],
  );
  const tables = [meanTable(evaluation), differenceTable(evaluation), ablationTable(evaluation)];
  return {
    title: "Factors",
    intro:
      "Scores compare words with those of the reference explanation (0 to 1); they reward the same wording, not a right reason. Differences are adjusted over all comparisons of a measure.",
    parts: [...figures, ...tables.flatMap((table): ReportPart[] => (table ? [{ table }] : []))],
  };
}

function judgeSection(evaluation: Evaluation): ReportSection | undefined {
  const { judge } = evaluation;
  if (!judge) return undefined;
  const unread = judge.unread > 0 ? ` ${plural(judge.unread, "pair")} could not be read.` : "";
  return {
    title: "The judge",
    intro: `A model judged ${plural(judge.pairs, "pair")} by a rubric of accuracy, helpfulness and information.${unread} It is no person: how far it agrees with itself bounds what it can tell.`,
    parts: judgeTables(evaluation).map((table) => ({ table })),
  };
}

function askedSection(evaluation: Evaluation): ReportSection {
  return {
    title: "Asked and given",
    intro: "Lengths and entries of the answers beside what the prompts asked for.",
    parts: askedTables(evaluation).map((table) => ({ table })),
  };
}

function correctionSection(corrections: readonly CorrectionMetric[]): ReportSection | undefined {
  if (corrections.length === 0) return undefined;
  const table: TableOptions = {
    id: "corrections",
    caption: "Corrections proposed from the learner's sentence alone, beside the sentence as it stands (the copy)",
    columns: [
      { key: "name", label: "measure" },
      { key: "value", label: "value", note: "95 % interval", digits: 3 },
      { key: "n", label: "learner errors" },
    ],
    rows: corrections.map(({ name, value, low, high, n }) => ({
      name: name.replace(/^corrections: /, ""),
      value: low === null || high === null ? value : { value, low, high },
      n,
    })),
  };
  return {
    title: "Corrections",
    intro:
      "GLEU (Napoles et al.) and F0.5 of edits are over the corpus. A rewrite that changes nothing is the copy, whose GLEU is high because most words are right.",
    parts: [{ table }],
  };
}

function lookSection({ disagreements, judge }: Evaluation): ReportSection | undefined {
  if (!judge) return undefined;
  const wide = (key: string, label: string): Column => ({ key, label, wide: true });
  return {
    title: "To look at",
    intro:
      "Pairs on which the judge differs with itself, or with the reference explanation. A click on a sentence opens both texts and the judge's reasons.",
    parts: [
      {
        table: {
          id: "disagreements",
          columns: [
            { key: "row", label: "row" },
            wide("sentence", "learner's sentence"),
            { key: "why", label: "why" },
            { key: "first", label: "first" },
            { key: "second", label: "second" },
            { key: "verdicts", label: "the judge took", note: "in both orders" },
          ],
          rows: disagreements.map((one, at) => ({
            ...{ row: one.error, sentence: { value: one.sentence, detail: `look-${at}` }, why: one.why },
            ...{ first: one.first.system, second: one.second.system, verdicts: one.verdicts.join(", then ") },
          })),
        },
      },
    ],
  };
}

function details({ disagreements }: Evaluation): Record<string, Detail> {
  const text = ({ system, text, meteor }: Evaluation["disagreements"][number]["first"]) => ({
    ...{ label: meteor === null ? system : `${system} (METEOR ${meteor.toFixed(3)})`, value: text, block: true },
  });
  return Object.fromEntries(
    disagreements.map((one, at) => [
      `look-${at}`,
      {
        title: `Row ${one.error}: ${one.why}`,
        fields: [
          { label: "sentence", value: one.sentence },
          text(one.first),
          text(one.second),
          { label: "the judge took, in order 1", value: `${one.verdicts[0]}: ${one.reasons[0]}` },
          { label: "in order 2", value: `${one.verdicts[1]}: ${one.reasons[1]}` },
        ],
      },
    ]),
  );
}

function sideSection({ sideBySide }: Evaluation): ReportSection {
  const methods = [...new Set(sideBySide.flatMap(({ texts }) => Object.keys(texts)))];
  const wide = (key: string, label: string): Column => ({ key, label, wide: true });
  const references = sideBySide.some(({ reference }) => reference !== null);
  return {
    title: "Side by side",
    intro: "The first learner errors as each method explains them, in the setting of the best way of asking.",
    parts: [
      {
        table: {
          id: "side-by-side",
          columns: [
            { key: "row", label: "row" },
            wide("sentence", "learner's sentence"),
            ...(references ? [wide("reference", "reference")] : []),
            ...methods.map((method, at) => wide(`m${at}`, method)),
          ],
          rows: sideBySide.map(({ error, sentence, reference, texts }) => ({
            ...{ row: error, sentence, reference },
            ...Object.fromEntries(methods.map((method, at) => [`m${at}`, texts[method] ?? ""])),
          })),
          pageRows: 5,
        },
      },
    ],
  };
}
