import { elements } from "./dim.ts";
import { ratesOf, type Update } from "./executor.ts";
import { type Kernels, openKernels, paddedBytes } from "./kernels.ts";
import type { Parameter } from "./model.ts";

/** The model's state in WebAssembly memory, where onnxruntime reads and writes it and the kernels update it in place. */
export interface CpuState {
  /** The numbers of each parameter in one part, as views that hold until `makeRoom` is called. */
  views(
    part: Part,
  ): readonly { readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array }[];
  /** Of "name", "m.name" or "v.name". */
  view(name: string): Float32Array;
  /** Makes room for the gradients of a further batch. */
  makeRoom(): void;
  /** Adds them to the first ones. */
  accumulate(): void;
  /** Clips and updates, where the norm is finite. @returns the norm before */
  update(update: Update, clip: number): number;
}

/** Parameters, the two moving averages, gradients, gradients of a further batch. */
export type Part = (typeof PARTS)[number];

const PARTS = ["p", "m", "v", "g", "more"] as const;
/** A WebAssembly memory ends at 4 GiB; all five parts of what it holds must fit. */
const MOST = 2 ** 32 - 2 ** 16;

/** A memory and the parameters in it. Each part takes `bytes`, one after the other. */
interface Shard {
  readonly kernels: Kernels;
  readonly bytes: number;
  readonly places: readonly Place[];
}

interface Place extends Parameter {
  /** From the start of a part, and padded to whole vectors. */
  readonly offset: number;
  readonly bytes: number;
}

/** All zeros at first. */
export function openCpuState(parameters: readonly Parameter[]): CpuState {
  const shards = groups(parameters).map(shardOf);
  const start = ({ bytes }: Shard, part: Part): number => PARTS.indexOf(part) * bytes;
  const viewOf = (shard: Shard, { offset, shape }: Place, part: Part): Float32Array =>
    new Float32Array(shard.kernels.memory.buffer, start(shard, part) + offset, elements(shape));
  const all = shards.flatMap((shard) => shard.places.map((place) => ({ shard, place })));
  const byName = new Map(all.map((one) => [one.place.name, one]));
  return {
    views: (part) =>
      all.map(({ shard, place }) => ({ name: place.name, shape: place.shape, data: viewOf(shard, place, part) })),
    view: (name) => {
      const [, moment, bare = name] = name.match(/^([mv])\.(.*)$/) ?? [];
      const one = byName.get(bare);
      if (!one) throw new RangeError(`no tensor ${name}`);
      return viewOf(one.shard, one.place, (moment as "m" | "v" | undefined) ?? "p");
    },
    makeRoom: () => {
      for (const { kernels, bytes } of shards) kernels.reach(bytes * PARTS.length);
    },
    accumulate: () => {
      for (const shard of shards) shard.kernels.add(start(shard, "g"), start(shard, "more"), shard.bytes);
    },
    update: (update, clip) => {
      const squares = shards.map((shard) => shard.kernels.sumSquares(start(shard, "g"), shard.bytes));
      const norm = Math.sqrt(squares.reduce((sum, one) => sum + one, 0));
      if (!Number.isFinite(norm)) return norm;
      const { stepSize, rootCorrection, keep } = ratesOf(update);
      const factor = Math.min(1, clip / (norm + 1e-6));
      for (const { shard, place } of all) {
        const [p, m, v, g] = PARTS.map((part) => start(shard, part) + place.offset) as [number, number, number, number];
        const kept = place.decays ? keep : 1;
        shard.kernels.adamw(p, m, v, g, place.bytes, factor, stepSize, rootCorrection, kept);
      }
      return norm;
    },
  };
}

/** In their order, as many to a memory as fit. */
function groups(parameters: readonly Parameter[]): readonly (readonly Parameter[])[] {
  const made: { bytes: number; readonly members: Parameter[] }[] = [];
  for (const one of parameters) {
    const bytes = paddedBytes(elements(one.shape));
    const last = made.at(-1);
    if (last && (last.bytes + bytes) * PARTS.length <= MOST) {
      last.bytes += bytes;
      last.members.push(one);
    } else made.push({ bytes, members: [one] });
  }
  return made.map(({ members }) => members);
}

function shardOf(members: readonly Parameter[]): Shard {
  let offset = 0;
  const places = members.map((one) => {
    const place = { ...one, offset, bytes: paddedBytes(elements(one.shape)) };
    offset += place.bytes;
    return place;
  });
  const kernels = openKernels();
  kernels.reach(offset * (PARTS.length - 1));
  return { kernels, bytes: offset, places };
}
