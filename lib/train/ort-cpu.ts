import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Batch } from "./batch.ts";
import { openCpuState, type Part } from "./cpu-state.ts";
import { maskKey } from "./executor.ts";
import { type Feeds, feedsOf } from "./feeds.ts";
import type { Graph } from "./graph.ts";
import { openMasks } from "./masks.ts";
import { parametersOf } from "./model.ts";
import { chunksOf, feedTensors, loadOrt, type Ort, openSession, openWhenAsked, tensorOf } from "./ort-session.ts";
import type { Call, ThreadStart } from "./ort-thread.ts";
import { addRows, peelScatters } from "./peel.ts";
import { gradientGraph, lossGraph, predictionGraph } from "./step.ts";

/**
 * The processor, or CUDA, whose tensors onnxruntime-node cannot keep on the card: they cross the bus in every step.
 * Onnxruntime finds the gradients, and writes them into the memory of WebAssembly kernels that clip and update in place.
 * As nodes of the graph, AdamW would copy the whole state.
 */
export async function openCpu(start: ThreadStart): Promise<Call> {
  const { model, chunks, dropout, seed, clip } = start.options;
  const ort = await loadOrt();
  const state = openCpuState(parametersOf(model));
  const { graph, peeled, gradients, losses, predictions } = sessionsOf(ort, start);
  if (start.device === "cuda") await gradients(); // says at once what is missing
  const masks = openMasks(graph, dropout);
  const tensors = (part: Part, prefix = ""): (readonly [string, Tensor])[] =>
    state.views(part).map(({ name, ...feed }) => [prefix + name, tensorOf(ort, feed)] as const);

  const differentiate = async (batch: Batch, { sizes, inputs }: Feeds, drop: ReturnType<typeof masks>, part: Part) => {
    const given = new Map([...tensors("p"), ...feedTensors(ort, inputs), ...feedTensors(ort, drop)]);
    const made = new Map(tensors(part, "d."));
    const outputs = await (await gradients()).run(sizes, given, made);
    const numbers = (tensor: Tensor | undefined): Float32Array => tensor?.data as Float32Array;
    for (const { table, rows, index } of peeled)
      addRows(numbers(made.get(table)), inputs.get(index)?.data ?? [], numbers(outputs[rows]));
    return chunksOf(outputs, "nll", chunks, batch.targets.length);
  };
  const infer = async (session: typeof losses, name: string, batch: Batch, width: number): Promise<Float32Array> => {
    const { sizes, inputs } = feedsOf(batch, chunks);
    const outputs = await (await session()).run(sizes, new Map([...tensors("p"), ...feedTensors(ort, inputs)]));
    return chunksOf(outputs, name, chunks, batch.targets.length * width);
  };
  return {
    put: async (name, tensor) => state.view(name).set(tensor),
    take: async (name) => state.view(name).slice(),
    step: async (batches, update) => {
      const nll: Float32Array[] = [];
      for (const [at, batch] of batches.entries()) {
        if (at === 1) state.makeRoom();
        const feeds = feedsOf(batch, chunks, 1 / batches.length);
        const drop = masks(feeds.sizes, (place) => maskKey(seed, update.step, at, place));
        nll.push(await differentiate(batch, feeds, drop, at === 0 ? "g" : "more"));
        if (at > 0) state.accumulate();
      }
      return { nll, norm: state.update(update, clip) };
    },
    evaluate: (batch) => infer(losses, "nll", batch, 1),
    predict: (batch) => infer(predictions, "guess", batch, model.vocab),
  };
}

function sessionsOf(ort: Ort, { options, device, threads }: ThreadStart) {
  const { model } = options;
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [device],
    enableMemPattern: false, // sizes change from batch to batch
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
  const { graph, peeled } = peelScatters(gradientGraph(model, options));
  const open = (of: Graph) => openWhenAsked(() => openSession(ort, of, settings));
  return {
    ...{ graph, peeled, gradients: open(graph) },
    ...{ losses: open(lossGraph(model, options)), predictions: open(predictionGraph(model, options)) },
  };
}
