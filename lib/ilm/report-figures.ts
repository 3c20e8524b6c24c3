import type { ChartOptions, Trace } from "corrigenda/report";
import type { Comparison } from "./compare-result.ts";
import type { Training } from "./compare-training.ts";
import { CORPORA, GENERAL, LEVELS } from "./plan.ts";
import { isTransfer } from "./plan-jobs.ts";
import { GOOD_ENOUGH, TARGET_GAIN } from "./verdict.ts";

/** Rows of the heat map at most: the six and the mixtures; the transfer models have a figure of their own. */
export function matrixFigure(comparison: Comparison): ChartOptions {
  const models = [...new Set(comparison.cells.map(({ model }) => model))].filter((model) => !isTransfer(model));
  const at = (model: string, test: string): number | null =>
    comparison.cells.find((cell) => cell.model === model && cell.test === test)?.perplexity.infill?.value ?? null;
  const values = models.map((model) => CORPORA.map((test) => at(model, test)));
  return {
    id: "matrix",
    title: "Infill perplexity of every model on every test set",
    caption:
      "Cells: perplexity over answers and their ends; lower is better. Colours follow its logarithm. guessed: of each text the level model that finds its context likeliest; average: mean of the level models' probabilities.",
    x: { title: "test set" },
    y: { title: "model" },
    data: [
      {
        ...{ type: "heatmap", x: [...CORPORA], y: models, xgap: 1, ygap: 1, showscale: false },
        z: values.map((row) => row.map((value) => (value === null ? null : Math.log10(value)))),
        text: values.map((row) => row.map((value) => (value === null ? "" : brief(value)))),
        ...{ customdata: values, texttemplate: "%{text}" },
        hovertemplate: "model %{y} on %{x}: %{customdata:.3f}<extra></extra>",
      },
    ],
    layout: { xaxis: { type: "category" }, yaxis: { type: "category", autorange: "reversed" } },
    height: 120 + 38 * models.length,
  };
}

export function gainFigure({ gains, transfers }: Comparison): ChartOptions {
  const bars = (name: string, rows: readonly { level: string; value: number; low: number; high: number }[]): Trace => ({
    ...{ type: "bar", name, x: rows.map(({ level }) => level), y: rows.map(({ value }) => value) },
    interval: { low: rows.map(({ low }) => low), high: rows.map(({ high }) => high) },
  });
  const tuned = transfers.flatMap(({ level, size, overGeneral }) =>
    size === null && overGeneral ? [{ level, ...overGeneral }] : [],
  );
  const line = (y: number): object => ({
    ...{ type: "line", xref: "paper", x0: 0, x1: 1, y0: y, y1: y },
    line: { dash: "dot", width: 1, color: "--ink" },
  });
  return {
    id: "gains",
    title: "How much higher the general model's perplexity is",
    caption: `Bars: (general / level model - 1) × 100 on the level's test set, the same documents; lines: 95 % bootstrap interval over documents. Dotted: ${GOOD_ENOUGH} % (general is good enough) and ${TARGET_GAIN} % (specialising helps).`,
    x: { title: "level" },
    y: { title: "gain", unit: "%" },
    data: [
      bars(
        "level model",
        gains.map(({ level, gain }) => ({ level, ...gain })),
      ),
      ...(tuned.length > 0 ? [bars("general, then fine-tuned", tuned)] : []),
    ],
    layout: {
      barmode: "group",
      xaxis: { type: "category" },
      shapes: [line(GOOD_ENOUGH), line(TARGET_GAIN)] as never,
    },
  };
}

export function excessFigure({ gaps }: Comparison): ChartOptions | undefined {
  if (gaps.length === 0) return undefined;
  const rows = gaps.map(({ model, others }) =>
    LEVELS.map((test) => (test === model ? 1 : (others.find((one) => one.test === test)?.excess.value ?? null))),
  );
  return {
    id: "excess",
    title: "Level models away from their level",
    caption: "Cells: perplexity over that of the test set's own level model, on the same documents; 1 is as good.",
    x: { title: "test set" },
    y: { title: "model" },
    data: [
      {
        ...{ type: "heatmap", x: [...LEVELS], y: gaps.map(({ model }) => model), xgap: 1, ygap: 1, showscale: false },
        ...{ z: rows, text: rows.map((row) => row.map((value) => (value === null ? "" : value.toFixed(2)))) },
        ...{ texttemplate: "%{text}", hovertemplate: "model %{y} on %{x}: %{z:.3f}<extra></extra>" },
      },
    ],
    layout: { xaxis: { type: "category" }, yaxis: { type: "category", autorange: "reversed" } },
    height: 330,
  };
}

/** Size "all" stands right of the largest that is counted. */
export function transferFigure({ transfers }: Comparison): ChartOptions | undefined {
  if (transfers.length === 0) return undefined;
  const label = (size: number | null): string => (size === null ? "all" : String(size));
  return {
    id: "transfer",
    title: "What training on all levels first is worth",
    caption:
      "Lines: how much higher the perplexity of direct training is than that of the general model fine-tuned on the same documents; bars: 95 % interval. Above 0, the general model is the better start.",
    x: { title: "training documents of the level" },
    y: { title: "gain", unit: "%" },
    data: LEVELS.flatMap((level): Trace[] => {
      const own = transfers.filter((one) => one.level === level);
      if (own.length === 0) return [];
      return [
        {
          ...{ type: "scatter", mode: "lines+markers", name: level, x: own.map(({ size }) => label(size)) },
          y: own.map(({ gain }) => gain.value),
          interval: { low: own.map(({ gain }) => gain.low), high: own.map(({ gain }) => gain.high) },
        },
      ];
    }),
    layout: { xaxis: { type: "category" } },
  };
}

/** Losses of the six models: while they train, and on the validation documents. */
export function lossFigures(trainings: ReadonlyMap<string, Training>): ChartOptions[] {
  const six = CORPORA.flatMap((model) => trainings.get(model) ?? []);
  const figure = (
    options: Pick<ChartOptions, "id" | "title" | "caption">,
    of: "curve" | "validation",
  ): ChartOptions[] => {
    const shown = six.filter((one) => one[of].length > 0);
    if (shown.length === 0) return [];
    return [
      {
        ...{ ...options, x: { title: "step" }, y: { title: "loss", unit: "nats" } },
        data: shown.map(({ model, [of]: points }) => ({
          ...{ type: "scatter", mode: of === "curve" ? "lines" : "lines+markers", name: model },
          ...{ x: points.map(({ step }) => step), y: points.map(({ loss }) => loss) },
        })),
      },
    ];
  };
  return [
    ...figure(
      {
        ...{ id: "losses", title: "Training loss by step" },
        caption: "Lines: mean loss of context plus that of answers, over equal stretches of steps.",
      },
      "curve",
    ),
    ...figure(
      { id: "validation", title: "Validation loss by step", caption: "Points: mean loss of answers and their ends." },
      "validation",
    ),
  ];
}

export function recoveryFigure({ recovery }: Comparison): ChartOptions | undefined {
  if (recovery.length === 0) return undefined;
  const own = (name: string, rows: Comparison["recovery"]): Trace => ({
    ...{ type: "bar", name, x: rows.map(({ test }) => test), y: rows.map(({ accuracy }) => accuracy.value) },
    interval: { low: rows.map(({ accuracy }) => accuracy.low), high: rows.map(({ accuracy }) => accuracy.high) },
  });
  const of = (model: string, test: string) => recovery.filter((one) => one.model === model && one.test === test);
  const general = LEVELS.flatMap((test) => of(GENERAL, test));
  const levels = LEVELS.flatMap((test) => of(test, test));
  if (general.length + levels.length === 0) return undefined;
  return {
    id: "recovery",
    title: "Masked words that were found",
    caption:
      "Bars: share of masked words that were written as they were, capitals aside; lines: 95 % interval over documents.",
    x: { title: "level" },
    y: { title: "accuracy" },
    data: [own("level model", levels), own("general model", general)],
    layout: { barmode: "group", xaxis: { type: "category" } },
  };
}

function brief(perplexity: number): string {
  return perplexity >= 100 ? perplexity.toFixed(0) : perplexity.toFixed(perplexity >= 10 ? 1 : 2);
}
