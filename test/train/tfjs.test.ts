import { nodeDisk } from "corrigenda/files";
import { openRef, openTfjs } from "corrigenda/train";
import { expect, test } from "vitest";
import { lossOf, pack, readAll, seen, sourceOf, tinyOptions, tinyState, torchGolden, worst } from "./tiny.ts";

const golden = await torchGolden();
const { model } = golden;
const whole = pack(golden, golden.examples);
const parts = [pack(golden, golden.examples.slice(0, 2)), pack(golden, golden.examples.slice(2))];
const from = sourceOf(tinyState(model));

/** TensorFlow's native library is for the user to install; docs/ilm.md says how. */
const installed = (await nodeDisk(".").size("node_modules/@tensorflow/tfjs-node-gpu/package.json")) !== undefined;
const backends = ["cpu", ...(installed ? (["tensorflow"] as const) : [])] as const;

test.each(backends)(
  "tfjs on %s has PyTorch's loss and norm, and trains as the oracle does (1e-4 relative)",
  async (on) => {
    const start = await openTfjs(tinyOptions(model, { clip: 1e9 }), on, from);
    const { nll, norm } = await start.step([whole], { step: 1, rate: 0, weightDecay: 0 });
    expect(lossOf(whole, nll[0] as Float32Array) / golden.loss).toBeCloseTo(1, 5);
    expect(norm / golden.norm).toBeCloseTo(1, 5);
    const options = tinyOptions(model, { dropout: 0.2 });
    const [tfjs, ref] = [await openTfjs(options, on, from), await openRef(options, from)];
    for (let step = 1; step <= 3; step++) {
      const update = { step, rate: 0.01, weightDecay: 0.1 };
      const [mine, wanted] = [await tfjs.step(parts, update), await ref.step(parts, update)];
      expect(mine.norm / wanted.norm).toBeCloseTo(1, 4);
    }
    for (const prefix of ["", "m.", "v."]) {
      const [mine, wanted] = [await readAll(tfjs, model, prefix), await readAll(ref, model, prefix)];
      expect(worst(seen(mine), Object.fromEntries(seen(wanted)))).toBeLessThan(1e-4);
    }
    const [nlls, guesses] = [await tfjs.evaluate(whole), await tfjs.predict(whole)];
    expect(worst(new Map([["nll", nlls]]), { nll: await ref.evaluate(whole) })).toBeLessThan(1e-4);
    expect(worst(new Map([["guess", guesses]]), { guess: await ref.predict(whole) })).toBeLessThan(1e-4);
    await tfjs.dispose();
  },
);

test("steps leave no tensors behind", async () => {
  const { memory } = await import("@tensorflow/tfjs-core");
  const tfjs = await openTfjs(tinyOptions(model, { dropout: 0.2 }), "cpu", from);
  const before = memory().numTensors;
  await tfjs.step(parts, { step: 1, rate: 0.01, weightDecay: 0 });
  await tfjs.evaluate(whole);
  expect(memory().numTensors).toBe(before);
  await tfjs.dispose();
  expect(memory().numTensors).toBe(before - 3 * 28);
});

const missing = [
  ["tensorflow", "@tensorflow/tfjs-node-gpu@4.22.0"],
  ["webgpu", "webgpu @tensorflow/tfjs-backend-webgpu"],
] as const;

test.each(missing.filter(([backend]) => backend !== "tensorflow" || !installed))(
  "without %s's packages one line says what to install, and nothing else is used instead",
  async (backend, packages) => {
    const error: unknown = await openTfjs(tinyOptions(model), backend, from).catch((error: unknown) => error);
    expect(String(error)).toMatch(/^StudyError: tfjs cannot use/);
    expect(String(error)).toContain(packages);
    expect(String(error)).not.toContain("\n");
  },
);
