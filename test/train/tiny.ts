import { nodeDisk, readText } from "corrigenda/files";
import {
  type Batch,
  type Example,
  type Executor,
  type ExecutorOptions,
  type ModelShape,
  packBatch,
  parametersOf,
} from "corrigenda/train";

/** test/golden/train-torch.json says itself how it was made. */
export interface TorchGolden {
  readonly model: ModelShape;
  readonly examples: readonly Example[];
  readonly means: readonly (readonly number[])[];
  readonly loss: number;
  readonly norm: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly steps: {
    readonly losses: readonly number[];
    readonly norms: readonly number[];
    readonly after: Readonly<Record<string, readonly number[]>>;
  };
}

export async function torchGolden(): Promise<TorchGolden> {
  return JSON.parse(await readText(nodeDisk("."), "test/golden/train-torch.json")) as TorchGolden;
}

/** The parameters of the reference: base + 0.3 sin(1.7 j + 0.37 i + 0.001 i^2), base 1 for the weights of layer norms. */
export function tinyState(model: ModelShape): Tensors {
  const parameters = parametersOf(model).map(({ name, shape }, j) => {
    const base = /ln.*weight/.test(name) ? 1 : 0;
    const data = new Float32Array(shape.reduce((n, size) => n * size, 1));
    return [name, data.map((_, i) => base + 0.3 * Math.sin(1.7 * j + 0.37 * i + 0.001 * i * i))] as const;
  });
  return new Map(parameters);
}

export function tinyOptions(model: ModelShape, more: Partial<ExecutorOptions> = {}): ExecutorOptions {
  return { model, chunks: 2, dropout: 0, seed: 1, clip: 1, ...more };
}

export function pack({ model, means }: Pick<TorchGolden, "model" | "means">, examples: readonly Example[]): Batch {
  return packBatch(examples, { context: model.context, width: model.width, means });
}

/** The loss that a batch's weights ask for. */
export function lossOf(batch: Batch, nll: Float32Array): number {
  return nll.reduce((sum, one, at) => sum + one * (batch.weights[at] as number), 0);
}

/** Largest distance of two sets of tensors, each tensor relative to its own largest reference value. */
export function worst(found: Tensors, reference: Readonly<Record<string, ArrayLike<number>>>): number {
  let most = 0;
  for (const [name, tensor] of found) {
    const wanted = Array.from(reference[name] ?? []);
    if (wanted.length !== tensor.length) return Number.NaN;
    const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
    for (const [at, x] of tensor.entries()) most = Math.max(most, Math.abs(x - (wanted[at] as number)) / scale);
  }
  return most;
}

export type Tensors = ReadonlyMap<string, Float32Array>;

/** Tensors to start from. */
export function sourceOf(tensors: Tensors): (name: string) => Float32Array | undefined {
  return (name) => tensors.get(name);
}

export async function readAll(executor: Executor, model: ModelShape, prefix = ""): Promise<Tensors> {
  const found = new Map<string, Float32Array>();
  for (const { name } of parametersOf(model)) found.set(name, await executor.read(prefix + name));
  return found;
}

/**
 * Without the biases of the keys: a softmax does not see them, so their gradient is 0 but for rounding, which AdamW
 * blows up to steps of its own.
 */
export function seen(tensors: Tensors): Tensors {
  const blank = (x: number, at: number, { length }: Float32Array): number =>
    at >= length / 3 && at < (2 * length) / 3 ? 0 : x;
  return new Map([...tensors].map(([name, data]) => [name, /c_attn\.bias/.test(name) ? data.map(blank) : data]));
}

/** The gradients of one batch: after a first step without clipping, m is (1 - beta1) times the gradient. */
export async function gradientsFrom(executor: Executor, model: ModelShape): Promise<Tensors> {
  const averages = await readAll(executor, model, "m.");
  return new Map([...averages].map(([name, tensor]) => [name, tensor.map((x) => x / 0.1)]));
}
