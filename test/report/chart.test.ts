import { inspect } from "node:util";
import { type ChartOptions, chart } from "corrigenda/report";
import { describe, expect, test } from "vitest";

const axes = { x: { title: "method" }, y: { title: "length", unit: "words" } };

function of(more: Partial<ChartOptions> = {}) {
  return chart({ id: "c", title: "T", ...axes, data: [{ type: "bar", x: ["a"], y: [1] }], ...more });
}

describe("a chart", () => {
  test("titles its axes, with units, and keeps what the layout says of them", () => {
    const { layout } = of({ layout: { yaxis: { rangemode: "tozero" }, barmode: "group" } }).spec;
    expect(layout).toMatchObject({
      xaxis: { title: { text: "method" } },
      yaxis: { title: { text: "length (words)" }, rangemode: "tozero" },
      barmode: "group",
    });
  });

  test("with axes that have no title is refused, and one without axes needs none", () => {
    const { y: _, ...onlyX } = axes;
    expect(() => chart({ id: "c", title: "T", ...onlyX, data: [{ type: "bar" }] })).toThrow(
      "chart c: its y axis has no title; give y: { title, unit }",
    );
    expect(chart({ id: "c", title: "T", data: [{ type: "pie" }] }).spec.layout).not.toHaveProperty("xaxis");
  });

  test.each(["", "A", "a b", "../a", "a/b", "<b>", "a".repeat(65), "-a"])("has no id like %j: it names files", (id) => {
    expect(() => of({ id })).toThrow("must be 1 to 64 small letters, digits and hyphens");
  });

  test("draws intervals as bars of the distance to their ends, along the value's axis", () => {
    const y = [10, null, 5];
    const interval = { low: [8, null, 5], high: [11.5, null, 5] };
    expect(of({ data: [{ type: "bar", x: ["a", "b", "c"], y, interval }] }).spec.data[0]).toMatchObject({
      error_y: { type: "data", symmetric: false, array: [1.5, 0, 0], arrayminus: [2, 0, 0] },
    });
    const across = of({
      data: [{ type: "bar", orientation: "h", y: ["a"], x: [3], interval: { low: [1], high: [4] } }],
    });
    expect(across.spec.data[0]).toMatchObject({ error_x: { array: [1], arrayminus: [2] } });
    expect(across.spec.data[0]).not.toHaveProperty("interval");
  });

  test("draws a band around a line, in the line's colour and not in the legend", () => {
    const line = { type: "scatter", mode: "lines", x: [1, 2], y: [5, 6] } as const;
    const { data } = of({ data: [line, { ...line, interval: { low: [4, 5], high: [6, 7], as: "band" } }] }).spec;
    expect(data).toHaveLength(3);
    expect(data[1]).toMatchObject({ x: [1, 2, 2, 1], y: [6, 7, 5, 4], fillcolor: "--band-2", showlegend: false });
    expect(data[2]).toMatchObject({ y: [5, 6], line: { color: "--series-2" } });
  });

  test.each<[interval: { low: number[]; high: number[] }, what: string]>([
    [{ low: [1], high: [2] }, "trace 1 needs a low and a high end for each of its values"],
    [{ low: [1, 3], high: [2, 2] }, "trace 1 has an interval whose low end is above its high end"],
  ])("refuses the interval %j", (interval, what) => {
    expect(() => of({ data: [{ type: "bar", x: ["a", "b"], y: [1, 2], interval }] })).toThrow(what);
  });

  test("takes texts in data as they are: plotly would read tags in them", () => {
    const text = '<a href="https://x.y">R&D</a>';
    const shown = '&lt;a href="https://x.y"&gt;R&amp;D&lt;/a&gt;';
    const { data, layout } = of({
      x: { title: text },
      data: [{ type: "bar", name: text, x: [text], y: [1], customdata: [[text]], hovertemplate: "%{x}<br>" }],
    }).spec;
    expect(data[0]).toMatchObject({ name: shown, x: [shown], customdata: [[shown]], hovertemplate: "%{x}<br>" });
    expect(layout).toMatchObject({ xaxis: { title: { text: shown } } });
    const flow = chart({ id: "c", title: "T", data: [{ type: "sankey", node: { label: [text] } }] });
    expect(flow.spec.data[0]).toMatchObject({ node: { label: [shown] } });
  });

  test("cuts a name that no legend has room for", () => {
    const { name } = of({ data: [{ type: "bar", name: "word ".repeat(20), x: ["a"], y: [1] }] }).spec.data[0] ?? {};
    expect(String(name)).toHaveLength(40);
    expect(name).toMatch(/…$/);
  });

  test("prints as a line where nothing can draw it", () => {
    expect(inspect(of())).toBe("chart c: T");
  });

  test("knows which bundle of plotly it needs", () => {
    expect(of().bundle).toBe("cartesian");
    expect(of({ data: [{ x: [1], y: [1] }] }).bundle).toBe("cartesian");
    expect(chart({ id: "c", title: "T", data: [{ type: "pie" }, { type: "sankey" }] }).bundle).toBe("full");
  });
});
