import { nodeDisk } from "corrigenda/files";
import { openOrt, openRef } from "corrigenda/train";
import { expect, test } from "vitest";
import { pack, readAll, seen, sourceOf, tinyOptions, tinyState, torchGolden, worst } from "../train/tiny.ts";

// A software device: SwiftShader from Debian's chromium, through Debian's Vulkan loader.
const ICD = "/usr/lib/chromium/vk_swiftshader_icd.json";
const LOADER = "/usr/lib/x86_64-linux-gnu/libvulkan.so.1";
const disk = nodeDisk("/");
const present = (await disk.size(ICD)) !== undefined && (await disk.size(LOADER)) !== undefined;
if (!present) console.warn(`skipped: ${ICD} or ${LOADER} is not here (apt install chromium libvulkan1)`);

const golden = await torchGolden();
const options = tinyOptions(golden.model, { dropout: 0.2 });
const parts = [pack(golden, golden.examples.slice(0, 2)), pack(golden, golden.examples.slice(2))];
const from = sourceOf(tinyState(golden.model));

test.skipIf(!present)("WebGPU trains as the oracle does: losses and all parameters (1e-4 relative)", async () => {
  process.env.VK_ICD_FILENAMES = ICD;
  const [gpu, ref] = [await openOrt(options, { device: "webgpu" }, from), await openRef(options, from)];
  for (let step = 1; step <= 3; step++) {
    const update = { step, rate: 0.01, weightDecay: 0.1 };
    const [mine, wanted] = [await gpu.step(parts, update), await ref.step(parts, update)];
    expect(mine.norm / wanted.norm).toBeCloseTo(1, 4);
    for (const [at, nll] of mine.nll.entries())
      expect(worst(new Map([["nll", nll]]), { nll: wanted.nll[at] as Float32Array })).toBeLessThan(1e-4);
  }
  for (const prefix of ["", "m.", "v."]) {
    const [mine, wanted] = [await readAll(gpu, golden.model, prefix), await readAll(ref, golden.model, prefix)];
    expect(worst(seen(mine), Object.fromEntries(seen(wanted)))).toBeLessThan(1e-4);
  }
  const batch = pack(golden, golden.examples);
  const [mine, wanted] = [await gpu.evaluate(batch), await ref.evaluate(batch)];
  expect(worst(new Map([["nll", mine]]), { nll: wanted })).toBeLessThan(1e-4);
  const [guess, right] = [await gpu.predict(batch), await ref.predict(batch)];
  expect(worst(new Map([["guess", guess]]), { guess: right })).toBeLessThan(1e-4);
  await gpu.dispose();
});
