import { MULTIPLIERS } from "./dropout.ts";
import { ADAM } from "./step.ts";
import {
  addF64,
  addI32,
  type Code,
  f32,
  get,
  i32,
  lessU,
  load,
  repeat,
  set,
  simd,
  store,
  type WasmFunction,
  wasmModule,
} from "./wasm-module.ts";

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** By pages of 64 KiB; what was seen through the old buffer is gone. */
  grow(pages: number): number;
}

/** The part of the platform's WebAssembly that is used here; the types for Node leave it to those of browsers. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Loops over memory that onnxruntime writes and reads too. Addresses and lengths in bytes, divisible by 16, not 0. */
export interface Kernels {
  readonly memory: WasmMemory;
  /** Makes the memory at least so large, in bytes; at most 4 GiB. Views of it are lost where it grows. */
  reach(bytes: number): void;
  /** to += from */
  add(to: number, from: number, bytes: number): void;
  /** In 64 bits. */
  sumSquares(from: number, bytes: number): number;
  adamw(
    p: number,
    m: number,
    v: number,
    g: number,
    bytes: number,
    factor: number,
    stepSize: number,
    rootCorrection: number,
    keep: number,
  ): void;
  /** As `fillMask` of dropout.ts, bit for bit. */
  mask(to: number, bytes: number, first: number, second: number, threshold: number, kept: number): void;
}

/** A new instance with its own memory. */
export function openKernels(): Kernels {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;
  const module = new Module(wasmModule([ADD, SUM_SQUARES, ADAMW, MASK]));
  const kernels = new Instance(module).exports as Omit<Kernels, "reach">;
  return {
    ...kernels,
    reach: (bytes) => {
      const missing = bytes - kernels.memory.buffer.byteLength;
      if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE));
    },
  };
}

/** Bytes of so many numbers in whole vectors. */
export function paddedBytes(count: number): number {
  return Math.ceil(count / 4) * 16;
}

const PAGE = 2 ** 16;

const addF = (a: Code, b: Code): Code => simd(0xe4, [a, b]);
const subF = (a: Code, b: Code): Code => simd(0xe5, [a, b]);
const mulF = (a: Code, b: Code): Code => simd(0xe6, [a, b]);
const divF = (a: Code, b: Code): Code => simd(0xe7, [a, b]);
const rootF = (a: Code): Code => simd(0xe3, [a]);
const allF = (x: Code): Code => simd(0x13, [x]);
const addI = (a: Code, b: Code): Code => simd(0xae, [a, b]);
const mulI = (a: Code, b: Code): Code => simd(0xb5, [a, b]);
const allI = (x: Code): Code => simd(0x11, [x]);
const xor = (a: Code, b: Code): Code => simd(0x51, [a, b]);
const shiftRight = (a: Code, by: number): Code => simd(0xad, [a, i32(by)]);
/** Moves an address on by four numbers. */
const next = (local: number): Code => set(local, addI32(get(local), i32(16)));

const ADD: WasmFunction = (() => {
  const [to, from, end] = [0, 1, 2];
  return {
    name: "add",
    parameters: ["i32", "i32", "i32"],
    body: [
      ...set(end, addI32(get(to), get(end))),
      ...repeat([store(get(to), addF(load(get(to)), load(get(from)))), next(from), next(to)], lessU(get(to), get(end))),
    ],
  };
})();

const SUM_SQUARES: WasmFunction = (() => {
  const [from, end, sum, four, two] = [0, 1, 2, 3, 4];
  const square = (half: Code): Code => [...set(two, simd(0x5f, [half])), ...simd(0xf2, [get(two), get(two)])];
  const high = simd(0x0d, [get(four), get(four)], [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
  const add = (x: Code): Code => set(sum, simd(0xf0, [get(sum), x]));
  const lane = (at: number): Code => simd(0x21, [get(sum)], [at]);
  return {
    name: "sumSquares",
    parameters: ["i32", "i32"],
    result: "f64",
    locals: ["v128", "v128", "v128"],
    body: [
      ...set(end, addI32(get(from), get(end))),
      ...repeat(
        [set(four, load(get(from))), add(square(get(four))), add(square(high)), next(from)],
        lessU(get(from), get(end)),
      ),
      ...addF64(lane(0), lane(1)),
    ],
  };
})();

const ADAMW: WasmFunction = (() => {
  const [p, m, v, g, end, factor, stepSize, rootCorrection, keep] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const { beta1, beta2, epsilon } = ADAM;
  const [gradient, first, second] = [9, 10, 11];
  const mixed = (old: number, beta: number, now: Code): Code =>
    addF(mulF(load(get(old)), allF(f32(beta))), mulF(now, allF(f32(1 - beta))));
  const root = addF(mulF(rootF(get(second)), allF(get(rootCorrection))), allF(f32(epsilon)));
  const step = divF(mulF(get(first), allF(get(stepSize))), root);
  return {
    name: "adamw",
    parameters: ["i32", "i32", "i32", "i32", "i32", "f32", "f32", "f32", "f32"],
    locals: ["v128", "v128", "v128"],
    body: [
      ...set(end, addI32(get(p), get(end))),
      ...repeat(
        [
          set(gradient, mulF(load(get(g)), allF(get(factor)))),
          set(first, mixed(m, beta1, get(gradient))),
          store(get(m), get(first)),
          set(second, mixed(v, beta2, mulF(get(gradient), get(gradient)))),
          store(get(v), get(second)),
          store(get(p), subF(mulF(load(get(p)), allF(get(keep))), step)),
          ...[m, v, g, p].map(next),
        ],
        lessU(get(p), get(end)),
      ),
    ],
  };
})();

const MASK: WasmFunction = (() => {
  const [to, end, first, second, threshold, kept, index, x] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [spread, one, other] = MULTIPLIERS;
  const mixed = (by: number, times: number): Code => mulI(xor(get(x), shiftRight(get(x), by)), allI(i32(times)));
  const lanes = [0, 1, 2, 3].flatMap((lane) => [lane, 0, 0, 0]);
  const isKept = simd(0x40, [shiftRight(get(x), 8), allI(get(threshold))]); // i32x4.ge_u
  return {
    name: "mask",
    parameters: ["i32", "i32", "i32", "i32", "i32", "f32"],
    locals: ["v128", "v128"],
    body: [
      ...set(end, addI32(get(to), get(end))),
      ...set(index, simd(0x0c, [], lanes)),
      ...repeat(
        [
          set(x, addI(mulI(get(index), allI(i32(spread))), allI(get(first)))),
          set(x, mixed(16, one)),
          set(x, addI(mixed(15, other), allI(get(second)))),
          set(x, mixed(16, one)),
          set(x, mixed(15, other)),
          set(x, xor(get(x), shiftRight(get(x), 16))),
          store(get(to), simd(0x4e, [isKept, allF(get(kept))])), // v128.and
          set(index, addI(get(index), allI(i32(4)))),
          next(to),
        ],
        lessU(get(to), get(end)),
      ),
    ],
  };
})();
