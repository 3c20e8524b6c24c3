import { type Executor, type ExecutorOptions, initialWeights, openOrt, openRef } from "corrigenda/train";
import { afterAll, describe, expect, test } from "vitest";
import {
  gradientsFrom,
  lossOf,
  pack,
  readAll,
  seen,
  sourceOf,
  type Tensors,
  tinyOptions,
  tinyState,
  torchGolden,
  worst,
} from "./tiny.ts";

const golden = await torchGolden();
const { model } = golden;
const whole = pack(golden, golden.examples);
const parts = [pack(golden, golden.examples.slice(0, 2)), pack(golden, golden.examples.slice(2))];
const opened: Executor[] = [];
afterAll(() => Promise.all(opened.map((one) => one.dispose())));

async function open(options: ExecutorOptions, tensors: Tensors = tinyState(model)): Promise<Executor> {
  const executor = await openOrt(options, { device: "cpu", threads: 1 }, sourceOf(tensors));
  opened.push(executor);
  return executor;
}

const record = (tensors: Tensors): Record<string, Float32Array> => Object.fromEntries(tensors);
const asTensors = (values: Readonly<Record<string, readonly number[]>>): Tensors =>
  new Map(Object.entries(values).map(([name, data]) => [name, Float32Array.from(data)]));

describe("onnxruntime on the processor", () => {
  test("has PyTorch's loss and gradients (1e-5 relative)", async () => {
    const ort = await open(tinyOptions(model, { clip: 1e9 }));
    const { nll, norm } = await ort.step([whole], { step: 1, rate: 0, weightDecay: 0 });
    expect(lossOf(whole, nll[0] as Float32Array) / golden.loss).toBeCloseTo(1, 5);
    expect(norm / golden.norm).toBeCloseTo(1, 5);
    expect(worst(await gradientsFrom(ort, model), golden.gradients)).toBeLessThan(1e-5);
  });

  test("trains as PyTorch does: clipping, decay, accumulation, five steps of AdamW (1e-4 relative)", async () => {
    const ort = await open(tinyOptions(model));
    for (const [at, wanted] of golden.steps.losses.entries()) {
      const update = { step: at + 1, rate: 0.01 * (1 - at / 10), weightDecay: 0.1 };
      const { nll, norm } = await ort.step(parts, update);
      const loss = parts.reduce((sum, part, i) => sum + lossOf(part, nll[i] as Float32Array) / 2, 0);
      expect(loss / wanted).toBeCloseTo(1, 4);
      expect(norm / (golden.steps.norms[at] as number)).toBeCloseTo(1, 4);
    }
    expect(worst(seen(await readAll(ort, model)), record(seen(asTensors(golden.steps.after))))).toBeLessThan(1e-4);
  });

  test("agrees with the oracle under dropout, for any number of chunks (1e-4 relative)", async () => {
    for (const chunks of [1, 5]) {
      const options = tinyOptions(model, { dropout: 0.3, chunks });
      const [ort, ref] = [await open(options), await openRef(options, sourceOf(tinyState(model)))];
      for (let step = 1; step <= 3; step++) {
        const update = { step, rate: 0.01, weightDecay: 0.1 };
        const [mine, wanted] = [await ort.step(parts, update), await ref.step(parts, update)];
        expect(mine.norm / wanted.norm).toBeCloseTo(1, 4);
      }
      for (const prefix of ["", "m.", "v."])
        expect(
          worst(seen(await readAll(ort, model, prefix)), record(seen(await readAll(ref, model, prefix)))),
        ).toBeLessThan(1e-4);
      const [mine, wanted] = [await ort.evaluate(whole), await ref.evaluate(whole)];
      expect(worst(new Map([["nll", mine]]), { nll: wanted })).toBeLessThan(1e-4);
      const [guess, right] = [await ort.predict(whole), await ref.predict(whole)];
      expect(worst(new Map([["guess", guess]]), { guess: right })).toBeLessThan(1e-4);
    }
  });

  test("predicts distributions that give the losses", async () => {
    const ort = await open(tinyOptions(model));
    const [guess, nll] = [await ort.predict(whole), await ort.evaluate(whole)];
    expect(guess).toHaveLength(whole.targets.length * model.vocab);
    for (const [at, label] of whole.labels.entries()) {
      const row = guess.subarray(at * model.vocab, (at + 1) * model.vocab);
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
      expect(-Math.log(row[label] as number)).toBeCloseTo(nll[at] as number, 5);
    }
  });

  // In onnxruntime 1.30 ScatterND with "add" loses sums where two threads meet at one row: the trainer must not use it.
  test("has the same bits with two threads as with one, however often a token repeats", async () => {
    const wide = { vocab: 64, context: 200, width: 256, layers: 1, heads: 4 };
    const examples = Array.from({ length: 8 }, (_, row) => {
      const tokens = Array.from({ length: 200 }, (_, at) => (row + at * at) % 5);
      return { tokens, kinds: tokens.map(() => 1) };
    });
    const batch = pack({ model: wide, means: [[1]] }, examples);
    const found: Tensors[] = [];
    for (const threads of [1, 2, 2]) {
      const from = initialWeights(wide, 1).tensor;
      const executor = await openOrt(tinyOptions(wide, { dropout: 0.1 }), { device: "cpu", threads }, from);
      opened.push(executor);
      await executor.step([batch], { step: 1, rate: 0.01, weightDecay: 0 });
      found.push(await readAll(executor, wide, "m."));
    }
    // As a number: the difference of two large arrays takes minutes to print.
    for (const other of found.slice(1)) expect(worst(other, record(found[0] as Tensors))).toBe(0);
  });

  test("changes nothing when the gradient is not a number", async () => {
    const state = tinyState(model);
    (state.get("wte.weight") as Float32Array)[8] = Number.NaN;
    const ort = await open(tinyOptions(model), state);
    expect((await ort.step([whole], { step: 1, rate: 0.1, weightDecay: 0 })).norm).toBeNaN();
    expect(await readAll(ort, model)).toEqual(state);
  });

  test("a state of another size is refused by the tensor's name", async () => {
    const state = new Map(tinyState(model)).set("wpe.weight", new Float32Array(3));
    await expect(open(tinyOptions(model), state)).rejects.toThrow(
      "wpe.weight should be [8, 8], but there is 3 numbers",
    );
  });
});
