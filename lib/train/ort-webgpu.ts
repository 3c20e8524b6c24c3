import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Batch } from "./batch.ts";
import { elements, type Sizes } from "./dim.ts";
import { maskKey, maskOf, maskPlaces, ratesOf, type StepResult, type Update } from "./executor.ts";
import { feedsOf } from "./feeds.ts";
import { type Graph, graphBuilder } from "./graph.ts";
import { type ModelShape, parametersOf } from "./model.ts";
import { loadOrt, lossesOf, type Ort, openSession, type Session, tensorOf } from "./ort-session.ts";
import type { Call, ThreadStart } from "./ort-thread.ts";
import { gradientGraph, lossGraph, updateGraph } from "./step.ts";

/**
 * A graphics processor through WebGPU. The state, the gradients and the update stay there from step to step; only batches
 * go in, and losses and the norm come out.
 */
export async function openWebGpu({ options }: ThreadStart): Promise<Call> {
  const { model, chunks, dropout, seed, clip } = options;
  const ort = await loadOrt();
  const graphs = { loss: lossGraph(model, options), gradient: gradientGraph(model, options) };
  const sessions = sessionsOn(ort, {
    ...graphs,
    update: updateGraph(model, clip),
    accumulate: accumulateGraph(model),
    ...{ copy1: copyGraph(["n"]), copy2: copyGraph(["n", "k"]) },
  });
  const shapes = new Map(parametersOf(model).map(({ name, shape }) => [name, shape]));
  const state = new Map<string, Tensor>();
  const shapeOf = (name: string): readonly number[] => shapes.get(name.replace(/^[mv]\./, "")) ?? [];
  const copy = async (tensor: Tensor, to: Place): Promise<Tensor> => {
    const session = await sessions(tensor.dims.length === 1 ? "copy1" : "copy2", () => to, to);
    return (await session.run({}, new Map([["from", tensor]]))).to as Tensor;
  };
  const gradients = async (batch: Batch, scale: number, keyOf: (place: string) => readonly [number, number]) => {
    const { sizes, inputs } = feedsOf(batch, chunks, scale);
    const own = [...inputs].map(([name, feed]) => [name, tensorOf(ort, feed)] as const);
    const masks = maskPlaces(graphs.gradient).map(({ name, shape }) => {
      const data = maskOf(shape, sizes, keyOf(name), dropout);
      return [name, tensorOf(ort, { data, shape: shape.map((dim) => elements([dim], sizes)) })] as const;
    });
    const session = await sessions("gradient", (name) => (name.startsWith("d.") ? "gpu-buffer" : "cpu"));
    const outputs = await session.run(sizes, new Map([...state, ...own, ...masks]));
    return { nll: lossesOf(outputs, chunks, batch.targets.length), found: tensorsNamed(outputs, "d.") };
  };
  const step = async (batches: readonly Batch[], update: Update): Promise<StepResult> => {
    const nll: Float32Array[] = [];
    let sum = new Map<string, Tensor>();
    for (const [at, batch] of batches.entries()) {
      const result = await gradients(batch, 1 / batches.length, (place) => maskKey(seed, update.step, at, place));
      nll.push(result.nll);
      sum = at === 0 ? result.found : await accumulate(await sessions("accumulate", onDevice), sum, result.found);
    }
    const session = await sessions("update", (name) => (name === "norm" ? "cpu" : "gpu-buffer"));
    const rates = Object.entries(ratesOf(update)).map(([name, rate]) => [name, scalar(ort, rate)] as const);
    const next = await session.run({}, new Map([...state, ...sum, ...rates]));
    const norm = Number(next.norm?.data[0]);
    dispose(sum.values());
    for (const [name, old] of [...state]) {
      const made = next[`next.${name}`] as Tensor;
      (Number.isFinite(norm) ? old : made).dispose();
      if (Number.isFinite(norm)) state.set(name, made);
    }
    return { nll, norm };
  };
  return {
    put: async (name, data) => {
      state.set(name, await copy(tensorOf(ort, { data, shape: shapeOf(name) }), "gpu-buffer"));
    },
    ready: async () => undefined,
    take: async (name) => (await copy(state.get(name) as Tensor, "cpu")).data as Float32Array,
    step,
    evaluate: async (batch) => {
      const { sizes, inputs } = feedsOf(batch, chunks);
      const own = [...inputs].map(([name, feed]) => [name, tensorOf(ort, feed)] as const);
      const session = await sessions("loss", () => "cpu");
      return lossesOf(await session.run(sizes, new Map([...state, ...own])), chunks, batch.targets.length);
    },
  };
}

type Place = "cpu" | "gpu-buffer";
const onDevice = (): Place => "gpu-buffer";

/** Opens each session when it is first asked for; `variant` tells apart sessions of one graph. */
function sessionsOn<Name extends string>(ort: Ort, graphs: Readonly<Record<Name, Graph>>) {
  const opened = new Map<string, Promise<Session>>();
  return (name: Name, placeOf: (output: string) => Place, variant = ""): Promise<Session> => {
    const key = `${name} ${variant}`;
    const places = Object.fromEntries([...graphs[name].outputs.keys()].map((output) => [output, placeOf(output)]));
    const settings: InferenceSession.SessionOptions = {
      executionProviders: ["webgpu"],
      preferredOutputLocation: places,
      enableMemPattern: false,
      // A copy is a product with 1, which would be taken out.
      ...(name.startsWith("copy") ? { graphOptimizationLevel: "disabled" } : {}),
    };
    const session = opened.get(key) ?? openSession(ort, graphs[name], settings);
    opened.set(key, session);
    return session;
  };
}

/** Reading a tensor on the device ends the process in onnxruntime-node 1.30: everything goes through a copying graph. */
function copyGraph(shape: readonly string[]): Graph {
  const g = graphBuilder();
  g.output("to", g.scale(g.input("from", shape), 1));
  return g.graph();
}

/** "sum.<name>" and "d.<name>" to their sums, as "d.<name>". */
function accumulateGraph(model: ModelShape): Graph {
  const g = graphBuilder();
  for (const { name, shape } of parametersOf(model))
    g.output(`d.${name}`, g.add(g.input(`sum.${name}`, shape), g.input(`more.${name}`, shape)));
  return g.graph();
}

async function accumulate(session: Session, sum: Map<string, Tensor>, more: Map<string, Tensor>) {
  const renamed = (from: Map<string, Tensor>, prefix: string) =>
    [...from].map(([name, tensor]) => [name.replace("d.", prefix), tensor] as const);
  const outputs = await session.run({} as Sizes, new Map([...renamed(sum, "sum."), ...renamed(more, "more.")]));
  dispose(sum.values());
  dispose(more.values());
  return tensorsNamed(outputs, "d.");
}

function tensorsNamed(outputs: Readonly<Record<string, Tensor>>, prefix: string): Map<string, Tensor> {
  return new Map(Object.entries(outputs).filter(([name]) => name.startsWith(prefix)));
}

function dispose(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) tensor.dispose();
}

function scalar(ort: Ort, value: number): Tensor {
  return tensorOf(ort, { data: Float32Array.of(value), shape: [1] });
}
