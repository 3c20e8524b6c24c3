import util from "node:util";
import type { Tensor } from "@tensorflow/tfjs-core";
import { StudyError } from "corrigenda/error";
import type { Batch } from "./batch.ts";
import { elements, type Sizes } from "./dim.ts";
import {
  type Executor,
  type ExecutorOptions,
  maskKey,
  ratesOf,
  type StateSource,
  startingTensor,
  stateNames,
} from "./executor.ts";
import { type Feed, feedsOf } from "./feeds.ts";
import type { Graph } from "./graph.ts";
import { openMasks } from "./masks.ts";
import { parametersOf } from "./model.ts";
import { gradientGraph, lossGraph, predictionGraph, updateGraph } from "./step.ts";
import { runTfjsOp, type Tf } from "./tfjs-ops.ts";

/** tfjs's plain loops; TensorFlow itself, on a graphics card where it has one; WebGPU in Node. */
export type TfjsBackend = "cpu" | "tensorflow" | "webgpu";

type Named = Map<string, Tensor>;

/**
 * The step on tfjs: the same operations, one by one. Throws StudyError "config", in one line, where the backend's packages
 * are not installed; it never takes another backend instead.
 */
export async function openTfjs(options: ExecutorOptions, backend: TfjsBackend, from: StateSource): Promise<Executor> {
  const { model, chunks, dropout, seed, clip } = options;
  const tf = await loadTfjs(backend);
  const graphs = { gradient: gradientGraph(model, options), update: updateGraph(model, clip) };
  const masks = openMasks(graphs.gradient, dropout);
  const state = await startingState(tf, options, from);
  const run = (graph: Graph, batch: Batch, scale: number, more: Iterable<readonly [string, Feed]> = []): Named => {
    const { sizes, inputs } = feedsOf(batch, chunks, scale);
    const own: Named = new Map([...inputs, ...more].map(([name, feed]) => [name, tensorOf(tf, feed)] as const));
    const outputs = runGraph(tf, graph, new Map([...state, ...own]), sizes);
    tf.dispose([...own.values()]);
    return outputs;
  };
  const infer = async (graph: Graph, name: string, batch: Batch, width: number): Promise<Float32Array> => {
    const outputs = run(graph, batch, 1);
    const found = await chunksOf(outputs, name, chunks, batch.targets.length * width);
    tf.dispose([...outputs.values()]);
    return found;
  };
  return {
    name: `tfjs on ${backend}`,
    step: async (batches, update) => {
      const nll: Float32Array[] = [];
      let sum: Named = new Map();
      for (const [at, batch] of batches.entries()) {
        const drop = masks(feedsOf(batch, chunks).sizes, (place) => maskKey(seed, update.step, at, place));
        const outputs = run(graphs.gradient, batch, 1 / batches.length, drop);
        nll.push(await chunksOf(outputs, "nll", chunks, batch.targets.length));
        sum = accumulate(tf, sum, outputs);
      }
      const rates = Object.entries(ratesOf(update)).map(([name, rate]) => [name, tf.tensor1d([rate])] as const);
      const next = runGraph(tf, graphs.update, new Map([...state, ...sum, ...rates]), {});
      const norm = (await next.get("norm")?.data())?.[0] ?? Number.NaN;
      tf.dispose([...sum.values(), ...rates.map(([, tensor]) => tensor)]);
      replace(tf, state, next, Number.isFinite(norm));
      return { nll, norm };
    },
    evaluate: (batch) => infer(lossGraph(model, options), "nll", batch, 1),
    predict: (batch) => infer(predictionGraph(model, options), "guess", batch, model.vocab),
    read: async (name) => Float32Array.from((await state.get(name)?.data()) ?? []),
    dispose: async () => tf.dispose([...state.values()]),
  };
}

/** Runs a graph; what no later operation reads is disposed of at once. The inputs are left as they are. */
function runGraph(tf: Tf, graph: Graph, inputs: ReadonlyMap<string, Tensor>, sizes: Sizes): Named {
  const lastUse = new Map<number, number>();
  for (const [at, node] of graph.nodes.entries()) for (const { id } of node.inputs) lastUse.set(id, at);
  for (const { id } of [...graph.inputs.values(), ...graph.outputs.values()]) lastUse.set(id, graph.nodes.length);
  const values = new Map<number, Tensor>();
  for (const [name, { id }] of graph.inputs) values.set(id, inputs.get(name) as Tensor);
  for (const [at, { op, inputs: from, outputs }] of graph.nodes.entries()) {
    const shapes = outputs.map(({ shape }) => shape.map((dim) => elements([dim], sizes)));
    const made = tf.tidy(() =>
      runTfjsOp(
        tf,
        op,
        from.map(({ id }) => values.get(id) as Tensor),
        shapes,
      ),
    );
    for (const [i, { id }] of outputs.entries()) values.set(id, made[i] as Tensor);
    for (const { id } of [...from, ...outputs]) if ((lastUse.get(id) ?? at) === at) values.get(id)?.dispose();
  }
  return new Map([...graph.outputs].map(([name, { id }]) => [name, values.get(id) as Tensor]));
}

/** The gradients of one batch added to those before it; all else of the outputs is disposed of. */
function accumulate(tf: Tf, sum: Named, outputs: Named): Named {
  const next: Named = new Map();
  for (const [name, tensor] of outputs) {
    const before = sum.get(name);
    if (name.startsWith("d.")) next.set(name, before ? tf.add(before, tensor) : tensor);
    if (before || !name.startsWith("d.")) tf.dispose([tensor, ...(before ? [before] : [])]);
  }
  return next;
}

/** Takes over the outputs of an update, or drops them. */
function replace(tf: Tf, state: Named, next: Named, taken: boolean): void {
  next.get("norm")?.dispose();
  for (const [name, old] of [...state]) {
    const made = next.get(`next.${name}`) as Tensor;
    tf.dispose(taken ? old : made);
    if (taken) state.set(name, made);
  }
}

async function startingState(tf: Tf, { model }: ExecutorOptions, from: StateSource): Promise<Named> {
  const shapes = new Map(parametersOf(model).map(({ name, shape }) => [name, shape]));
  const state: Named = new Map();
  for (const name of stateNames(model)) {
    const shape = shapes.get(name.replace(/^[mv]\./, "")) ?? [];
    const data = (await startingTensor(model, from, name)) ?? new Float32Array(elements(shape));
    state.set(name, tensorOf(tf, { data, shape }));
  }
  return state;
}

async function chunksOf(outputs: Named, name: string, chunks: number, count: number): Promise<Float32Array> {
  const all: number[] = [];
  for (let chunk = 0; chunk < chunks; chunk++) all.push(...((await outputs.get(`${name}.${chunk}`)?.data()) ?? []));
  return Float32Array.from(all.slice(0, count));
}

/** A copy: tfjs may keep looking at what it is given, and masks and batches are made anew in the same memory. */
function tensorOf(tf: Tf, { data, shape }: Feed): Tensor {
  return tf.tensor(data.slice(), [...shape], data instanceof Float32Array ? "float32" : "int32");
}

/** The packages of each backend. All but those of "cpu" are for the user to install. */
async function loadTfjs(backend: TfjsBackend): Promise<Tf> {
  const tf = await import("@tensorflow/tfjs-core");
  if (backend === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  if (backend === "tensorflow") await loadTensorflow(tf);
  if (backend === "webgpu") await loadWebGpu();
  if (!tf.findBackend(backend) && backend !== "webgpu") throw missing(backend, "the package brings no such backend");
  if (!(await tf.setBackend(backend))) throw missing(backend, "it does not start here");
  // The plain backend would recommend another package on standard error.
  if (backend === "cpu") Object.assign(tf.backend(), { firstUse: false });
  return tf;
}

/** tfjs-node 4.22 calls two functions that Node 23 took out. @see github.com/tensorflow/tfjs/issues/8609 */
async function loadTensorflow(tf: Tf): Promise<void> {
  Object.assign(util, { isNullOrUndefined: (x: unknown) => x == null, isArray: Array.isArray });
  for (const name of ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]) {
    await import(name).catch(() => undefined);
    if (tf.findBackend("tensorflow")) return;
  }
}

/** Dawn for Node gives what a browser would have. */
async function loadWebGpu(): Promise<void> {
  const [gpu, backend] = ["webgpu", "@tensorflow/tfjs-backend-webgpu"];
  try {
    const { create, globals } = (await import(gpu)) as { create(flags: string[]): unknown; globals: object };
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, "navigator", { value: { gpu: create([]) }, configurable: true });
    await import(backend);
  } catch (cause) {
    throw missing("webgpu", "its packages are not installed", cause);
  }
}

function missing(backend: TfjsBackend, why: string, cause?: unknown): StudyError {
  const packages = {
    cpu: "npm ci",
    tensorflow: "npm install --no-save @tensorflow/tfjs-node-gpu@4.22.0",
    webgpu: "npm install --no-save webgpu @tensorflow/tfjs-backend-webgpu@4.22.0",
  };
  return new StudyError("config", `tfjs cannot use "${backend}": ${why}; run "${packages[backend]}"`, { cause });
}
