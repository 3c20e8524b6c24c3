import type { Batch } from "./batch.ts";
import { sizeOf } from "./dim.ts";
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
import { parametersOf } from "./model.ts";
import { type Array64, runOp } from "./ref-ops.ts";
import { gradientGraph, lossGraph, updateGraph } from "./step.ts";

/** The oracle: plain arrays of 64 bits, one loop per operation, slow and obvious. */
export async function openRef(options: ExecutorOptions, from: StateSource): Promise<Executor> {
  const { model, chunks, dropout, seed, clip } = options;
  const graphs = {
    loss: lossGraph(model, options),
    gradient: gradientGraph(model, options),
    update: updateGraph(model, clip),
  };
  const parameters = parametersOf(model);
  const held = new Map<string, Array64>();
  for (const name of stateNames(model)) held.set(name, Float64Array.from(await startingTensor(model, from, name)));
  const run = (
    graph: Graph,
    batch: Batch,
    scale: number,
    masks: (sizes: Record<string, number>) => Map<string, Array64>,
  ) => {
    const { sizes, inputs } = feedsOf(batch, chunks, scale);
    const own = [...inputs].map(([name, { data }]) => [name, Float64Array.from(data)] as const);
    const outputs = runGraph(graph, new Map([...held, ...own, ...masks(sizes)]), sizes);
    const nll = Array.from({ length: chunks }, (_, chunk) => [...(outputs.get(`nll.${chunk}`) ?? [])]).flat();
    return { outputs, nll: Float32Array.from(nll.slice(0, batch.targets.length)) };
  };
  return {
    name: "ref",
    step: async (batches, update) => {
      const sums = new Map<string, Array64>();
      const nll = batches.map((batch, at) => {
        const masks = (sizes: Record<string, number>) =>
          new Map(
            maskPlaces(graphs.gradient).map(({ name, shape }) => {
              const key = maskKey(seed, update.step, at, name);
              return [name, Float64Array.from(maskOf(shape, sizes, key, dropout))];
            }),
          );
        const result = run(graphs.gradient, batch, 1 / batches.length, masks);
        for (const { name } of parameters) addTo(sums, `d.${name}`, result.outputs.get(`d.${name}`) as Array64);
        return result.nll;
      });
      const rates = Object.entries(ratesOf(update)).map(([name, rate]) => [name, Float64Array.of(rate)] as const);
      const next = runGraph(graphs.update, new Map([...held, ...sums, ...rates]), {});
      const norm = next.get("norm")?.[0] ?? Number.NaN;
      if (Number.isFinite(norm))
        for (const name of held.keys()) held.set(name, rounded(next.get(`next.${name}`) as Array64));
      return { nll, norm };
    },
    evaluate: async (batch) => run(graphs.loss, batch, 1, () => new Map()).nll,
    read: async (name) => Float32Array.from(held.get(name) ?? []),
    dispose: async () => held.clear(),
  };
}

/** Runs a graph on plain arrays. @returns its outputs by name. */
export function runGraph(
  graph: Graph,
  inputs: ReadonlyMap<string, Array64>,
  sizes: Readonly<Record<string, number>>,
): Map<string, Array64> {
  const values = new Map<number, Array64>();
  for (const [name, { id }] of graph.inputs) values.set(id, inputs.get(name) as Array64);
  for (const { op, inputs: from, outputs } of graph.nodes) {
    const tensor = ({ id, shape }: (typeof from)[number]) => ({
      data: values.get(id) ?? new Float64Array(0),
      shape: shape.map((dim) => sizeOf(dim, sizes)),
    });
    const shapes = outputs.map(({ shape }) => shape.map((dim) => sizeOf(dim, sizes)));
    const made = runOp(op, from.map(tensor), shapes);
    for (const [at, { id }] of outputs.entries()) values.set(id, made[at] as Array64);
  }
  return new Map([...graph.outputs].map(([name, { id }]) => [name, values.get(id) as Array64]));
}

function addTo(sums: Map<string, Array64>, name: string, more: Array64): void {
  const sum = sums.get(name);
  sums.set(name, sum ? sum.map((x, at) => x + (more[at] as number)) : more);
}

/** The state has 32 bits, as on every executor, so that a saved run goes on as if it had not stopped. */
function rounded(data: Array64): Array64 {
  return data.map(Math.fround);
}
