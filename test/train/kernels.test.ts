import { expect, test } from "vitest";
import { fillMask, thresholdOf } from "../../lib/train/dropout.ts";
import { openKernels } from "../../lib/train/kernels.ts";

const n = 1028;
const kernels = openKernels();
kernels.reach(5 * n * 4);
const view = (at: number) => new Float32Array(kernels.memory.buffer, at * n * 4, n);
const bytes = n * 4;

test("masks are those of the plain loop, bit for bit", () => {
  const plain = new Float32Array(n);
  fillMask(plain, [0xdeadbeef, 12345], 0.1);
  kernels.mask(0, bytes, 0xdeadbeef, 12345, thresholdOf(0.1), Math.fround(1 / 0.9));
  expect(view(0)).toEqual(plain);
});

test("sums and squares are those of plain loops", () => {
  for (const at of [1, 2]) for (let i = 0; i < n; i++) view(at)[i] = Math.sin(i * at);
  const plain = view(1).map((x, i) => x + (view(2)[i] as number));
  kernels.add(bytes, 2 * bytes, bytes);
  expect(view(1)).toEqual(plain);
  expect(kernels.sumSquares(bytes, bytes)).toBeCloseTo(
    plain.reduce((sum, x) => sum + x * x, 0),
    9,
  );
});

test("AdamW moves as its published formula says (Loshchilov & Hutter 2019, algorithm 2; 1e-6)", () => {
  for (let at = 0; at < 4; at++) for (let i = 0; i < n; i++) view(at)[i] = at === 2 ? i / n : Math.cos(i + at);
  const [w, m, v, g] = [0, 1, 2, 3].map((at) => Float64Array.from(view(at))) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [factor, rate, step, decay] = [0.5, 0.01, 3, 0.1];
  kernels.adamw(
    0,
    bytes,
    2 * bytes,
    3 * bytes,
    bytes,
    factor,
    rate / (1 - 0.9 ** step),
    1 / Math.sqrt(1 - 0.999 ** step),
    1 - rate * decay,
  );
  for (let i = 0; i < n; i++) {
    const gradient = (g[i] as number) * factor;
    const first = 0.9 * (m[i] as number) + 0.1 * gradient;
    const second = 0.999 * (v[i] as number) + 0.001 * gradient ** 2;
    const moved = first / (1 - 0.9 ** step) / (Math.sqrt(second / (1 - 0.999 ** step)) + 1e-8);
    const wanted = (w[i] as number) * (1 - rate * decay) - rate * moved;
    expect(Math.abs((view(0)[i] as number) - wanted)).toBeLessThan(1e-6);
    expect(Math.abs((view(1)[i] as number) - first)).toBeLessThan(1e-6);
    expect(Math.abs((view(2)[i] as number) - second)).toBeLessThan(1e-6);
  }
});
