import type { ChartOptions, Report, ReportPart, ReportSection, TableOptions } from "corrigenda/report";
import type { Prepared } from "./train-data.ts";
import type { Interval, TrainEvaluation } from "./train-evaluate.ts";
import { providerOf, trainSentences } from "./train-words.ts";

/** The page of a trained classifier. */
export function trainReport(run: string, evaluation: TrainEvaluation, prepared: Prepared): Report {
  const { macroF1, confidence, training, held } = evaluation;
  const stat = (label: string, { value, low, high }: Interval) => ({
    label,
    value: value === null ? "not defined" : value.toFixed(3),
    ...(low === null || high === null ? {} : { note: `${low.toFixed(3)} to ${high.toFixed(3)}` }),
  });
  return {
    title: `Failure modes and confidence: ${run}`,
    question: "What does a step look like, and is the answer right, without the reference?",
    provider: providerOf(prepared),
    facts: { rows: `${training} to learn from, ${held} held out`, run },
    stats: [
      stat("macro F1", macroF1.trained),
      stat("macro F1 of the rules", macroF1.rules),
      stat("AUROC of the confidence", confidence.auroc.trained),
      stat("calibration error", confidence.ece.trained),
    ],
    sections: [modeSection(evaluation), confidenceSection(evaluation), rowSection(evaluation, prepared)],
  };
}

function modeSection(evaluation: TrainEvaluation): ReportSection {
  const { groups, deltaError } = evaluation;
  return {
    title: "Failure modes",
    intro: `Judged on ${groups} questions of which no row was learnt from. "rules" is the default without a trained file, "keywords" reads single words, "majority" always says the most frequent mode. The expected change in accuracy has a mean squared error of ${deltaError.trained.toFixed(3)}; always saying the training mean has ${deltaError.constant.toFixed(3)}.`,
    parts: [
      { table: macroTable(evaluation) },
      { figure: confusionFigure(evaluation) },
      { table: modeTable(evaluation) },
    ],
  };
}

function macroTable({ macroF1 }: TrainEvaluation): TableOptions {
  return {
    id: "macro-f1",
    caption: "Macro F1 on held-out rows, with 95 % bootstrap intervals over questions",
    columns: [
      { key: "who", label: "classifier" },
      { key: "f1", label: "macro F1", digits: 3 },
    ],
    rows: Object.entries(macroF1).map(([who, interval]) => ({ who, f1: cell(interval) })),
  };
}

function modeTable({ classes }: TrainEvaluation): TableOptions {
  return {
    id: "modes",
    caption: "Each failure mode on held-out rows",
    columns: [
      { key: "mode", label: "failure mode" },
      { key: "support", label: "rows" },
      ...["precision", "recall", "f1"].map((key) => ({ key, label: key, digits: 2 })),
    ],
    rows: classes.categories.map(({ label, support, precision, recall, f1 }) => ({
      ...{ mode: String(label), support, precision, recall, f1 },
    })),
  };
}

function confusionFigure({ confusion: { categories, counts } }: TrainEvaluation): ChartOptions {
  const names = categories.map(String);
  return {
    id: "confusion",
    title: "Failure modes as they were and as they were called",
    caption: "Cells: held-out rows. On the diagonal both agree.",
    x: { title: "called" },
    y: { title: "was" },
    data: [
      {
        ...{ type: "heatmap", x: names, y: names, z: counts.map((row) => [...row]), xgap: 1, ygap: 1 },
        ...{ text: counts.map((row) => row.map((n) => (n === 0 ? "" : String(n)))), texttemplate: "%{text}" },
        showscale: false,
      },
    ],
    layout: { xaxis: { type: "category" }, yaxis: { type: "category", autorange: "reversed" } },
  };
}

function confidenceSection(evaluation: TrainEvaluation): ReportSection {
  const { calibration, brier } = evaluation.choices.calibration;
  return {
    title: "Confidence",
    intro: `That the revised answer is right. Calibrated by ${calibration.kind}: on folds that were left out its Brier score was ${brier[calibration.kind].toFixed(4)} (temperature ${brier.temperature.toFixed(4)}, isotonic ${brier.isotonic.toFixed(4)}).`,
    parts: [
      { figure: reliabilityFigure(evaluation) },
      { figure: selectiveFigure(evaluation) },
      { table: confidenceTable(evaluation) },
    ],
  };
}

function reliabilityFigure({ confidence: { bins }, held }: TrainEvaluation): ChartOptions {
  const line = (name: string, of: (typeof bins)["raw"]): ChartOptions["data"][number] => ({
    ...{ type: "scatter", mode: "markers", name, x: of.map((bin) => bin.confidence) },
    ...{ y: of.map((bin) => bin.share.value), text: of.map((bin) => `${bin.n} rows`) },
    interval: { low: of.map((bin) => bin.share.low), high: of.map((bin) => bin.share.high) },
  });
  return {
    id: "reliability",
    title: "How often answers of a confidence are right",
    caption: `Points: up to 15 bins of equal width, ${held} held-out rows; lines: Wilson's 95 % interval. On the diagonal confidence and share agree.`,
    x: { title: "mean confidence of the bin" },
    y: { title: "share right" },
    data: [
      line("calibrated", bins.trained),
      line("before calibration", bins.raw),
      { type: "scatter", mode: "lines", name: "agreement", x: [0, 1], y: [0, 1], line: { dash: "dot" } },
    ],
    layout: { xaxis: { range: [0, 1] }, yaxis: { range: [0, 1] } },
  };
}

function selectiveFigure({ confidence: { selective } }: TrainEvaluation): ChartOptions {
  const [x, y] = [selective.map(({ share }) => share), selective.map(({ accuracy }) => accuracy)];
  return {
    id: "selective",
    title: "Accuracy of the answers that are kept",
    caption: "Points: accuracy of the most confident share of the held-out rows.",
    x: { title: "share of the rows kept" },
    y: { title: "accuracy" },
    data: [{ type: "scatter", mode: "lines+markers", x, y }],
  };
}

function confidenceTable({ confidence: { auroc, brier, ece } }: TrainEvaluation): TableOptions {
  return {
    id: "confidence",
    caption: "The confidence that the revised answer is right, on held-out rows",
    columns: [
      { key: "who", label: "confidence" },
      { key: "auroc", label: "AUROC", digits: 3 },
      { key: "brier", label: "Brier score", digits: 3 },
      { key: "ece", label: "calibration error", note: "15 bins", digits: 3 },
    ],
    rows: [
      { who: "trained, calibrated", auroc: cell(auroc.trained), brier: brier.trained, ece: cell(ece.trained) },
      { who: "trained, before calibration", auroc: null, brier: brier.raw, ece: cell(ece.raw) },
      { who: "rules", auroc: cell(auroc.rules), brier: brier.rules, ece: cell(ece.rules) },
      { who: "always the training share", auroc: null, brier: brier.constant, ece: null },
    ],
  };
}

/** Bad rows that the page lists; bad-rows.jsonl has all. */
const SHOWN = 50;

function rowSection(evaluation: TrainEvaluation, prepared: Prepared): ReportSection {
  const modes: ReportPart = {
    table: {
      id: "rows",
      caption: "Rows of each failure mode on either side of the split",
      columns: ["mode", "training", "held"].map((key) => ({ key, label: key === "held" ? "held out" : key })),
      rows: evaluation.modes,
    },
  };
  const bad: ReportPart = {
    table: {
      id: "bad-rows",
      caption: "Rows that teach nothing, the first of them",
      columns: ["place", "reason"].map((key) => ({ key, label: key, wide: true })),
      rows: prepared.bad.slice(0, SHOWN).map(({ place, reason }) => ({ place, reason })),
    },
  };
  return {
    title: "Rows",
    intro: `${trainSentences(evaluation, prepared).join(". ")}.`,
    parts: prepared.bad.length === 0 ? [modes] : [modes, bad],
  };
}

function cell({ value, low, high }: Interval) {
  return value === null || low === null || high === null ? value : { value, low, high };
}
