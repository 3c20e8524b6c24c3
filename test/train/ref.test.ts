import { openRef } from "corrigenda/train";
import { describe, expect, test } from "vitest";
import { maskKey, maskOf, maskPlaces } from "../../lib/train/executor.ts";
import { feedsOf } from "../../lib/train/feeds.ts";
import { runGraph } from "../../lib/train/ref.ts";
import { gradientGraph } from "../../lib/train/step.ts";
import { gradientsFrom, lossOf, pack, readAll, sourceOf, tinyOptions, tinyState, torchGolden, worst } from "./tiny.ts";

const golden = await torchGolden();
const { model } = golden;
const whole = pack(golden, golden.examples);
const noClip = tinyOptions(model, { clip: 1e9 });

/** The graph of the gradients at some parameters, in 64 bits, with dropout of 0.2. */
function atParameters(parameters: ReadonlyMap<string, Float64Array<ArrayBuffer>>) {
  const graph = gradientGraph(model, { chunks: 2, dropout: 0.2 });
  const { sizes, inputs } = feedsOf(whole, 2);
  const masks = maskPlaces(graph).map(
    ({ name, shape }) => [name, { data: maskOf(shape, sizes, maskKey(1, 1, 0, name), 0.2) }] as const,
  );
  const own = [...inputs, ...masks].map(([name, { data }]) => [name, Float64Array.from(data)] as const);
  const outputs = runGraph(graph, new Map([...parameters, ...own]), sizes);
  const nll = [...(outputs.get("nll.0") ?? []), ...(outputs.get("nll.1") ?? [])];
  return { outputs, loss: whole.weights.reduce((sum, weight, at) => sum + weight * (nll[at] as number), 0) };
}

describe("the oracle", () => {
  test("has PyTorch's loss and gradients, on packed instead of padded examples (1e-6 relative)", async () => {
    const ref = await openRef(noClip, sourceOf(tinyState(model)));
    const { nll, norm } = await ref.step([whole], { step: 1, rate: 0, weightDecay: 0 });
    expect(lossOf(whole, nll[0] as Float32Array) / golden.loss).toBeCloseTo(1, 6);
    expect(norm / golden.norm).toBeCloseTo(1, 8);
    expect(worst(await gradientsFrom(ref, model), golden.gradients)).toBeLessThan(1e-6);
  });

  test("trains as PyTorch does: clipping, decay, accumulation, five steps of AdamW (1e-5 relative)", async () => {
    const ref = await openRef(tinyOptions(model), sourceOf(tinyState(model)));
    const parts = [pack(golden, golden.examples.slice(0, 2)), pack(golden, golden.examples.slice(2))];
    for (const [at, wanted] of golden.steps.losses.entries()) {
      const update = { step: at + 1, rate: 0.01 * (1 - at / 10), weightDecay: 0.1 };
      const { nll, norm } = await ref.step(parts, update);
      const loss = parts.reduce((sum, part, i) => sum + lossOf(part, nll[i] as Float32Array) / 2, 0);
      expect([loss / wanted, norm / (golden.steps.norms[at] as number)]).toEqual([
        expect.closeTo(1, 5),
        expect.closeTo(1, 5),
      ]);
    }
    expect(worst(await readAll(ref, model), golden.steps.after)).toBeLessThan(1e-5);
  });

  test("has the gradients that central finite differences give, with dropout (1e-6 of each tensor's largest)", () => {
    const start = new Map([...tinyState(model)].map(([name, data]) => [name, Float64Array.from(data)]));
    const { outputs } = atParameters(start);
    for (const [name, data] of start) {
      const gradient = outputs.get(`d.${name}`) as Float64Array;
      const most = Math.max(...gradient.map(Math.abs));
      for (const at of [gradient.findIndex((x) => Math.abs(x) === most), data.length - 1]) {
        const moved = (by: number) => new Map(start).set(name, data.with(at, (data[at] as number) + by));
        const slope = (atParameters(moved(1e-5)).loss - atParameters(moved(-1e-5)).loss) / 2e-5;
        expect([name, at, Math.abs(slope - (gradient[at] as number)) / most]).toEqual([name, at, expect.closeTo(0, 6)]);
      }
    }
  });

  test("knows nothing at first: with a token table of zeros every loss is ln V", async () => {
    const blank = new Map(tinyState(model)).set("wte.weight", new Float32Array(model.vocab * model.width));
    const nll = await (await openRef(noClip, sourceOf(blank))).evaluate(whole);
    for (const one of nll) expect(one).toBeCloseTo(Math.log(model.vocab), 6);
  });

  test("never looks ahead, and never at a neighbour in the row", async () => {
    const ref = await openRef(noClip, sourceOf(tinyState(model)));
    const losses = async (examples: typeof golden.examples) => {
      const batch = pack(golden, examples);
      const nll = await ref.evaluate(batch);
      return golden.examples.map((_, owner) => [...nll].filter((_, at) => batch.owners[at] === owner));
    };
    const before = await losses(golden.examples);
    const [first, ...rest] = golden.examples as [(typeof golden.examples)[number]];
    const changed = await losses([{ ...first, tokens: Array.from(first.tokens).with(7, 10) }, ...rest]);
    expect(changed.slice(1)).toEqual(before.slice(1));
    expect(changed[0]?.slice(0, -1)).toEqual(before[0]?.slice(0, -1));
    expect(changed[0]?.at(-1)).not.toBe(before[0]?.at(-1));
  });

  test("changes nothing when the gradient is not a number", async () => {
    const state = tinyState(model);
    (state.get("wte.weight") as Float32Array)[8] = Number.NaN;
    const ref = await openRef(noClip, sourceOf(state));
    const { norm } = await ref.step([whole], { step: 1, rate: 0.1, weightDecay: 0 });
    expect(norm).toBeNaN();
    expect(await readAll(ref, model)).toEqual(state);
  });
});
