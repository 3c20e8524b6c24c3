import { expect, test } from "vitest";
import { sizeOf } from "../../lib/train/dim.ts";
import { graphBuilder } from "../../lib/train/graph-builder.ts";
import { gradientGraph, lossGraph, updateGraph } from "../../lib/train/step.ts";

const model = { vocab: 11, context: 8, width: 8, layers: 2, heads: 2 };

test("a shape that does not fit is refused while the graph is written", () => {
  const g = graphBuilder();
  const [a, b] = [g.input("a", ["rows*length", 8]), g.input("b", [6, 4])];
  expect(() => g.matmul(a, b)).toThrow("matmul: shapes [rows*length, 8] and [6, 4] do not fit");
  expect(() => g.add(a, b)).toThrow("add: shapes");
  expect(() => g.reshape(a, ["rows", "length", 3, 2])).toThrow("reshape: shapes");
  expect(g.reshape(a, ["rows", "length", 2, 4]).shape).toEqual(["rows", "length", 2, 4]);
  expect(() => g.input("a", [1])).toThrow('two inputs "a"');
});

test("sizes are found from names, products and sums", () => {
  expect(sizeOf("rows*length+targets+3", { rows: 2, length: 5, targets: 4 })).toBe(17);
  expect(() => sizeOf("rows*x", { rows: 2 })).toThrow('"x"');
});

test("the whole step takes twenty-one operations, and each gradient has its parameter's shape", () => {
  const gradients = gradientGraph(model, { chunks: 2, dropout: 0.1 });
  const graphs = [gradients, lossGraph(model, { chunks: 2 }), updateGraph(model, 1)];
  expect(new Set(graphs.flatMap(({ nodes }) => nodes.map(({ op }) => op.kind))).size).toBe(21);
  const found = [...gradients.outputs].filter(([name]) => name.startsWith("d."));
  expect(found).toHaveLength(28);
  for (const [name, { shape }] of found)
    expect([name, shape]).toEqual([name, gradients.inputs.get(name.slice(2))?.shape]);
});

test("the graph grows with the layers, not with the batch", () => {
  const count = (layers: number) => gradientGraph({ ...model, layers }, { chunks: 1 }).nodes.length;
  expect(count(3) - count(2)).toBe(count(2) - count(1));
});
