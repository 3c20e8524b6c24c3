// npx zx scripts/bench/train.ts
// Training steps of onnxruntime against PyTorch (Debian's python3-torch, or another by --python), each in a process of its
// own with the same shapes, in paired rounds: tokens a second, and the peaks. With --lengths, examples of those lengths:
// the loop in PyTorch pads them to the longest allowed, ours packs them.
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import * as bench from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { realClock } from "corrigenda/time";
import { GPT2_SHAPES } from "corrigenda/train";
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
  let last = "";
  const run = async (): Promise<void> => {
    child.stdin.write(`${steps}\n`);
    [last] = (await Promise.race([
      once(lines, "line"),
      child.then(({ stderr }) => Promise.reject(new Error(stderr))),
    ])) as [string];
  };
  return { run, last: () => last.split(" ").map(Number), end: () => child.stdin.end() };
}

await main(script, async ({ size, rounds, threads, dropout, lengths, python, device }, { print }) => {
  const torch = await $({ nothrow: true, quiet: true })`${python} -c ${"import torch; print(torch.__version__)"}`;
  const claims = bench.openClaims(print);
  for (const name of size === "both" ? (["d256", "gpt2"] as const) : [size]) {
    const { model, batch, steps, limit } = SIZES[name];
    const own = lengths ? lengths.split(",").map(Number) : Array<number>(batch).fill(LENGTH);
    const work = JSON.stringify({ model, batch: own.length, length: LENGTH, lengths: own, threads, dropout, device });
    const ours = lineDriven(process.execPath, ["scripts/bench/train-child.ts", "--work", work], steps);
    const amount = steps * own.reduce((sum, one) => sum + one, 0);
    if (torch.exitCode !== 0) {
      await ours.run();
      const seconds = await bench.medianSeconds(ours.run, realClock, rounds);
      print(
        `training, ${name}: ${(amount / seconds).toFixed(0)} tokens/s, peak ${ours.last()[1]} MB; ${python} has no PyTorch (apt install python3-torch): the comparison is left out`,
      );
    } else {
      const other = lineDriven(python, ["scripts/bench/train-torch.py", work], steps);
      const paired = await bench.pairedRounds({ ours: ours.run, alternative: other.run }, realClock, rounds);
      claims.addPaired(
        { name: `training, ${name}`, alternative: `PyTorch ${torch.stdout.trim()}`, unit: "tokens", limit },
        amount,
        paired,
      );
      print(
        `training, ${name}: peaks ${ours.last()[1]} MB and ${other.last()[1]} MB; losses ${ours.last()[0]?.toFixed(3)} and ${other.last()[0]?.toFixed(3)}`,
      );
      other.end();
    }
    ours.end();
  }
  claims.end();
});
