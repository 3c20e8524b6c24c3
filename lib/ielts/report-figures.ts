import type { ChartOptions, Trace } from "corrigenda/report";
import { CODES } from "./criteria.ts";
import type { Evaluation } from "./evaluate.ts";
import type { Metadata } from "./metadata.ts";
import type { ExampleCounts } from "./report-examples.ts";

/** Half-bands from the lowest to the highest that any of these has. */
export function bandRange(...counts: readonly Iterable<string>[]): string[] {
  const seen = counts.flatMap((one) => [...one]).map(Number);
  if (seen.length === 0) return [];
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  return Array.from({ length: 2 * (high - low) + 1 }, (_, at) => (low + at / 2).toFixed(1));
}

export function bandFigure({ statistics }: Metadata, { overall }: ExampleCounts): ChartOptions {
  const loaded = statistics.bands_loaded;
  const x = bandRange(Object.keys(loaded), overall.keys());
  const bar = (name: string, of: (band: string) => number | undefined): Trace => ({
    ...{ type: "bar", name, x: x.map(Number), y: x.map((band) => of(band) ?? 0) },
  });
  return {
    id: "bands",
    title: "Overall bands before and after",
    caption: "Bars: essays as read from the data set, and examples in each file.",
    x: { title: "overall band" },
    y: { title: "essays" },
    data: [
      bar("read", (band) => loaded[band]),
      bar("train.jsonl", (band) => overall.get(band)?.train),
      bar("validation.jsonl", (band) => overall.get(band)?.validation),
    ],
    layout: { barmode: "group", xaxis: { tickformat: ".1f" } },
  };
}

export function criterionFigure({ bands }: ExampleCounts): ChartOptions {
  const x = bandRange(...bands.map((own) => own.keys()));
  return {
    id: "criteria",
    title: "Bands of the four criteria",
    caption: "Points: examples of both files with that band.",
    x: { title: "criterion band" },
    y: { title: "examples" },
    data: bands.map((own, at): Trace => {
      const y = x.map((band) => own.get(band) ?? 0);
      return { type: "scatter", mode: "lines+markers", name: CODES[at] ?? "", x: x.map(Number), y };
    }),
    layout: { xaxis: { tickformat: ".1f" } },
  };
}

/** A simulator's figures do not go under a model's name. */
export function scorerName({ provider, model }: Pick<Evaluation, "provider" | "model">): string {
  return provider === "offline" ? "the simulator" : model;
}

export function qwkFigure(name: string, evaluation: Evaluation): ChartOptions | undefined {
  const { agreement, scored } = evaluation;
  const trace = (label: string, who: "model" | "baseline"): Trace | undefined => {
    const known = agreement.filter((one) => one[who].qwk.value !== null);
    if (known.length === 0) return undefined;
    const ends = (end: "low" | "high") => known.map((one) => one[who].qwk[end] ?? one[who].qwk.value);
    return {
      ...{ type: "bar", name: label, x: known.map(({ target }) => target) },
      ...{ y: known.map((one) => one[who].qwk.value), interval: { low: ends("low"), high: ends("high") } },
    };
  };
  const data = [trace(scorerName(evaluation), "model"), trace("baseline", "baseline")].filter(
    (one) => one !== undefined,
  );
  if (data.length === 0) return undefined;
  return {
    id: `qwk-${name}`,
    title: "Agreement with the bands given",
    caption: `Bars: quadratic weighted kappa over half-bands, ${scored} essays; lines: 95 % bootstrap interval. 1 is full agreement, 0 is chance.`,
    x: { title: "band" },
    y: { title: "QWK" },
    data,
    layout: { barmode: "group" },
  };
}

export function confusionFigure(name: string, evaluation: Evaluation): ChartOptions | undefined {
  const { bands, model: counts } = evaluation.confusion;
  const used = bands.flatMap((band, at) => {
    const isUsed = (counts[at] ?? []).some((count) => count > 0) || counts.some((row) => (row[at] ?? 0) > 0);
    return isUsed ? [band.toFixed(1)] : [];
  });
  const range = bandRange(used);
  if (range.length === 0) return undefined;
  const places = range.map((band) => bands.indexOf(Number(band)));
  const z = places.map((row) => places.map((column) => counts[row]?.[column] ?? 0));
  return {
    id: `confusion-${name}`,
    title: `Bands given, and bands from ${scorerName(evaluation)}`,
    caption: "Cells: essays. On the diagonal both agree; right of it the scorer is more generous.",
    x: { title: "band of the scorer" },
    y: { title: "band given" },
    data: [
      {
        ...{ type: "heatmap", x: range, y: range, z, xgap: 1, ygap: 1, showscale: false },
        ...{ text: z.map((row) => row.map((count) => (count === 0 ? "" : String(count)))), texttemplate: "%{text}" },
        hovertemplate: "given %{y}, model %{x}: %{z}<extra></extra>",
      },
    ],
    layout: { xaxis: { type: "category" }, yaxis: { type: "category", autorange: "reversed" } },
    height: 460,
  };
}
