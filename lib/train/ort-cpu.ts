import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Batch } from "./batch.ts";
import { elements, type Sizes } from "./dim.ts";
import { type MaskKey, thresholdOf } from "./dropout.ts";
import { maskKey, maskPlaces, ratesOf, type StepResult, type Update } from "./executor.ts";
import { feedsOf } from "./feeds.ts";
import type { Graph } from "./graph.ts";
import { type Kernels, openKernels } from "./kernels.ts";
import { parametersOf } from "./model.ts";
import { loadOrt, lossesOf, type Ort, openSession, type Session, tensorOf } from "./ort-session.ts";
import type { Call, ThreadStart } from "./ort-thread.ts";
import { type Held, paddedBytes, shardsOf } from "./shards.ts";
import { gradientGraph, lossGraph } from "./step.ts";

/**
 * The processor: onnxruntime finds the gradients, and writes them into the memory of WebAssembly kernels that clip and
 * update in place. As nodes of the graph, AdamW would copy the whole state in every step.
 */
export async function openCpu({ options, threads }: ThreadStart): Promise<Call> {
  const { model, chunks, dropout, seed, clip } = options;
  const ort = await loadOrt();
  const shards = shardsOf(parametersOf(model));
  const held = new Map(shards.flatMap(({ tensors }) => tensors.map((one) => [one.name, one] as const)));
  const settings: InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
    enableMemPattern: false, // sizes change from batch to batch
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
  const graph = gradientGraph(model, options);
  const masks = openMasks(graph, dropout);
  let [gradients, losses]: (Session | undefined)[] = [];
  const named = (part: Part, prefix = ""): Map<string, Tensor> =>
    new Map([...held].map(([name, one]) => [prefix + name, tensorIn(ort, one, part)]));

  const step = async (batches: readonly Batch[], update: Update): Promise<StepResult> => {
    gradients ??= await openSession(ort, graph, settings);
    const nll: Float32Array[] = [];
    for (const [at, batch] of batches.entries()) {
      const { sizes, inputs } = feedsOf(batch, chunks, 1 / batches.length);
      const own = new Map([...inputs].map(([name, feed]) => [name, tensorOf(ort, feed)]));
      const drop = masks(ort, sizes, (place) => maskKey(seed, update.step, at, place));
      if (at > 0) for (const shard of shards) shard.stage();
      const outputs = named(at === 0 ? "g" : "staged", "d.");
      const found = await gradients.run(sizes, new Map([...named("p"), ...own, ...drop]), outputs);
      if (at > 0) for (const { kernels, at: start, bytes } of shards) kernels.add(start.g, start.staged, bytes);
      nll.push(lossesOf(found, chunks, batch.targets.length));
    }
    const norm = Math.sqrt(shards.reduce((sum, { kernels, at, bytes }) => sum + kernels.sumSquares(at.g, bytes), 0));
    if (Number.isFinite(norm)) {
      const { stepSize, rootCorrection, keep } = ratesOf(update);
      const factor = Math.min(1, clip / (norm + 1e-6));
      for (const { shard, at, bytes, decays } of held.values())
        shard.kernels.adamw(at.p, at.m, at.v, at.g, bytes, factor, stepSize, rootCorrection, decays ? keep : 1);
    }
    return { nll, norm };
  };
  return {
    put: async (name, tensor) => dataIn(held, name).set(tensor),
    ready: async () => {
      gradients = await openSession(ort, graph, settings);
    },
    take: async (name) => dataIn(held, name).slice(),
    step,
    evaluate: async (batch) => {
      losses ??= await openSession(ort, lossGraph(model, options), settings);
      const { sizes, inputs } = feedsOf(batch, chunks);
      const own = [...inputs].map(([name, feed]) => [name, tensorOf(ort, feed)] as const);
      return lossesOf(await losses.run(sizes, new Map([...named("p"), ...own])), chunks, batch.targets.length);
    },
  };
}

type Part = keyof Held["at"];

function tensorIn(ort: Ort, { shard, at, shape }: Held, part: Part): Tensor {
  return new ort.Tensor("float32", new Float32Array(shard.kernels.memory.buffer, at[part], elements(shape)), shape);
}

/** The numbers behind "name", "m.name" or "v.name". */
function dataIn(held: ReadonlyMap<string, Held>, name: string): Float32Array {
  const [, moment, bare = name] = name.match(/^([mv])\.(.*)$/) ?? [];
  const one = held.get(bare);
  if (!one) throw new RangeError(`no tensor ${name}`);
  const part = (moment as "m" | "v" | undefined) ?? "p";
  return new Float32Array(one.shard.kernels.memory.buffer, one.at[part], elements(one.shape));
}

/** Fills the dropout masks of a batch, in memory that grows with the largest batch. */
function openMasks(graph: Graph, dropout: number) {
  const places = maskPlaces(graph);
  let kernels: Kernels | undefined;
  const [threshold, kept] = [thresholdOf(dropout), Math.fround(1 / (1 - dropout))];
  return (ort: Ort, sizes: Sizes, keyOf: (place: string) => MaskKey) => {
    const counts = places.map(({ shape }) => elements(shape, sizes));
    const needed = counts.reduce((sum, count) => sum + paddedBytes(count), 0);
    if (!kernels || kernels.memory.buffer.byteLength < needed) kernels = openKernels(needed);
    const { memory, mask } = kernels;
    let start = 0;
    return places.map(({ name, shape }, at) => {
      const count = counts[at] as number;
      const bytes = paddedBytes(count);
      mask(start, bytes, ...keyOf(name), threshold, kept);
      const data = new Float32Array(memory.buffer, start, count);
      start += bytes;
      return [name, tensorOf(ort, { data, shape: shape.map((dim) => elements([dim], sizes)) })] as const;
    });
  };
}
