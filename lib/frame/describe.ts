import type { DataFrame } from "danfojs-node";
import { classOf, columnsOf, dataFrameOf, isNumeric } from "./danfo.ts";
import { mean, numbersIn, pearson, quantileOf, std } from "./statistics.ts";

/** Of every column that holds numbers: how many, how many are missing, mean, std and quantiles, each a labelled row. */
export function describe(frame: DataFrame): DataFrame {
  const columns = columnsOf(frame).filter(({ values }) => isNumeric(values));
  const described = columns.map(({ name, values }) => {
    const xs = numbersIn(values, name);
    const sorted = Float64Array.from(xs).sort();
    const quantiles = [0, 0.25, 0.5, 0.75, 1].map((p) => quantileOf(sorted, p));
    return { name, values: [xs.length, values.length - xs.length, mean(xs), std(xs), ...quantiles] };
  });
  const labels = ["count", "missing", "mean", "std", "min", "25%", "50%", "75%", "max"];
  return dataFrameOf(classOf(frame), described, described.length > 0 ? labels : []);
}

/** Pearson's r of every two columns that hold numbers, each over the rows where both are there. */
export function correlation(frame: DataFrame): DataFrame {
  const columns = columnsOf(frame).filter(({ values }) => isNumeric(values));
  const rows = columns.map(({ name, values }) => ({
    name,
    values: columns.map((other) => pearson(values, other.values)),
  }));
  return dataFrameOf(
    classOf(frame),
    rows,
    columns.map(({ name }) => name),
  );
}
