import { nodeDisk } from "corrigenda/files";
import { openOrt } from "corrigenda/train";
import { expect, test } from "vitest";
import { sourceOf, tinyOptions, tinyState } from "./tiny.ts";

const model = { vocab: 5, context: 4, width: 4, layers: 1, heads: 1 };
const options = tinyOptions(model);
const from = sourceOf(tinyState(model));
const provider = "node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_shared.so";
const installed = (await nodeDisk(".").size(provider)) !== undefined;
if (installed) console.warn(`left out: CUDA's provider is here (${provider})`);

const cases = [
  { device: "webgpu", line: /^StudyError: no WebGPU device here: install .*, or train with --device cpu/ },
  { device: "cuda", line: /^StudyError: no CUDA here: run "npm run gpu:install" .*, or train with --device cpu/ },
] as const;

test.each(cases.filter(({ device }) => device !== "cuda" || !installed))(
  "a machine without $device is told in one line what to install, and nothing else is used instead",
  async ({ device, line }) => {
    process.env.VK_ICD_FILENAMES = "/nowhere.json";
    const error: unknown = await openOrt(options, { device }, from).catch((error: unknown) => error);
    expect(String(error)).toMatch(line);
    expect(String(error)).not.toContain("\n");
  },
);
