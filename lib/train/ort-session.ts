import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-node";
import { type Dim, type Sizes, sizeOf } from "./dim.ts";
import type { Feed } from "./feeds.ts";
import type { Graph } from "./graph.ts";
import { toOnnx } from "./onnx.ts";

export type Ort = typeof import("onnxruntime-node");
export type Tensors = Record<string, Tensor>;

/** A graph, ready to run. */
export interface Session {
  /** Outputs that are not given are made. Inputs beyond the graph's own are left out. */
  run(sizes: Sizes, inputs: ReadonlyMap<string, Tensor>, outputs?: ReadonlyMap<string, Tensor>): Promise<Tensors>;
}

/** onnxruntime-node is large native code: loaded when training starts. */
export async function loadOrt(): Promise<Ort> {
  const loaded = await import("onnxruntime-node");
  const ort = (loaded as Ort & { default?: Ort }).default ?? loaded;
  ort.env.logLevel = "fatal"; // errors are thrown: what the library also prints would stand before their one line
  return ort;
}

export async function openSession(ort: Ort, graph: Graph, options: InferenceSession.SessionOptions): Promise<Session> {
  const { bytes, shapeInputs } = toOnnx(graph);
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, ...options });
  const own = new Set(session.inputNames);
  return {
    run: async (sizes, inputs, outputs) => {
      const feeds: Tensors = {};
      for (const [name, tensor] of inputs) if (own.has(name)) feeds[name] = tensor;
      for (const [name, dims] of shapeInputs) feeds[name] = shapeTensor(ort, dims, sizes);
      const fetches: Record<string, Tensor | null> = {};
      for (const name of session.outputNames) fetches[name] = outputs?.get(name) ?? null;
      return (await session.run(feeds, fetches)) as Tensors;
    },
  };
}

export function tensorOf(ort: Ort, { data, shape }: Feed): Tensor {
  return data instanceof Float32Array ? new ort.Tensor("float32", data, shape) : new ort.Tensor("int32", data, shape);
}

function shapeTensor(ort: Ort, dims: readonly Dim[], sizes: Sizes): TypedTensor<"int64"> {
  const values = BigInt64Array.from(dims, (dim) => BigInt(sizeOf(dim, sizes)));
  return new ort.Tensor("int64", values, [dims.length]);
}

export function feedTensors(ort: Ort, feeds: Iterable<readonly [string, Feed]>): (readonly [string, Tensor])[] {
  return [...feeds].map(([name, feed]) => [name, tensorOf(ort, feed)] as const);
}

/** The first `count` numbers of an output that comes in chunks. */
export function chunksOf(outputs: Tensors, name: string, chunks: number, count: number): Float32Array {
  const all = new Float32Array(count);
  for (let chunk = 0, at = 0; chunk < chunks && at < count; chunk++) {
    const part = outputs[`${name}.${chunk}`]?.data as Float32Array;
    all.set(part.subarray(0, count - at), at);
    at += part.length;
  }
  return all;
}

/** Opens something when it is first asked for. */
export function openWhenAsked<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}

/** What a user can do about an error of the native library, in one line. */
export function sentenceOf(error: unknown, device: string): string {
  const said = error instanceof Error ? error.message : String(error);
  const line = said.replace(/\s+/g, " ").trim();
  if (/Cannot find (package|module)|ERR_DLOPEN|onnxruntime_binding/.test(said))
    return `onnxruntime-node is not installed for this machine: run "npm ci" again (${line})`;
  if (device === "cuda" && /cuda|providers_shared/i.test(said))
    return "no CUDA here: run \"npm run gpu:install\" for onnxruntime's CUDA provider, with NVIDIA's driver, CUDA 12 and cuDNN 9 on this machine, or train with --device cpu";
  if (device === "webgpu" && /adapter|Vulkan|WebGPU|webgpu|device/i.test(said))
    return `no WebGPU device here: install a Vulkan loader and driver ("apt install libvulkan1", and the driver of the graphics card), or train with --device cpu (${line.replace(/^.*Failed to/, "failed to")})`;
  return line;
}
