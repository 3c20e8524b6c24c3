// npx zx scripts/bench/train.ts
// Training steps of onnxruntime against PyTorch (Debian's python3-torch, or another by --python), each in a process of its own with the
// same weights and tokens, in paired rounds: full examples, and learners' texts, which PyTorch's loop pads and ours packs. Losses, peaks.
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
    only: z.enum(["d256", "gpt2", "merlin"]).optional().describe("d 256 with 4 layers, GPT-2 small, learners' texts"),
    rounds: z.number().int().positive().default(5).describe("paired rounds"),
    threads: z.number().int().positive().default(2).describe("threads of each"),
    dropout: z.number().min(0).max(0.9).default(0).describe("dropout"),
    python: z.string().default("/usr/bin/python3").describe("a Python with PyTorch"),
    device: z.enum(["cpu", "webgpu"]).default("cpu").describe("ours only"),
  },
});
const D256 = { vocab: 8192, context: 256, width: 256, layers: 4, heads: 4 };
const MERLIN = { ...D256, vocab: 50_264 }; // GPT-2's tokens and seven of infilling
const CLAIMS = {
  d256: { name: "training, d256", model: D256, batch: 8, steps: 4, unit: "tokens", limit: 1.15 },
  gpt2: { name: "training, gpt2", model: GPT2_SHAPES.gpt2, batch: 2, steps: 1, unit: "tokens", limit: 1 },
  merlin: { name: "training, MERLIN", model: MERLIN, batch: 8, steps: 4, unit: "examples", limit: 2.5 },
} as const;
const LENGTH = 256;

/** One batch of examples that fill their rows. */
function fullBatch(batch: number, vocab: number): string {
  const examples = Array.from({ length: batch }, (_, row) => {
    const places = Array.from({ length: LENGTH }, (_, at) => row * LENGTH + at);
    return { tokens: places.map((place) => (place * (31 + place)) % vocab), kinds: places.map(() => 1) };
  });
  return JSON.stringify({ means: [[1]], steps: [examples] });
}

await main(script, async ({ only, rounds, python, ...flags }, { disk, print }) => {
  const torch = await $({ nothrow: true, quiet: true })`${python} -c ${"import torch; print(torch.__version__)"}`;
  if (torch.exitCode !== 0) return print(`not compared, for ${python} has no PyTorch (apt install python3-torch)`);
  const alternative = `PyTorch ${torch.stdout.trim()}`;
  const claims = bench.openClaims(print);
  for (const which of only ? [only] : (["d256", "gpt2", "merlin"] as const)) {
    const { name, model, batch, steps, unit, limit } = CLAIMS[which];
    const [weights, batches] = [`results/.bench/train-${which}`, `results/.bench/train-${which}.json`];
    const read = async (tensor: string) => (await initialWeights(model, 1).tensor(tensor)) ?? new Float32Array();
    await exportModel(disk, weights, { model, dropout: flags.dropout }, { read });
    if (which !== "merlin") await disk.write(batches, fullBatch(batch, model.vocab));
    else print(`${await $({ quiet: true })`npx zx scripts/bench/train-batches.ts --out ${batches}`}`.trim());
    const work = JSON.stringify({ ...flags, weights, batches, model, length: LENGTH });
    using ours = bench.toldChild(process.execPath, "scripts/bench/train-child.ts", "--work", work);
    using other = bench.toldChild(python, "scripts/bench/train-torch.py", work);
    const contest = { ours: () => ours.tell(`${steps}`), alternative: () => other.tell(`${steps}`) };
    const paired = await bench.pairedRounds(contest, realClock, rounds);
    const amount = steps * batch * (unit === "tokens" ? LENGTH : 1);
    claims.addPaired({ name, alternative, unit, limit }, amount, paired);
    const [[loss = 0, peak], [otherLoss = Number.NaN, otherPeak]] = [ours.numbers(), other.numbers()];
    print(`${name}: peaks ${peak} MB and ${otherPeak} MB`);
    const apart = { value: Math.abs(loss - otherLoss) * 1e6, unit: "millionths of a nat", wanted: "at most" } as const;
    claims.add({ ...apart, name: `${name}, losses apart`, limit: 1000, binding: flags.dropout === 0 });
  }
  claims.end();
});
