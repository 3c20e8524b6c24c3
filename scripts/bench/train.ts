// npx zx scripts/bench/train.ts
// Training steps of onnxruntime against PyTorch (Debian's python3-torch, or another by --python), each in a process of its
// own with the same shapes, in paired rounds: tokens a second, and the peaks. With --lengths, examples of those lengths:
// the loop in PyTorch pads them to the longest allowed, ours packs them.
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import * as bench from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { realClock } from "corrigenda/time";
import { exportModel, GPT2_SHAPES, initialWeights } from "corrigenda/train";
import { z } from "zod";
import { $ } from "zx";

const script = defineScript({
  name: "scripts/bench/train.ts",
  summary: "Training steps against PyTorch's.",
  flags: {
    size: z.enum(["d256", "gpt2", "both"]).default("both").describe("the model: d 256 with 4 layers, GPT-2 small"),
    rounds: z.number().int().positive().default(5).describe("paired rounds"),
    threads: z.number().int().positive().default(2).describe("threads of each"),
    dropout: z.number().min(0).max(0.9).default(0).describe("dropout"),
    lengths: z.string().default("").describe("lengths of a batch's examples, by commas: 80,120,256,…"),
    python: z.string().default("/usr/bin/python3").describe("a Python with PyTorch"),
    device: z.enum(["cpu", "webgpu"]).default("cpu").describe("ours only"),
  },
});
const SIZES = {
  d256: { model: { vocab: 8192, context: 256, width: 256, layers: 4, heads: 4 }, batch: 8, steps: 4, limit: 1.15 },
  gpt2: { model: GPT2_SHAPES.gpt2, batch: 2, steps: 1, limit: 1 },
} as const;
const LENGTH = 256;
/** A process that is told by lines how many steps to make. */
function lineDriven(program: string, args: readonly string[], steps: number) {
  const child = $({ quiet: true, nothrow: true })`${program} ${args}`;
  const lines = createInterface({ input: child.stdout });
  const ended = child.then(({ stderr }) => Promise.reject(new Error(stderr)));
  let last = { loss: 0, peak: 0 };
  const run = async (): Promise<void> => {
    child.stdin.write(`${steps}\n`);
    const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
    const [loss = 0, peak = 0] = line.split(" ").map(Number);
    last = { loss, peak };
  };
  ended.catch(() => undefined); // also when the process ends after its last round
  return { run, last: () => last, end: () => child.stdin.end() };
}

await main(script, async ({ size, rounds, lengths, python, ...flags }, { disk, print }) => {
  const torch = await $({ nothrow: true, quiet: true })`${python} -c ${"import torch; print(torch.__version__)"}`;
  const claims = bench.openClaims(print);
  for (const which of size === "both" ? (["d256", "gpt2"] as const) : [size]) {
    const [{ model, batch, steps, limit }, name] = [SIZES[which], `training, ${which}`];
    const weights = `results/.bench/train-${which}`;
    const read = async (tensor: string) => (await initialWeights(model, 1).tensor(tensor)) ?? new Float32Array();
    await exportModel(disk, weights, { model, dropout: flags.dropout }, { read });
    const own = lengths ? lengths.split(",").map(Number) : Array<number>(batch).fill(LENGTH);
    const work = JSON.stringify({ ...flags, weights, model, length: LENGTH, lengths: own });
    const amount = steps * own.reduce((sum, one) => sum + one, 0);
    const ours = lineDriven(process.execPath, ["scripts/bench/train-child.ts", "--work", work], steps);
    if (torch.exitCode === 0) {
      const other = lineDriven(python, ["scripts/bench/train-torch.py", work], steps);
      const paired = await bench.pairedRounds({ ours: ours.run, alternative: other.run }, realClock, rounds);
      const alternative = `PyTorch ${torch.stdout.trim()}`;
      claims.addPaired({ name, alternative, unit: "tokens", limit }, amount, paired);
      print(`${name}: peaks ${ours.last().peak} MB and ${other.last().peak} MB`);
      const value = Math.abs(ours.last().loss - other.last().loss) * 1e6;
      const apart = { name: `${name}, losses apart`, value, unit: "millionths of a nat", wanted: "at most" } as const;
      claims.add({ ...apart, limit: 1000, binding: flags.dropout === 0 });
      other.end();
    } else {
      await ours.run();
      const speed = amount / (await bench.medianSeconds(ours.run, realClock, rounds));
      print(`${name}: ${speed.toFixed(0)} tokens/s, peak ${ours.last().peak} MB`);
      print(`${name}: not compared, for ${python} has no PyTorch (apt install python3-torch)`);
    }
    ours.end();
  }
  claims.end();
});
