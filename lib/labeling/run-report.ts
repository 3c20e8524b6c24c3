import type { Report, ReportPart, ReportSection, TableCell } from "corrigenda/report";
import type { Manifest } from "corrigenda/results";
import type { EvaluationRow } from "./evaluate.ts";
import { lastStanding } from "./highlight.ts";
import { PROCESSES, type Process } from "./names.ts";
import { type OverrideCell, overrideMatrix, type Standing, standing } from "./overrides.ts";
import type { PaperParts } from "./paper-parts.ts";
import type { DocumentRow, Mention } from "./records.ts";
import type { ReplyRecord } from "./replies.ts";
import { resultsStage } from "./study.ts";

/** What a process cost, from the manifest of its results. */
export interface ProcessCost {
  readonly process: Process;
  readonly counts: Manifest["counts"];
  readonly tokens: Manifest["tokens"];
  readonly usd: number;
}

/** What an evaluation found, where one was made. */
export interface ReportedScores {
  readonly rows: readonly EvaluationRow[];
  readonly overrides: readonly OverrideCell[];
}

export interface RunReportInput {
  readonly run: string;
  readonly provider: string;
  readonly input: string;
  readonly last: Process;
  readonly costs: readonly ProcessCost[];
  readonly failed: readonly ReplyRecord[];
  readonly scores: ReportedScores | undefined;
  /** The page that holds a stage's row, from 0, the filter set to some words. */
  readonly rowsHref?: (stage: string, at: number, find: string) => string | undefined;
}

const STANDINGS = ["valid", "invalid", "undecided"] as const;

interface PaperCounts extends Readonly<Record<Standing | "mentions" | "overturned" | "failed" | "unplaced", number>> {
  readonly row: DocumentRow;
}

/** Adds up a run, paper by paper. */
export interface RunTally {
  add(paper: PaperParts): void;
  report(): Report;
}

export function runTally(input: RunReportInput): RunTally {
  const papers: PaperCounts[] = [];
  const after = new Map<string, number>();
  const matrix = overrideMatrix();
  const count = (mention: Mention): void => {
    matrix.add(mention);
    for (const process of PROCESSES.slice(0, PROCESSES.indexOf(input.last) + 1)) {
      const key = `${process} ${standing(mention, process)}`;
      after.set(key, (after.get(key) ?? 0) + 1);
    }
  };
  return {
    add: ({ row, mentions, failed }) => {
      for (const mention of mentions) count(mention);
      const of = (is: (mention: Mention) => boolean | undefined): number => mentions.filter(is).length;
      const [valid = 0, invalid = 0, undecided = 0] = STANDINGS.map((one) =>
        of((mention) => lastStanding(mention) === one),
      );
      papers.push({
        ...{ row, mentions: mentions.length, valid, invalid, undecided, failed: failed.length },
        overturned: of(({ verdicts }) => verdicts.judge?.overrides || verdicts.reasoning?.overrides),
        unplaced: of(({ evidence }) => evidence.state === "not found"),
      });
    },
    report: () => reportOf(input, papers, { after, cells: input.scores?.overrides ?? matrix.cells() }),
  };
}

interface Changes {
  readonly after: ReadonlyMap<string, number>;
  readonly cells: readonly OverrideCell[];
}

function reportOf(input: RunReportInput, papers: readonly PaperCounts[], changes: Changes): Report {
  const sum = (of: (one: PaperCounts) => number): number => papers.reduce((total, one) => total + of(one), 0);
  const mentions = sum((one) => one.mentions);
  const usd = input.costs.reduce((total, one) => total + one.usd, 0);
  const unread = papers.filter(({ row }) => row.state === "failed").length;
  return {
    title: `Data sets in ${count(papers.length)} papers`,
    question: "Which data sets does each paper mention, where on the page, and which of the reports hold up?",
    provider: input.provider,
    facts: { run: input.run, papers: input.input, "last process": input.last },
    stats: [
      { label: "Valid mentions", value: count(sum((one) => one.valid)), note: `of ${count(mentions)} reported` },
      { label: "Overturned", value: count(sum((one) => one.overturned)), note: "by judge or reasoning" },
      { label: "Failed", value: count(input.failed.length), note: `requests; ${unread} papers unread` },
      {
        label: "Cost",
        value: `$${usd.toFixed(usd < 1 ? 4 : 2)}`,
        note: input.provider === "offline" ? "simulated" : "paid",
      },
    ],
    sections: [
      papersSection(input, papers),
      changesSection(input, changes),
      ...scoresSection(input),
      ...failedSection(input, papers),
      costSection(input),
    ],
  };
}

function papersSection(input: RunReportInput, papers: readonly PaperCounts[]): ReportSection {
  const columns = [
    { key: "paper", label: "Paper", wide: true },
    { key: "pages", label: "Pages", note: "asked" },
    { key: "mentions", label: "Mentions" },
    { key: "valid", label: "Valid" },
    { key: "invalid", label: "Not valid" },
    { key: "undecided", label: "Undecided" },
    { key: "overturned", label: "Overturned" },
    { key: "unplaced", label: "Quote not found" },
    { key: "failed", label: "Failed", note: "requests" },
  ];
  let asked = 0;
  const rows = papers.map(({ row, failed, mentions, valid, invalid, undecided, overturned, unplaced }) => {
    const first = linked(input.rowsHref?.(resultsStage("extraction"), asked, `${row.document}-page-`), row.kept);
    const last = linked(lastHref(input, row), mentions);
    asked += row.kept;
    return {
      paper: { value: row.name, href: `papers/${row.document}.html`, failed: row.state === "failed" },
      ...{ pages: first(row.kept), mentions: first(mentions), valid: last(valid), invalid: last(invalid) },
      ...{ undecided, overturned: last(overturned), unplaced },
      failed: { value: failed, failed: failed > 0 },
    };
  });
  const intro = "Each paper has a page of its own: its text, every mention marked by verdict, the reasons beside it.";
  return { title: "Papers", intro, parts: [{ table: { id: "papers", columns, rows } }] };
}

/** Numbers as links to their rows, where something was asked. */
function linked(href: string | undefined, rows: number): (value: number) => TableCell {
  return (value) => (href === undefined || rows === 0 ? value : { value, href });
}

/** Rows of the last process are listed by mention: where a paper's begin is known only as long as one page holds all. */
function lastHref({ last, costs, rowsHref }: RunReportInput, { document }: DocumentRow): string | undefined {
  const { done = 0, failed = 0 } = costs.find(({ process }) => process === last)?.counts ?? {};
  const find = last === "reasoning" ? `${document}_` : `${document}-page-`;
  const [first, final] = [0, Math.max(0, done + failed - 1)].map((at) => rowsHref?.(resultsStage(last), at, find));
  return first === final ? first : undefined;
}

function changesSection({ last, provider }: RunReportInput, { after, cells }: Changes): ReportSection {
  const done = PROCESSES.slice(0, PROCESSES.indexOf(last) + 1);
  const colours = { valid: "--series-1", invalid: "--series-2", undecided: "--series-7" };
  const figure: ReportPart = {
    figure: {
      id: "standing",
      title: "What stands after each process",
      caption: "All mentions that the extraction reported, by how they stand.",
      source: provider === "offline" ? "offline: simulated answers" : provider,
      x: { title: "mentions" },
      y: { title: "after" },
      layout: { barmode: "stack", legend: { traceorder: "normal" } },
      data: STANDINGS.map((one) => ({
        ...{
          type: "bar",
          orientation: "h",
          name: one === "invalid" ? "not valid" : one,
          marker: { color: colours[one] },
        },
        ...{ y: done.toReversed(), x: done.toReversed().map((process) => after.get(`${process} ${one}`) ?? 0) },
      })),
    },
  };
  const judged = cells.some(({ right, wrong }) => right + wrong > 0);
  const columns = [
    ...[
      { key: "process", label: "Process" },
      { key: "from", label: "Before" },
      { key: "to", label: "After" },
    ],
    { key: "mentions", label: "Mentions" },
    ...(judged
      ? [
          { key: "right", label: "Right", note: "by gold" },
          { key: "wrong", label: "Wrong", note: "by gold" },
        ]
      : []),
  ];
  const rows = cells.map(({ process, from, to, mentions, right, wrong }) => ({
    process,
    from,
    to,
    mentions,
    right,
    wrong,
  }));
  const intro = `The extraction takes all that it reports for data sets; judge and reasoning keep or overturn.${judged ? " Gold lists leave data sets out, so some that count as wrong are not." : ""}`;
  const caption = "From one process to the next";
  const parts = cells.length === 0 ? [figure] : [figure, { table: { id: "overrides", caption, columns, rows } }];
  return { title: "What judge and reasoning changed", intro, parts };
}

function scoresSection({ scores, provider }: RunReportInput): ReportSection[] {
  if (!scores) return [];
  const shown = scores.rows.filter(({ rule, level }) => rule === "fuzzy" && level === "datasets");
  const named = (system: string): string => (system === "baseline" ? "lexical baseline" : `after ${system}`);
  const interval = shown.every(({ low, high }) => low !== null && high !== null)
    ? { interval: { low: shown.map(({ low }) => low ?? 0), high: shown.map(({ high }) => high ?? 0) } }
    : {};
  const figure: ReportPart = {
    figure: {
      id: "f1",
      title: "Data sets found, against gold",
      caption: "F1 of data sets, names compared by the fuzzy rule; lines: 95 % interval, documents drawn.",
      source: provider === "offline" ? "offline: simulated answers, they say nothing about any model" : provider,
      x: { title: "" },
      y: { title: "F1" },
      layout: { yaxis: { range: [0, 1] } },
      data: [{ type: "bar", x: shown.map(({ system }) => named(system)), y: shown.map(({ f1 }) => f1), ...interval }],
    },
  };
  const columns = [
    ...[
      { key: "system", label: "After" },
      { key: "level", label: "Of" },
      { key: "rule", label: "Names" },
    ],
    ...[
      { key: "precision", label: "Precision", digits: 2 },
      { key: "recall", label: "Recall", digits: 2 },
    ],
    { key: "f1", label: "F1", note: "95 % interval", digits: 2 },
  ];
  const rows = scores.rows.map(({ system, level, rule, precision, recall, f1, low, high }) => ({
    ...{
      system: named(system).replace("after ", ""),
      level: level === "datasets" ? "data sets" : "mentions",
      rule,
      precision,
      recall,
    },
    f1: low === null || high === null ? f1 : { value: f1, low, high },
  }));
  const intro =
    "Beside a plain lexical reader, so that the numbers mean something. Gold lists leave data sets out: precision is a lower bound.";
  return [{ title: "Against gold", intro, parts: [figure, { table: { id: "scores", columns, rows } }] }];
}

function failedSection({ failed }: RunReportInput, papers: readonly PaperCounts[]): ReportSection[] {
  const unread = papers.filter(({ row }) => row.state === "failed");
  if (failed.length + unread.length === 0) return [];
  const columns = [
    ...[
      { key: "paper", label: "Paper" },
      { key: "process", label: "Process" },
      { key: "page", label: "Page" },
    ],
    { key: "why", label: "Why", wide: true },
  ];
  const rows = [
    ...unread.map(({ row }) => ({ paper: row.name, process: "reading", page: null, why: row.reason })),
    ...failed.map(({ document, process, page, error }) => ({ paper: document, process, page, why: error })),
  ];
  return [
    {
      title: "What failed",
      intro: "Papers that could not be read, and requests without an answer that could be.",
      parts: [{ table: { id: "failed", columns, rows } }],
    },
  ];
}

function costSection({ costs, provider }: RunReportInput): ReportSection {
  const columns = [
    ...[
      { key: "process", label: "Process" },
      { key: "done", label: "Answered", unit: "requests" },
    ],
    ...[
      { key: "failed", label: "Failed", unit: "requests" },
      { key: "input", label: "Input", unit: "tokens" },
    ],
    ...[
      { key: "output", label: "Output", unit: "tokens" },
      { key: "usd", label: "Cost", unit: "US dollars", digits: 4 },
    ],
  ];
  const rows = costs.map(({ process, counts, tokens, usd }) => ({
    ...{ process, done: counts.done ?? 0, failed: counts.failed ?? 0, input: tokens.input, output: tokens.output, usd },
  }));
  const intro = provider === "offline" ? "Simulated: nothing was paid." : "As the services charged it.";
  return { title: "Cost", intro, parts: [{ table: { id: "cost", columns, rows } }] };
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
