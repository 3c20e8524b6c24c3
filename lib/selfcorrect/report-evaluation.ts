import type { ChartOptions, ReportSection, TableOptions } from "corrigenda/report";
import { type Evaluation, NEVER } from "./evaluate-result.ts";
import { count } from "./report-traces-figures.ts";

/** What a comparison found; without one, how to make it. */
export function comparisonSection(run: string, evaluation: Evaluation | undefined): ReportSection {
  if (!evaluation)
    return {
      title: "Against other policies",
      intro: `Not compared yet: npx zx scripts/selfcorrect/evaluate.ts ${run}, then this report again.`,
      parts: [],
    };
  const { questions, samples, front, policies, lambda } = evaluation;
  const consistency =
    samples === null
      ? ""
      : ` Self-consistency takes the majority of ${samples} first answers: as many tokens as the run.`;
  const bounds =
    evaluation.feedback === "oracle"
      ? 'This run and all policies with feedback "oracle" know the reference answer: what they gain, nobody gains who has to do without.'
      : 'Policies with feedback "oracle" know the reference answer: they are bounds, no rivals, and in no test.';
  const own = policies[0]?.policy ?? "";
  return {
    title: "Against other policies",
    intro: `${count(questions)} questions that every policy answered. "Less tokens" is accuracy less ${lambda} for each token after the first answer. ${bounds}${consistency} The policies dominate ${percent(front.hypervolume)} of tokens times accuracy, ${(100 * (front.hypervolume - front.hypervolumeOfOthers)).toFixed(1)} points of it by ${own} alone.`,
    parts: [
      { figure: frontFigure(evaluation) },
      { table: policyTable(evaluation) },
      ...(evaluation.comparisons.length === 0 ? [] : [{ table: comparisonTable(evaluation) }]),
    ],
  };
}

/** Accuracy over tokens; the line joins what nothing beats. */
function frontFigure({ policies, front }: Evaluation): ChartOptions {
  const onFront = policies.filter(({ onFront }) => onFront).toSorted((a, b) => a.tokens.value - b.tokens.value);
  const points = (name: string, some: Evaluation["policies"], symbol: string) => ({
    ...{ type: "scatter", mode: "markers", name, x: some.map(({ tokens }) => tokens.value) },
    ...{ y: some.map(({ accuracy }) => accuracy.value), text: some.map(({ policy }) => policy) },
    ...{ marker: { symbol, size: 11 }, hovertemplate: "%{text}: %{y:.3f} at %{x:.0f} tokens<extra></extra>" },
    interval: { low: some.map(({ accuracy }) => accuracy.low), high: some.map(({ accuracy }) => accuracy.high) },
  });
  const groups = policies.length <= NAMED ? policies.map((one) => [one]) : byKind(policies);
  return {
    id: "front",
    title: "Accuracy and what it costs",
    caption: `Points: policies on the same questions (diamonds: runs; crosses: they know the reference); lines: 95 % interval of the accuracy. The dotted line joins those that no other one beats without the reference: ${front.policies.join(", ")}.`,
    x: { title: "tokens per question" },
    y: { title: "share right" },
    data: [
      ...groups.flatMap((some) => (some[0] ? [points(nameOf(some), some, symbolOf(some[0]))] : [])),
      {
        ...{ type: "scatter", mode: "lines", name: "front", line: { dash: "dot", color: "--ink", width: 1.5 } },
        ...{ x: onFront.map(({ tokens }) => tokens.value), y: onFront.map(({ accuracy }) => accuracy.value) },
        hoverinfo: "skip",
      },
    ],
    layout: { xaxis: { rangemode: "tozero" } },
    height: 420,
  };
}

/** Policies that a legend has room for; more are named by what they are. */
const NAMED = 9;

function byKind(policies: Evaluation["policies"]): Evaluation["policies"][] {
  return [
    policies.filter(({ kind }) => kind === "run"),
    policies.filter(({ kind, knowsReference }) => kind === "baseline" && !knowsReference),
    policies.filter(({ kind, knowsReference }) => kind === "baseline" && knowsReference),
  ];
}

function nameOf([first, ...more]: Evaluation["policies"]): string {
  if (!first || more.length === 0) return first?.policy ?? "";
  if (first.kind === "run") return "runs";
  return first.knowsReference ? "baselines that know the reference" : "baselines";
}

function symbolOf({ kind, knowsReference }: Evaluation["policies"][number]): string {
  return kind === "run" ? "diamond" : knowsReference ? "x" : "circle";
}

function policyTable({ policies }: Evaluation): TableOptions {
  return {
    id: "policies",
    caption:
      "Policies on the same questions, with 95 % intervals over questions. Front: no other one is cheaper and as good. Others need: tokens for the same accuracy, by the cheapest other policy or a draw between two",
    columns: [
      { key: "policy", label: "policy" },
      { key: "feedback", label: "feedback" },
      { key: "accuracy", label: "accuracy", digits: 3 },
      { key: "tokens", label: "tokens", note: "per question", digits: 0 },
      { key: "answers", label: "answers", digits: 2 },
      { key: "net", label: "less tokens", digits: 3 },
      { key: "front", label: "front" },
      { key: "others", label: "others need", note: "tokens", digits: 0 },
    ],
    rows: policies.map(({ policy, feedback, accuracy, tokens, answers, net, onFront, tokensOfOthers }) => ({
      ...{ policy, feedback, accuracy, tokens: tokens.value, answers, net, front: onFront, others: tokensOfOthers },
    })),
  };
}

function comparisonTable({ comparisons, policies }: Evaluation): TableOptions {
  return {
    id: "comparisons",
    caption: `${policies[0]?.policy ?? ""} against each other policy: paired over questions, p by McNemar's exact test, adjusted by Holm`,
    columns: [
      { key: "against", label: "against" },
      { key: "difference", label: "difference in accuracy", digits: 3 },
      { key: "fixed", label: "only it right", note: "questions" },
      { key: "broken", label: "only the other right", note: "questions" },
      { key: "p", label: "p" },
      { key: "pHolm", label: "p, adjusted" },
    ],
    rows: comparisons.map(({ against, difference: { value, low, high }, pairs, p, pHolm }) => ({
      ...{ against, difference: { value, low, high } },
      ...{ fixed: pairs?.onlyA ?? null, broken: pairs?.onlyB ?? null, p, pHolm },
    })),
  };
}

/** What the run gained over never asking again. */
export function gainOf(evaluation: Evaluation): Evaluation["comparisons"][number] | undefined {
  return evaluation.comparisons.find(({ against }) => against === NEVER);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
