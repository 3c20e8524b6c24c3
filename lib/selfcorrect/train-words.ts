import { StudyError } from "corrigenda/error";
import type { Metric, Metrics } from "corrigenda/results";
import { z } from "zod";
import type { Prepared } from "./train-data.ts";
import type { Interval, TrainEvaluation } from "./train-evaluate.ts";

/** The flags of train-classifier that are the study's own. */
export const trainFlags = {
  from: z.string().optional().describe("training rows: a .csv, .jsonl or .parquet file with the source's columns"),
  traces: z.array(z.string()).default([]).describe("trace files (traces_….jsonl) instead; may be given several times"),
  dataset: z.string().default("gsm8k").describe("how answers are read where rows name no data set"),
  seed: z.number().int().default(42).describe("decides split, folds and intervals"),
  run: z.string().optional().describe("the run's name; default: classifier- and 8 hex digits of config and inputs"),
};
export type TrainFlags = Readonly<z.infer<z.ZodObject<typeof trainFlags>>>;

/** The files that the flags name. Throws StudyError "config" for none, or for rows and traces at once. */
export function trainFiles({ from, traces }: Pick<TrainFlags, "from" | "traces">): readonly string[] {
  if ((from === undefined) === (traces.length === 0))
    throw new StudyError("config", "training needs rows or traces: give --from training_data.csv, or --traces <file>");
  return from === undefined ? traces : [from];
}

/** The flags again, as words of a recorded command. */
export function trainWords({ from, traces, dataset, seed }: TrainFlags): string[] {
  const files = from === undefined ? traces.flatMap((file) => ["--traces", file]) : ["--from", from];
  return ["--run", "{run}", ...files, "--dataset", dataset, "--seed", String(seed)];
}

/** Who answered, for figures and pages. */
export function providerOf({ providers }: Pick<Prepared, "providers">): string {
  return providers.length === 0 ? "unknown" : providers.join(" and ");
}

export function badRows({ reasons }: Pick<Prepared, "reasons">): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
}

/** metrics.json: macro F1 of the trained classifier leads; what is not defined for these rows is left out. */
export function trainMetrics(evaluation: TrainEvaluation, prepared: Prepared): Metrics {
  const { macroF1, confidence, deltaError, held, classes } = evaluation;
  const provider = providerOf(prepared);
  const metric = (name: string, { value, low, high }: Interval, unit: string, n = held): Metric[] =>
    value === null ? [] : [{ name, value, low, high, n, unit, provider }];
  const point = (name: string, value: number, unit: string, n = held): Metric[] =>
    metric(name, { value, low: null, high: null }, unit, n);
  const all = [
    ...Object.entries(macroF1).flatMap(([who, interval]) => metric(`macro F1, ${who}`, interval, "F1")),
    ...classes.categories.flatMap(({ label, precision, recall, support }) => [
      ...point(`precision, ${label}`, precision, "share", support),
      ...point(`recall, ${label}`, recall, "share", support),
    ]),
    ...point("MSE of the change in accuracy, trained", deltaError.trained, "squared change"),
    ...point("MSE of the change in accuracy, constant", deltaError.constant, "squared change"),
    ...Object.entries(confidence.auroc).flatMap(([who, interval]) => metric(`AUROC, ${who}`, interval, "share")),
    ...Object.entries(confidence.brier).flatMap(([who, value]) => point(`Brier score, ${who}`, value, "squared share")),
    ...Object.entries(confidence.ece).flatMap(([who, interval]) => metric(`ECE of 15 bins, ${who}`, interval, "share")),
    ...point("bad rows", badRows(prepared), "rows", prepared.rows + badRows(prepared)),
    ...point("rows whose delta_accuracy contradicts", prepared.contradicting, "rows", prepared.rows),
  ];
  const [headline, ...metrics] = all;
  if (!headline) throw new TypeError("macro F1 is always defined");
  return { headline, metrics };
}

/** For the terminal: a row a measure. */
export function metricRows({ headline, metrics }: Metrics): Record<string, string | number>[] {
  return [headline, ...metrics].map(({ name, value, low, high, n, unit }) => {
    const digits = unit === "rows" ? 0 : 3;
    const ends = low === null || high === null ? "" : ` [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
    return { measure: name, value: `${value.toFixed(digits)}${ends}`, n };
  });
}

/** What the table does not say. */
export function trainSentences(evaluation: TrainEvaluation, prepared: Prepared): string[] {
  const { training, held, groups, choices } = evaluation;
  const why = Object.entries(prepared.reasons).map(([reason, count]) => `${count} × ${reason}`);
  const { calibration, modePenalty, rightPenalty } = choices;
  const offline = prepared.providers.includes("offline");
  return [
    `${training} rows to learn from, ${held} rows of ${groups} questions held out; penalties ${modePenalty} and ${rightPenalty}; confidence calibrated by ${calibration.calibration.kind}`,
    ...(prepared.rows > prepared.examples.length
      ? [`drawn by the seed from ${prepared.rows} rows, questions whole`]
      : []),
    ...(why.length === 0 ? [] : [`${badRows(prepared)} bad rows: ${why.join("; ")}`]),
    ...(offline ? ["simulated answers are among the rows: these figures say nothing about any model"] : []),
  ];
}
