import { inspect } from "node:util";
import { StudyError } from "corrigenda/error";
import type { Json, JsonObject } from "corrigenda/json";
import { checkId } from "./id.ts";
import { type Bundle, bundleOf } from "./plotly.ts";

/** What a Jupyter kernel asks a value for. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** Contents by MIME type. */
export type MimeBundle = Readonly<Record<string, string | JsonObject>>;

export interface Axis {
  readonly title: string;
  /** "words", "%", "US dollars"; shown in brackets after the title. */
  readonly unit?: string;
}

/** A plotly trace. `interval` is drawn as error bars, or as a band around a line; the ends are values, not distances. */
export type Trace = JsonObject & { readonly interval?: TraceInterval };

export type TraceInterval = {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly as?: "bars" | "band";
};

export interface ChartOptions {
  /** Small letters, digits and hyphens: it names the files that are saved. */
  readonly id: string;
  /** What is to be seen, as a sentence. */
  readonly title: string;
  /** How to read it: what a mark is, which interval, n. */
  readonly caption?: string;
  /** Where the numbers come from: a file, a run, a paper. */
  readonly source?: string;
  /** Needed where traces have these axes. */
  readonly x?: Axis;
  readonly y?: Axis;
  /** Traces of any type. Texts in them are shown as they are: no tags. */
  readonly data: readonly Trace[];
  /** Plotly layout; fonts and grid come from the page. "--series-1" … "--series-7", "--bad", "--ink" are its colours. */
  readonly layout?: JsonObject;
  /** px, of the plot alone */
  readonly height?: number;
}

/** A figure as a value: for a page (figure), for files (saveCharts), and shown by a notebook as the last expression. */
export interface Chart extends Pick<ChartOptions, "id" | "title" | "caption" | "source"> {
  readonly height: number;
  /** As plotly reads it, colours still by name. */
  readonly spec: { readonly data: readonly JsonObject[]; readonly layout: JsonObject };
  /** The smallest bundle of plotly that can draw it. */
  readonly bundle: Bundle;
  readonly [DISPLAY]: () => Promise<MimeBundle>;
}

/** Trace types with an x and a y axis. */
const WITH_AXES =
  /^(bar|scatter(gl)?|box|violin|histogram|histogram2d|histogram2dcontour|heatmap|contour|waterfall|funnel|ohlc|candlestick)$/;
const HEIGHT = 380;

/** Checks a figure and completes it: axis titles with units, intervals as marks, texts as plain text. */
export function chart(options: ChartOptions): Chart {
  const { id, title, caption, source, data, height = HEIGHT } = options;
  checkId(id, "chart");
  const types = data.map(({ type }) => (typeof type === "string" ? type : "scatter"));
  const traces = data.flatMap((trace, index) => withInterval(plain(shortName(trace)) as Trace, id, index));
  const made: Chart & { [inspect.custom](): string } = {
    ...{ id, title, height },
    ...(caption === undefined ? {} : { caption }),
    ...(source === undefined ? {} : { source }),
    spec: {
      data: traces,
      layout: types.some((type) => WITH_AXES.test(type)) ? withAxes(options) : withoutAxes(options),
    },
    bundle: bundleOf(types),
    [inspect.custom]: () => `chart ${id}: ${title}`, // what console.log and plain tslab print
    [DISPLAY]: async () => (await import("./notebook.ts")).notebookBundle(made),
  };
  return made;
}

function withAxes({ id, x, y, layout = {} }: ChartOptions): JsonObject {
  const axis = (name: "x" | "y", given: Axis | undefined): JsonObject => {
    const own = layout[`${name}axis`] as JsonObject | undefined;
    if (given === undefined)
      throw new StudyError("config", `chart ${id}: its ${name} axis has no title; give ${name}: { title, unit }`);
    const { title, unit } = given;
    return { ...own, title: { text: escaped(unit === undefined ? title : `${title} (${unit})`) } };
  };
  return { ...layout, xaxis: axis("x", x), yaxis: axis("y", y) };
}

/** Pies, flows and polar scales label their rims: they need room around them. */
function withoutAxes({ layout = {} }: ChartOptions): JsonObject {
  return { margin: { l: 60, r: 60, t: 34, b: 34 }, ...layout };
}

function withInterval(trace: Trace, id: string, index: number): JsonObject[] {
  const { interval, ...rest } = trace;
  if (interval === undefined) return [rest];
  const { low, high, as = "bars" } = interval;
  const across = rest.orientation === "h";
  const values = (across ? rest.x : rest.y) as readonly Json[] | undefined;
  if (!Array.isArray(values) || low.length !== values.length || high.length !== values.length)
    throw new StudyError("config", `chart ${id}: trace ${index + 1} needs a low and a high end for each of its values`);
  if (low.some((end, at) => end !== null && end > (high[at] ?? end)))
    throw new StudyError(
      "config",
      `chart ${id}: trace ${index + 1} has an interval whose low end is above its high end`,
    );
  if (as === "band") {
    const line = { color: `--series-${(index % 7) + 1}`, ...(rest.line as JsonObject | undefined) };
    return [band(rest, { low, high }, index), { ...rest, line }];
  }
  const apart = (a: number | null | undefined, b: Json | undefined): number =>
    typeof a === "number" && typeof b === "number" ? Math.max(0, a - b) : 0;
  const ends = {
    ...{ type: "data", symmetric: false },
    array: values.map((value, at) => apart(high[at], value)),
    arrayminus: values.map((value, at) => (typeof value === "number" ? apart(value, low[at]) : 0)),
  };
  return [{ ...rest, ...(rest.type === "bar" ? paleBar(rest, index) : {}), [across ? "error_x" : "error_y"]: ends }];
}

/** So that the lower half of an interval is seen inside its bar. */
function paleBar({ marker }: JsonObject, index: number): JsonObject {
  const [color, line] = [`--fill-${(index % 7) + 1}`, { width: 1.5, color: `--series-${(index % 7) + 1}` }];
  return { marker: { color, line, ...(marker as JsonObject | undefined) } };
}

/** The area between both ends, in the trace's colour, below it. */
function band(trace: JsonObject, { low, high }: Pick<TraceInterval, "low" | "high">, index: number): JsonObject {
  const x = trace.x as readonly Json[];
  return {
    ...{ type: "scatter", mode: "lines", fill: "toself", fillcolor: `--band-${(index % 7) + 1}`, line: { width: 0 } },
    ...{ x: [...x, ...x.toReversed()], y: [...high, ...low.toReversed()] },
    ...{ hoverinfo: "skip", showlegend: false },
  };
}

/** Letters of a name that a legend has room for on a telephone. */
const NAME_LETTERS = 40;

function shortName(trace: Trace): Trace {
  const { name } = trace;
  if (typeof name !== "string" || name.length <= NAME_LETTERS) return trace;
  return { ...trace, name: `${name.slice(0, NAME_LETTERS - 1)}…` };
}

/** Keys whose texts are data: plotly would read tags in them. */
const TEXTS = new Set([
  "name",
  "x",
  "y",
  "z",
  "theta",
  "text",
  "label",
  "labels",
  "parents",
  "ids",
  "customdata",
  "values",
]);

function plain(value: Json | undefined, isText = false): Json | undefined {
  if (typeof value === "string") return isText ? escaped(value) : value;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((inner) => plain(inner, isText) ?? null);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner, isText || TEXTS.has(key))]));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
