import type { Interval } from "corrigenda/stats";
import type { ModelCard } from "./compare-cost.ts";
import { type Comparison, isDecided, sizeText } from "./compare-result.ts";
import { MEASURE_NAMES, type Measure } from "./perplexity.ts";
import { CORPORA, type Plan, planRows } from "./plan.ts";
import { isTransfer, type Job } from "./plan-jobs.ts";
import type { JobState, Status } from "./status.ts";
import { bytesText, hoursText, statusLine, statusTable } from "./status-words.ts";
import { LEAST_DOCUMENTS } from "./verdict.ts";

/** What the three pages are written from. */
export interface RunState {
  readonly run: string;
  readonly plan: Plan;
  readonly comparison: Comparison;
  readonly status: Status;
  readonly jobs: readonly Job[];
  readonly states: ReadonlyMap<string, JobState>;
  readonly cards: ReadonlyMap<string, ModelCard>;
}

/** File names and texts of the pages that the source lists, written from what there is. */
export function runDocuments(state: RunState): Readonly<Record<string, string>> {
  return {
    "DETAILED_COMPARISON_TABLE.md": comparisonPage(state),
    "IMPLEMENTATION_SUMMARY.md": summaryPage(state),
    "PIPELINE_OVERVIEW.md": overviewPage(state),
  };
}

function comparisonPage({ run, comparison }: RunState): string {
  const { gains, gaps, transfers, deployments, verdicts, recommendations, recovery, intervals } = comparison;
  return pageOf([
    `# Level models and the general model: ${text(run)}`,
    undecided(comparison),
    `Intervals: 95 %, bootstrap over documents (${intervals.resamples} resamples). Perplexity: lower is better.`,
    "## Verdicts",
    ...markdown(
      ["", "statement", "by the source's rule", "by interval", "why not"],
      verdicts.map(({ id, statement, rule, interval, reason = "" }) => [id, statement, rule, interval, reason]),
    ),
    ...MEASURE_NAMES.flatMap((measure) => [`## ${measure} perplexity`, ...matrix(comparison, measure)]),
    "## Specialisation gain",
    ...markdown(
      ["level", "documents", "general", "own model", "gain, %", "general above the best, %"],
      gains.map((one) => [
        ...[one.level, String(one.documents), shown(one.general, 2), shown(one.specialised, 2)],
        ...[shown(one.gain, 1), `${shown(one.overBest, 1)} (${one.best})`],
      ]),
    ),
    "## Cross-level gap",
    ...markdown(
      ["model", "own level", "other levels / own", "over the other levels' own models"],
      gaps.map((gap) => [gap.model, shown(gap.own, 2), shown(gap.specificity, 2), shown(gap.excess, 2)]),
    ),
    "## Transfer",
    ...markdown(
      ["level", "training documents", "direct", "general, then fine-tuned", "gain, %"],
      transfers.map(({ level, size, direct, transferred, gain }) => [
        ...[level, sizeText(size), shown(direct, 2), shown(transferred, 2), shown(gain, 1)],
      ]),
    ),
    "## Cost and benefit",
    ...markdown(
      [
        "use",
        "level known",
        "perplexity",
        "gain over general, %",
        "device hours",
        "weights",
        "tokens/s",
        "hours per %",
      ],
      deployments.map((one) => [
        ...[one.name, one.needsLevel ? "yes" : "no", shown(one.perplexity, 2)],
        ...[one.gain ? shown(one.gain, 1) : "–", hoursText(one.hours)],
        ...[one.weightBytes === null ? "–" : bytesText(one.weightBytes), number(one.tokensPerSecond, 0)],
        hoursText(one.hoursPerPercent),
      ]),
    ),
    "## Words recovered",
    ...markdown(
      ["model", "test set", "words", "accuracy"],
      recovery.map(({ model, test, words, accuracy }) => [model, test, String(words), shown(accuracy, 3)]),
    ),
    "## Recommendations",
    ...markdown(
      ["scenario", "the source's rule", "by these numbers", "evidence", "decided"],
      recommendations.map((one) => [one.scenario, one.source, one.choice, one.evidence, one.decided ? "yes" : "no"]),
    ),
  ]);
}

function matrix({ cells }: Comparison, measure: Measure): string[] {
  const models = [...new Set(cells.map(({ model }) => model))].filter((model) => !isTransfer(model));
  return markdown(
    ["model", ...CORPORA.map((test) => `on ${test}`)],
    models.map((model) => [
      model,
      ...CORPORA.map((test) => {
        const found = cells.find((cell) => cell.model === model && cell.test === test)?.perplexity[measure];
        return found ? shown(found, 2) : "–";
      }),
    ]),
  );
}

function summaryPage({ run, comparison, status, cards }: RunState): string {
  const rows = statusTable(status);
  const list = (kind: string): string[] =>
    comparison.criteria
      .filter((one) => one.kind === kind)
      .map(({ criterion, met, evidence }) => `- [${met ? "x" : " "}] ${text(criterion)}: ${text(evidence)}`);
  return pageOf([
    `# Implementation summary: ${text(run)}`,
    undecided(comparison),
    statusLine(status),
    ...markdown(Object.keys(rows[0] ?? {}), rows.map(Object.values)),
    "## Complete when",
    list("complete").join("\n"),
    "## Exceptional when also",
    list("exceptional").join("\n"),
    "## What each model took",
    ...markdown(
      ["model", "device", "steps", "documents", "device hours", "weights", "storage", "tokens/s"],
      [...cards.values()].map((card) => [
        ...[card.model, card.device, String(card.steps), String(card.documents)],
        ...[hoursText(card.trainSeconds / 3600), bytesText(card.weightBytes), bytesText(card.storageBytes)],
        number(card.tokensPerSecond, 0),
      ]),
    ),
  ]);
}

const PHASES = [
  ["Texts to documents", "corpus"],
  ["Masked examples", "examples"],
  ["Training", "train"],
  ["Evaluation", "evaluate"],
] as const;

function overviewPage({ run, plan, comparison, jobs, states, status }: RunState): string {
  const done = ({ id }: Job): boolean => states.get(id)?.state === "finished";
  const left = jobs.filter((job) => job.kind !== "compare" && !done(job));
  const hours = planRows(plan).flatMap((row) => (row.hours ? [row.hours] : []));
  const own = (level: string): string => {
    const cell = comparison.cells.find(({ model, test }) => model === level && test === level);
    return cell?.perplexity.infill ? shown(cell.perplexity.infill, 2) : "–";
  };
  const sum = (end: 0 | 1): string => hoursText(hours.reduce((all, range) => all + range[end], 0));
  return pageOf([
    `# Pipeline overview: ${text(run)}`,
    undecided(comparison),
    `Six models: one for each CEFR level, and a general one as their control. Plan ${text(plan.name)}, split ${plan.split}, language ${plan.data.lang}.`,
    "## Models",
    ...markdown(
      [
        ...["#", "model", "data set", "texts", "training documents", "examples", "steps", "expected hours"],
        ...["expected perplexity", "perplexity", "purpose"],
      ],
      planRows(plan).map((row, at) => [
        ...[String(at + 1), row.name, row.level, number(row.samples, 0), number(row.documents?.train, 0)],
        ...[number(row.examples, 0), number(row.steps, 0), row.hours?.join("–") ?? "–"],
        ...[row.perplexity?.join("–") ?? "–", own(row.level), row.purpose],
      ]),
    ),
    hours.length === 0 ? "" : `One after the other: ${sum(0)} to ${sum(1)} device hours expected.`,
    "## Phases",
    ...markdown(
      ["phase", "done", "storage"],
      PHASES.map(([name, kind]) => {
        const own = jobs.filter((job) => job.kind === kind);
        const bytes = own.reduce((all, { id }) => all + (states.get(id)?.bytes ?? 0), 0);
        return [name, `${own.filter(done).length} of ${own.length}`, bytesText(bytes)];
      }),
    ),
    statusLine(status),
    "## Hypotheses",
    comparison.verdicts
      .map(({ id, statement, interval, reason }) => `- ${id} (${statement}): ${interval}${reason ? `; ${reason}` : ""}`)
      .join("\n"),
    "## Next",
    left.length === 0 ? "Nothing is left to do." : left.map(({ id }) => `- ${id}`).join("\n"),
  ]);
}

function undecided(comparison: Comparison): string {
  if (isDecided(comparison)) return "";
  const [first] = comparison.verdicts;
  return `**H1–H3 are not decided by this run** (${first?.reason ?? `fewer than ${LEAST_DOCUMENTS} test documents`}).`;
}

function pageOf(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ["Nothing of this was evaluated."];
  const line = (cells: readonly string[]): string => `| ${cells.map(text).join(" | ")} |`;
  return [[line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")];
}

/** Texts of files and devices, so that they stay in their cell and are neither markup nor links. */
function text(cell: string): string {
  const line = cell.replaceAll(/\s+/g, " ").replaceAll(/[\\|<>*`]/g, (sign) => `\\${sign}`);
  return line.replaceAll(/\](?=[([])/g, "\\]");
}

function shown({ value, low, high }: Interval, digits: number): string {
  return `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

function number(value: number | null | undefined, digits: number): string {
  return value == null ? "–" : value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
