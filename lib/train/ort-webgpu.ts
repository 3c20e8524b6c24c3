import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Batch } from "./batch.ts";
import { maskKey, ratesOf, type StepResult, type Update } from "./executor.ts";
import { feedsOf } from "./feeds.ts";
import type { Graph } from "./graph.ts";
import { graphBuilder } from "./graph-builder.ts";
import { openMasks } from "./masks.ts";
import { type ModelShape, parametersOf } from "./model.ts";
import { chunksOf, feedTensors, loadOrt, type Ort, openSession, type Session, tensorOf } from "./ort-session.ts";
import type { Call, ThreadStart } from "./ort-thread.ts";
import { gradientGraph, lossGraph, predictionGraph, updateGraph } from "./step.ts";

type Named = Map<string, Tensor>;

/**
 * A graphics processor through WebGPU. The state, the gradients and the update stay there from step to step; only batches
 * go in, and losses and the norm come out.
 */
export async function openWebGpu({ options }: ThreadStart): Promise<Call> {
  const { model, chunks, dropout, seed } = options;
  const ort = await loadOrt();
  const gradient = gradientGraph(model, options);
  const sessions = sessionsOn(ort, { ...graphsOf(options), gradient });
  const masks = openMasks(gradient, dropout);
  const state = openDeviceState(ort, model, sessions);

  const differentiate = async (batch: Batch, scale: number, drop: ReturnType<typeof masks>) => {
    const { sizes, inputs } = feedsOf(batch, chunks, scale);
    const given = new Map([...(await state.all(false)), ...feedTensors(ort, inputs), ...feedTensors(ort, drop)]);
    const session = await sessions("gradient", (name) => (name.startsWith("d.") ? "gpu-buffer" : "cpu"));
    const outputs = await session.run(sizes, given);
    return { nll: chunksOf(outputs, "nll", chunks, batch.targets.length), found: onlyGradients(outputs) };
  };
  const infer = async (graph: "loss" | "prediction", name: string, batch: Batch, width: number) => {
    const { sizes, inputs } = feedsOf(batch, chunks);
    const session = await sessions(graph, () => "cpu");
    const outputs = await session.run(sizes, new Map([...(await state.all(false)), ...feedTensors(ort, inputs)]));
    return chunksOf(outputs, name, chunks, batch.targets.length * width);
  };
  const step = async (batches: readonly Batch[], update: Update): Promise<StepResult> => {
    const nll: Float32Array[] = [];
    let sum: Named = new Map();
    for (const [at, batch] of batches.entries()) {
      const drop = masks(feedsOf(batch, chunks).sizes, (place) => maskKey(seed, update.step, at, place));
      const one = await differentiate(batch, 1 / batches.length, drop);
      nll.push(one.nll);
      sum = at === 0 ? one.found : await accumulate(await sessions("accumulate", onDevice), sum, one.found);
    }
    const session = await sessions("update", (name) => (name === "norm" ? "cpu" : "gpu-buffer"));
    const rates = Object.entries(ratesOf(update)).map(([name, rate]) => [name, scalar(ort, rate)] as const);
    const next = await session.run({}, new Map([...(await state.all(true)), ...sum, ...rates]));
    dispose(sum.values());
    const norm = Number(next.norm?.data[0]);
    state.replace(next, Number.isFinite(norm));
    return { nll, norm };
  };
  return {
    put: state.put,
    take: state.take,
    step,
    evaluate: (batch) => infer("loss", "nll", batch, 1),
    predict: (batch) => infer("prediction", "guess", batch, model.vocab),
  };
}

type Place = "cpu" | "gpu-buffer";
type Sessions = ReturnType<typeof sessionsOn<keyof ReturnType<typeof graphsOf> | "gradient">>;
const onDevice = (): Place => "gpu-buffer";

function graphsOf(options: ThreadStart["options"]) {
  const { model, clip } = options;
  return {
    ...{ loss: lossGraph(model, options), prediction: predictionGraph(model, options) },
    ...{ update: updateGraph(model, clip), accumulate: accumulateGraph(model) },
    ...{ copy1: copyGraph(["n"]), copy2: copyGraph(["n", "k"]) },
  };
}

/** Opens each session when it is first asked for; a copy goes either way, so it has two. */
function sessionsOn<Name extends string>(ort: Ort, graphs: Readonly<Record<Name, Graph>>) {
  const opened = new Map<string, Promise<Session>>();
  return (name: Name, placeOf: (output: string) => Place): Promise<Session> => {
    const places = Object.fromEntries([...graphs[name].outputs.keys()].map((output) => [output, placeOf(output)]));
    const key = `${name} ${places.to}`;
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

/** Parameters and moving averages on the device; averages that were never put are zeros when they are first needed. */
function openDeviceState(ort: Ort, model: ModelShape, sessions: Sessions) {
  const shapes = new Map(parametersOf(model).map(({ name, shape }) => [name, shape]));
  const held: Named = new Map();
  const shapeOf = (name: string): readonly number[] => shapes.get(name.replace(/^[mv]\./, "")) ?? [];
  const copy = async (tensor: Tensor, to: Place): Promise<Tensor> => {
    const session = await sessions(tensor.dims.length === 1 ? "copy1" : "copy2", () => to);
    return (await session.run({}, new Map([["from", tensor]]))).to as Tensor;
  };
  const put = async (name: string, data: Float32Array): Promise<void> => {
    held.set(name, await copy(tensorOf(ort, { data, shape: shapeOf(name) }), "gpu-buffer"));
  };
  const zeros = (name: string): Float32Array => new Float32Array(shapeOf(name).reduce((n, size) => n * size, 1));
  return {
    put,
    // Reading a tensor on the device ends the process in onnxruntime-node 1.30: it is copied by a graph.
    take: async (name: string): Promise<Float32Array> => {
      const tensor = held.get(name);
      return tensor ? Float32Array.from((await copy(tensor, "cpu")).data as Float32Array) : zeros(name);
    },
    all: async (moments: boolean): Promise<Named> => {
      for (const name of moments ? shapes.keys() : [])
        for (const moment of [`m.${name}`, `v.${name}`]) if (!held.has(moment)) await put(moment, zeros(moment));
      return held;
    },
    /** Takes over the outputs of an update, or drops them. */
    replace: (next: Readonly<Record<string, Tensor>>, taken: boolean): void => {
      for (const [name, old] of [...held]) {
        const made = next[`next.${name}`] as Tensor;
        (taken ? old : made).dispose();
        if (taken) held.set(name, made);
      }
    },
  };
}

function copyGraph(shape: readonly string[]): Graph {
  const g = graphBuilder();
  g.output("to", g.scale(g.input("from", shape), 1));
  return g.graph();
}

/** "sum.<name>" and "more.<name>" to their sums, as "d.<name>". */
function accumulateGraph(model: ModelShape): Graph {
  const g = graphBuilder();
  for (const { name, shape } of parametersOf(model))
    g.output(`d.${name}`, g.add(g.input(`sum.${name}`, shape), g.input(`more.${name}`, shape)));
  return g.graph();
}

async function accumulate(session: Session, sum: Named, more: Named): Promise<Named> {
  const renamed = (from: Named, prefix: string) =>
    [...from].map(([name, tensor]) => [name.replace("d.", prefix), tensor] as const);
  const outputs = await session.run({}, new Map([...renamed(sum, "sum."), ...renamed(more, "more.")]));
  dispose(sum.values());
  dispose(more.values());
  return onlyGradients(outputs);
}

function onlyGradients(outputs: Readonly<Record<string, Tensor>>): Named {
  return new Map(Object.entries(outputs).filter(([name]) => name.startsWith("d.")));
}

function dispose(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) tensor.dispose();
}

function scalar(ort: Ort, value: number): Tensor {
  return tensorOf(ort, { data: Float32Array.of(value), shape: [1] });
}
