import type { Report, ReportSection, TableOptions } from "corrigenda/report";
import type { Audit } from "./audit.ts";
import { FAULTS } from "./audit.ts";
import { CODES, CRITERIA, ERROR_TYPES } from "./criteria.ts";
import type { Evaluation } from "./evaluate.ts";
import type { Metadata } from "./metadata.ts";
import { count, evaluationSection, number } from "./report-evaluation.ts";
import type { ExampleCounts } from "./report-examples.ts";
import { bandFigure, criterionFigure } from "./report-figures.ts";
import { type TuningShown, tuningSection } from "./report-tuning.ts";
import type { Rejected } from "./tables.ts";

export { rebuildOf } from "./rebuild.ts";
export { essaysPage } from "./report-essays.ts";
export { exampleCounts, type ShownExample, stretches } from "./report-examples.ts";
export { lossPoints, type TuningShown } from "./report-tuning.ts";

/** Rejected rows that the page lists. */
export const MOST_REJECTED = 500;

/** What a stage paid. */
export interface StageCost {
  readonly stage: string;
  readonly done: number;
  readonly failed: number;
  readonly tokens: number;
  readonly usd: number;
}

export interface IeltsReportInput {
  readonly run: string;
  readonly metadata: Metadata;
  readonly counts: ExampleCounts;
  /** The first MOST_REJECTED. */
  readonly rejected: readonly Rejected[];
  readonly audit: Audit;
  readonly costs: readonly StageCost[];
  /** The job that was started from these files, once it has ended well. */
  readonly tuning?: TuningShown | undefined;
  /** By the digits of their stages. */
  readonly evaluations: readonly { readonly name: string; readonly evaluation: Evaluation }[];
}

/** What the page of a run says, as data. */
export function ieltsReport(input: IeltsReportInput): Report {
  const { run, metadata, audit, evaluations, tuning } = input;
  const { dataset, dataset_revision, target, model, provider, statistics } = metadata;
  const faults = FAULTS.reduce((sum, fault) => sum + audit.faults[fault], 0);
  const left = Object.values(statistics.rejected).reduce((sum, count) => sum + count, 0);
  const best = evaluations.at(-1)?.evaluation;
  const qwk = best?.agreement[0];
  return {
    title: `${count(metadata.total_examples)} IELTS essays as training examples`,
    question: "What went in, what came out, and does every line keep what the files promise?",
    provider: provider === "offline" ? "offline" : `${provider}, ${model}`,
    facts: { run, "data set": dataset, ...(dataset_revision && { revision: dataset_revision.slice(0, 12) }), target },
    stats: [
      {
        label: "Examples",
        value: count(metadata.total_examples),
        note: `${count(metadata.train_examples)} train, ${count(metadata.validation_examples)} validation`,
      },
      { label: "Left out", value: count(left), note: "rows, each with its reason" },
      {
        label: "Faults found",
        value: count(faults),
        note: `in ${count(audit.quotes)} quotes, ${count(audit.spans)} spans`,
      },
      trainingStat(metadata),
      ...(best && qwk ? [qwkStat(best, qwk)] : []),
    ],
    sections: [
      bandSection(input),
      criterionSection(input),
      essaySection(input),
      rejectedSection(input),
      leakageSection(input),
      costSection(input),
      ...(tuning ? [tuningSection(tuning)] : []),
      ...evaluations.map(({ name, evaluation }) => evaluationSection(name, evaluation)),
    ],
  };
}

/** The overall band of the last evaluation. */
function qwkStat({ provider }: Evaluation, { n, model, baseline }: Evaluation["agreement"][number]) {
  const { value, low, high } = model.qwk;
  const interval = low === null || high === null ? "no interval" : `95 % ${number(low)} to ${number(high)}`;
  const who = provider === "offline" ? "simulator" : "model";
  return {
    label: `QWK, ${who}`,
    value: number(value),
    note: `${interval}, n = ${count(n)} essays; baseline ${number(baseline.qwk.value)}`,
  };
}

function trainingStat({ counted_cost: { usd, epochs } }: Metadata) {
  return {
    label: "Training",
    value: usd === null ? "unknown" : `$${usd.toFixed(2)}`,
    note: `estimate, ${epochs} epochs, list price unconfirmed`,
  };
}

function bandSection({ metadata, counts }: IeltsReportInput): ReportSection {
  const from = metadata.statistics.overall_from;
  const told = Object.entries(from).map(([how, many]) => `${count(many)} ${FROM[how] ?? how}`);
  return {
    title: "Bands",
    intro: `Where the overall band comes from: ${told.join(", ")}.`,
    parts: [{ figure: bandFigure(metadata, counts) }],
  };
}

const FROM: Readonly<Record<string, string>> = {
  band: "from the band cell",
  "below 4": "said to be below 4 (counted as 4.0)",
  unreadable: "unreadable (4.0)",
  missing: "missing (5.0)",
  criteria: "from the evaluation's criteria",
};

function criterionSection({ metadata, counts }: IeltsReportInput): ReportSection {
  const { per_criterion, criteria, mended } = metadata.statistics;
  return {
    title: "Criteria and evidence",
    intro: `${count(criteria.named)} criterion bands were named by an evaluation (${count(criteria.moved)} of them moved to agree with the overall band), ${count(criteria.drawn)} were drawn. Quotes and spans: ${count(mended.folded)} put right but for case, space or marks, ${count(mended.aligned)} within a few edits, ${count(mended.lost)} left out; ${count(mended.types)} error types mapped; ${count(mended.asked_again)} criteria asked again.`,
    parts: [
      {
        table: {
          id: "criteria-table",
          caption: "Evidence by criterion, examples of both files",
          columns: [
            { key: "criterion", label: "criterion" },
            { key: "mean", label: "mean band", digits: 2 },
            ...["quotes", "errors", "suggestions"].map((key) => ({ key, label: key })),
            ...ERROR_TYPES.map((type) => ({ key: `type_${type}`, label: type, note: "errors" })),
          ],
          rows: CODES.map((code, at) => {
            const { mean_band: mean = 0, ...rest } = per_criterion[code] ?? {};
            const types = ERROR_TYPES.map((type, place) => [`type_${type}`, counts.errors[at]?.[place] ?? 0]);
            return { criterion: CRITERIA[at] ?? code, mean, ...rest, ...Object.fromEntries(types) };
          }),
        },
      },
      { figure: criterionFigure(counts) },
    ],
  };
}

function essaySection({ counts }: IeltsReportInput): ReportSection {
  return {
    title: "Essays",
    intro: `${count(counts.shown.length)} of ${count(counts.examples)} examples, the first of each band. A click on an example opens its essay with quotes and errors marked.`,
    parts: [
      {
        table: {
          id: "examples",
          columns: [
            { key: "example", label: "example", note: "file and line" },
            { key: "question", label: "question", wide: true },
            { key: "overall", label: "overall", digits: 1 },
            ...CODES.map((code) => ({ key: code, label: code, digits: 1 })),
            { key: "quotes", label: "quotes" },
            { key: "errors", label: "errors" },
          ],
          rows: counts.shown.map(({ id, overall, criteria, prompt }) => ({
            example: { value: id.replace("-", " "), href: `essays.html#${id}` },
            overall,
            ...Object.fromEntries(criteria.map(({ band }, at) => [CODES[at] ?? "", band])),
            quotes: criteria.reduce((sum, one) => sum + one.evidence_quotes.length, 0),
            errors: criteria.reduce((sum, one) => sum + one.errors.length, 0),
            question: prompt === "" ? null : brief(prompt),
          })),
        },
      },
    ],
  };
}

function rejectedSection({ metadata, rejected }: IeltsReportInput): ReportSection {
  const reasons = Object.entries(metadata.statistics.rejected);
  if (reasons.length === 0) return { title: "Left out", intro: "No row was left out.", parts: [] };
  const isAll = reasons.reduce((sum, [, many]) => sum + many, 0) === rejected.length;
  return {
    title: "Left out",
    intro: `Rows that became no example, by reason.${isAll ? "" : ` The list has the first ${count(rejected.length)}; rejected.jsonl has all.`}`,
    parts: [
      {
        table: {
          id: "reasons",
          columns: [
            { key: "reason", label: "reason" },
            { key: "rows", label: "rows" },
          ],
          rows: reasons.sort(([, a], [, b]) => b - a).map(([reason, rows]) => ({ reason, rows })),
        },
      },
      {
        table: {
          id: "rejected",
          columns: [
            { key: "row", label: "row" },
            { key: "reason", label: "reason" },
            { key: "detail", label: "what happened", wide: true },
          ],
          rows: rejected.map(({ row, reason, detail }) => ({ row, reason, detail })),
        },
      },
    ],
  };
}

function leakageSection({ metadata: { split }, audit }: IeltsReportInput): ReportSection {
  const lines: [string, number][] = [
    ["different questions", split.prompts],
    ["groups that stay together", split.groups],
    ["examples in the largest group", split.largestGroup],
    ["essays that nearly repeat another", split.nearDuplicateEssays],
    ["questions that nearly repeat another", split.nearDuplicatePrompts],
    ["validation examples wanted", split.wantedValidation],
    ["validation examples", split.validation],
  ];
  return {
    title: "Leakage and faults",
    intro:
      "Examples of one question, of near-equal questions and near-equal essays are on one side of the split. The second table counts what should not be there, from the files alone.",
    parts: [
      { table: counted("split", "what", lines) },
      {
        table: counted(
          "faults",
          "fault",
          FAULTS.map((fault) => [fault, audit.faults[fault]] as [string, number]),
          true,
        ),
      },
    ],
  };
}

function counted(id: string, label: string, lines: readonly [string, number][], isBad = false): TableOptions {
  return {
    id,
    columns: [
      { key: "what", label },
      { key: "count", label: "count" },
    ],
    rows: lines.map(([what, value]) => ({ what, count: isBad && value > 0 ? { value, failed: true } : value })),
  };
}

function costSection({ metadata, costs }: IeltsReportInput): ReportSection {
  const { cost_estimation: source, counted_cost: own } = metadata;
  const simulated = metadata.provider === "offline" ? " No model was asked: replies were simulated." : "";
  const price = own.usd === null ? `no price is known for ${own.model}` : `$${own.usd.toFixed(2)}`;
  return {
    title: "Cost",
    intro: `Training by the source's formula: ${count(source.total_tokens)} tokens, $${source.estimated_training_cost_usd.toFixed(2)}. Counted: ${count(own.tokens)} tokens × ${own.epochs} epochs for ${own.model}: ${price} (list price as of ${own.prices_as_of}, unconfirmed: look at the service's page). What asking cost is below.${simulated}`,
    parts: [
      {
        table: {
          id: "cost",
          columns: [
            { key: "stage", label: "stage" },
            { key: "done", label: "replies used" },
            { key: "failed", label: "not used" },
            { key: "tokens", label: "tokens" },
            { key: "usd", label: "cost", unit: "US dollars", digits: 4 },
          ],
          rows: costs.map((one) => ({ ...one })),
        },
      },
    ],
  };
}

function brief(text: string): string {
  return text.length <= 90 ? text : `${text.slice(0, 89)}…`;
}
