import { elements } from "./dim.ts";
import { type Kernels, openKernels } from "./kernels.ts";
import type { Parameter } from "./model.ts";

/** Parameters that share one WebAssembly memory, which ends at 4 GiB: five tensors of the model's size must fit. */
export interface Shard {
  readonly kernels: Kernels;
  /** Bytes of each of the five parts. */
  readonly bytes: number;
  /** Where each part starts: parameters, the two moving averages, gradients, gradients of a further batch. */
  readonly at: Parts;
  readonly tensors: readonly Held[];
  /** Makes room for the gradients of a further batch. */
  stage(): void;
}

export interface Parts {
  readonly p: number;
  readonly m: number;
  readonly v: number;
  readonly g: number;
  readonly staged: number;
}

/** A parameter and its place in each part. */
export interface Held extends Parameter {
  readonly shard: Shard;
  readonly at: Parts;
  /** Of one part, padded to whole vectors. */
  readonly bytes: number;
}

const [PARTS, MOST] = [5, 2 ** 32 - 2 ** 16];

/** Places the parameters in as few memories as they need, in their order. */
export function shardsOf(parameters: readonly Parameter[]): readonly Shard[] {
  const groups: { bytes: number; readonly members: Parameter[] }[] = [];
  for (const one of parameters) {
    const bytes = paddedBytes(elements(one.shape));
    const last = groups.at(-1);
    if (last && (last.bytes + bytes) * PARTS <= MOST) {
      last.bytes += bytes;
      last.members.push(one);
    } else groups.push({ bytes, members: [one] });
  }
  return groups.map(({ bytes, members }) => shard(bytes, members));
}

/** Vectors hold four numbers. */
export function paddedBytes(count: number): number {
  return Math.ceil(count / 4) * 16;
}

function shard(bytes: number, members: readonly Parameter[]): Shard {
  const kernels = openKernels(bytes * (PARTS - 1));
  const from = (start: number): Parts => ({
    p: start,
    m: start + bytes,
    v: start + 2 * bytes,
    g: start + 3 * bytes,
    staged: start + 4 * bytes,
  });
  const tensors: Held[] = [];
  const own: Shard = {
    kernels,
    bytes,
    at: from(0),
    tensors,
    stage: () => {
      const missing = bytes * PARTS - kernels.memory.buffer.byteLength;
      if (missing > 0) kernels.memory.grow(Math.ceil(missing / 65536));
    },
  };
  let start = 0;
  for (const one of members) {
    const size = paddedBytes(elements(one.shape));
    tensors.push({ ...one, shard: own, at: from(start), bytes: size });
    start += size;
  }
  return own;
}
