import { openOrt } from "corrigenda/train";
import { expect, test } from "vitest";
import { sourceOf, tinyOptions, tinyState } from "./tiny.ts";

const model = { vocab: 5, context: 4, width: 4, layers: 1, heads: 1 };
const options = tinyOptions(model);
const from = sourceOf(tinyState(model));

test("a machine without a driver is told in one line what to install, and nothing else is used instead", async () => {
  process.env.VK_ICD_FILENAMES = "/nowhere.json";
  const error: unknown = await openOrt(options, { device: "webgpu" }, from).catch((error: unknown) => error);
  expect(String(error)).toMatch(/^StudyError: no WebGPU device here: install .*, or train with --device cpu/);
  expect(String(error)).not.toContain("\n");
});
