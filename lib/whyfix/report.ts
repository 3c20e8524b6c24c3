import type { ChartOptions, Link, Report, ReportPart, ReportSection } from "corrigenda/report";
import { answerDetails, answerTable, failureTable } from "./report-answers.ts";
import type { Exchanges } from "./report-exchanges.ts";
import { byMethod, costFigure, failureFigure, withinFigure, wordsFigure } from "./report-figures.ts";
import { facts, question, stats } from "./report-head.ts";
import type { CellHref } from "./report-links.ts";
import type { PickedRecords } from "./report-records.ts";
import { cellTable, costTable, countTable } from "./report-tables.ts";
import { count, listed, plural } from "./report-texts.ts";
import type { Setup, StepConfig } from "./setup.ts";
import type { Summary } from "./summary.ts";

export { type Exchange, type Exchanges, pickedItems } from "./report-exchanges.ts";
export { cellHrefs } from "./report-links.ts";
export { PAGE_LIMITS, type PickedRecords, pickRecords } from "./report-records.ts";
export { summaryTable } from "./report-terminal.ts";

export interface ReportInput {
  readonly run: string;
  readonly setup: Pick<Setup, "experiment" | "rows">;
  readonly config: Pick<StepConfig, "sampleType">;
  /** Who answered. */
  readonly provider: { readonly name: string };
  /** False where only steps 1 and 2 are done. */
  readonly isWhole: boolean;
  readonly summary: Summary;
  readonly picked: PickedRecords;
  readonly exchanges: Exchanges;
  /** Where the rows behind a cell's numbers stand. */
  readonly cellHref?: CellHref;
  /** Other pages of the run. */
  readonly pages?: readonly Link[];
}

/** What the page of a run says, as data. Equal results give an equal report: it holds no date, path or id of a service. */
export function whyfixReport(given: ReportInput): Report & Required<Pick<Report, "stats" | "details">> {
  const input = { ...given, summary: { ...given.summary, cells: byMethod(given.summary.cells) } };
  const { run, provider, picked, exchanges, setup } = input;
  const answered = provider.name === "offline" || picked.returned.length === 0 ? "" : ` (${listed(picked.returned)})`;
  return {
    title: `whyfix ${run}`,
    question: question(input),
    provider: `${provider.name}${answered}`,
    facts: facts(input),
    ...{ stats: stats(input), pages: input.pages ?? [] },
    sections: [
      limitSection(input),
      cellSection(input),
      failureSection(input),
      costSection(input),
      answerSection(input),
    ],
    details: answerDetails([...picked.shown, ...picked.failures], exchanges, setup.experiment),
  };
}

function limitSection(input: ReportInput): ReportSection {
  const { summary, picked, setup } = input;
  const [{ cells }, { experiment }] = [summary, setup];
  return {
    title: "Word limit",
    intro:
      "Prompts ask for explanations of at most so many words; words are what stands between spaces in explanation_en. Intervals take answers as independent, although each learner error has several.",
    parts: [...shown(input, withinFigure(cells, experiment)), ...shown(input, wordsFigure(picked.words, experiment))],
  };
}

function cellSection({ summary: { cells }, cellHref }: ReportInput): ReportSection {
  const counts = countTable(cells);
  return {
    title: "Results by method",
    intro:
      "A line for each method, model, input and length; what is the same for all stands at the top of the page. A record is one learner error asked in one way.",
    parts: [{ table: cellTable(cells, cellHref) }, ...(counts ? [{ table: counts }] : [])],
  };
}

function failureSection(input: ReportInput): ReportSection {
  const { summary, picked } = input;
  const { cells } = summary;
  const { failures, totalFailed, total: all } = picked;
  if (totalFailed === 0)
    return {
      title: "Failures",
      intro: `None: all ${plural(all, "record")} have an answer that could be used.`,
      parts: [],
    };
  const some =
    failures.length < totalFailed
      ? ` The first ${count(failures.length)} of ${count(totalFailed)} are listed. ${filesOf(input)}`
      : "";
  return {
    title: "Failures",
    intro: `${count(totalFailed)} of ${plural(all, "record")} have no answer that could be used.${some}`,
    parts: [...shown(input, failureFigure(cells)), { table: failureTable(failures) }],
  };
}

function costSection(input: ReportInput): ReportSection {
  const { summary, provider } = input;
  const { cells } = summary;
  const simulated =
    provider.name === "offline"
      ? "No money was spent: the offline service counts tokens and prices them as the model named would be. "
      : "";
  return {
    title: "Tokens and cost",
    intro: `${simulated}A request that several rows share is paid once; its tokens are counted in each row. ledger.jsonl has every payment.`,
    parts: [...shown(input, costFigure(cells)), { table: costTable(cells) }],
  };
}

function answerSection(input: ReportInput): ReportSection {
  const { picked, setup } = input;
  const { shown: records, total: all } = picked;
  const errors = new Set(records.map(({ data_index }) => data_index)).size;
  const isAll = records.length === all;
  const some = isAll
    ? `${plural(all, "record")}.`
    : `${count(records.length)} of ${plural(all, "record")}: those of the first ${plural(errors, "learner error")}. ${filesOf(input)}`;
  return {
    title: "Answers",
    intro: `${some} A click on an answer opens its reply, request, tokens and cost.`,
    parts: [{ table: answerTable(records, setup.experiment) }],
  };
}

function filesOf({ isWhole }: ReportInput): string {
  const files = isWhole ? "step2/step2.jsonl and step4/step4.jsonl" : "step2/step2.jsonl";
  return `All are in ${files} of the run's folder.`;
}

function shown(input: ReportInput, figure: ChartOptions | undefined): ReportPart[] {
  return figure ? [{ figure: { ...figure, source: sourceOf(input) } }] : [];
}

/** What a figure says of its numbers when it stands alone. */
function sourceOf({ run, isWhole, provider }: ReportInput): string {
  const steps = isWhole ? "steps 2 and 4" : "step 2";
  return `whyfix ${run}, ${steps}${provider.name === "offline" ? "; simulated answers, no model was asked" : ""}`;
}
