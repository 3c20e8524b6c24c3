import type { Batch } from "./batch.ts";
import { elements, type Sizes, sizeOf } from "./dim.ts";
import {
  type Executor,
  type ExecutorOptions,
  maskKey,
  maskOf,
  maskPlaces,
  ratesOf,
  type StateSource,
  startingTensor,
  stateNames,
} from "./executor.ts";
import { feedsOf } from "./feeds.ts";
import type { Graph } from "./graph.ts";
import { type ModelShape, parametersOf } from "./model.ts";
import { type Array64, runOp } from "./ref-ops.ts";
import { gradientGraph, lossGraph, predictionGraph, updateGraph } from "./step.ts";

type Arrays = Map<string, Array64>;

/** The oracle: plain arrays of 64 bits, one loop per operation, slow and obvious. */
export async function openRef(options: ExecutorOptions, from: StateSource): Promise<Executor> {
  const { model, chunks, dropout, seed, clip } = options;
  const gradientsOf = gradientGraph(model, options);
  const state = await startingState(model, from);
  const run = (graph: Graph, batch: Batch, scale: number, masks: (sizes: Sizes) => Arrays = () => new Map()) => {
    const { sizes, inputs } = feedsOf(batch, chunks, scale);
    const own = [...inputs].map(([name, { data }]) => [name, Float64Array.from(data)] as const);
    return runGraph(graph, new Map([...state, ...own, ...masks(sizes)]), sizes);
  };
  const chunked = (outputs: Arrays, name: string, count: number): Float32Array => {
    const parts = Array.from({ length: chunks }, (_, chunk) => [...(outputs.get(`${name}.${chunk}`) ?? [])]);
    return Float32Array.from(parts.flat().slice(0, count));
  };
  return {
    name: "ref",
    step: async (batches, update) => {
      const sums: Arrays = new Map();
      const nll = batches.map((batch, at) => {
        const masks = (sizes: Sizes): Arrays =>
          new Map(
            maskPlaces(gradientsOf).map(({ name, shape }) => {
              const mask = maskOf(shape, sizes, maskKey(seed, update.step, at, name), dropout);
              return [name, Float64Array.from(mask)];
            }),
          );
        const outputs = run(gradientsOf, batch, 1 / batches.length, masks);
        for (const { name } of parametersOf(model)) addTo(sums, `d.${name}`, outputs.get(`d.${name}`) as Array64);
        return chunked(outputs, "nll", batch.targets.length);
      });
      const rates = Object.entries(ratesOf(update)).map(([name, rate]) => [name, Float64Array.of(rate)] as const);
      const next = runGraph(updateGraph(model, clip), new Map([...state, ...sums, ...rates]), {});
      const norm = next.get("norm")?.[0] ?? Number.NaN;
      if (Number.isFinite(norm))
        for (const name of state.keys()) state.set(name, rounded(next.get(`next.${name}`) as Array64));
      return { nll, norm };
    },
    evaluate: async (batch) => chunked(run(lossGraph(model, options), batch, 1), "nll", batch.targets.length),
    predict: async (batch) =>
      chunked(run(predictionGraph(model, options), batch, 1), "guess", batch.targets.length * model.vocab),
    read: async (name) => Float32Array.from(state.get(name) ?? []),
    dispose: async () => state.clear(),
  };
}

/** Runs a graph on plain arrays. @returns its outputs by name. */
export function runGraph(graph: Graph, inputs: ReadonlyMap<string, Array64>, sizes: Sizes): Arrays {
  const values = new Map<number, Array64>();
  for (const [name, { id }] of graph.inputs) values.set(id, inputs.get(name) as Array64);
  for (const { op, inputs: from, outputs } of graph.nodes) {
    const tensors = from.map(({ id, shape }) => ({
      data: values.get(id) as Array64,
      shape: shape.map((dim) => sizeOf(dim, sizes)),
    }));
    const shapes = outputs.map(({ shape }) => shape.map((dim) => sizeOf(dim, sizes)));
    const made = runOp(op, tensors, shapes);
    for (const [at, { id }] of outputs.entries()) values.set(id, made[at] as Array64);
  }
  return new Map([...graph.outputs].map(([name, { id }]) => [name, values.get(id) as Array64]));
}

async function startingState(model: ModelShape, from: StateSource): Promise<Arrays> {
  const shapes = new Map(parametersOf(model).map(({ name, shape }) => [name, shape]));
  const state: Arrays = new Map();
  for (const name of stateNames(model)) {
    const size = elements(shapes.get(name.replace(/^[mv]\./, "")) ?? []);
    state.set(name, Float64Array.from((await startingTensor(model, from, name)) ?? new Float32Array(size)));
  }
  return state;
}

function addTo(sums: Arrays, name: string, more: Array64): void {
  const sum = sums.get(name);
  sums.set(name, sum ? sum.map((x, at) => x + (more[at] as number)) : more);
}

/** The state has 32 bits, as on every executor, so that a saved run goes on as if it had not stopped. */
function rounded(data: Array64): Array64 {
  return data.map(Math.fround);
}
