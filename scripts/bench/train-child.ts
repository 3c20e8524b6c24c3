// npx zx scripts/bench/train-child.ts --work JSON
// Started by scripts/bench/train.ts: makes as many training steps as each line of its input says, on the batches of a file
// in turn, and answers with the last loss and the peak of this process in MB.
import { createInterface } from "node:readline/promises";
import { peakMb } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { readText } from "corrigenda/files";
import { type Batch, chunksFor, openOrt, openWeights, packBatch } from "corrigenda/train";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/train-child.ts",
  summary: "Training steps for scripts/bench/train.ts.",
  flags: { work: z.string().describe("JSON: weights, batches, length, threads, dropout, device") },
});
const size = z.number().int().positive();
const Work = z.object({
  weights: z.string(),
  batches: z.string(),
  length: size,
  threads: size,
  dropout: z.number(),
  device: z.enum(["cpu", "webgpu"]),
});
const numbers = z.array(z.number());
const Batches = z.object({
  means: z.array(numbers),
  steps: z.array(z.array(z.object({ tokens: numbers, kinds: numbers }))),
});

await main(script, async ({ work }, { disk, print }) => {
  const { weights, batches, length, threads, dropout, device } = Work.parse(JSON.parse(work));
  const { means, steps } = Batches.parse(JSON.parse(await readText(disk, batches)));
  const { model, tensor } = await openWeights(disk, weights);
  const rows = Math.max(...steps.map((examples) => examples.length));
  const options = { model, dropout, seed: 1, clip: 1, chunks: chunksFor(model, length * rows) };
  const executor = await openOrt(options, { device, threads }, tensor);
  let step = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    let loss = 0;
    for (let left = Number(line); left > 0; left--) {
      const examples = steps[step % steps.length] ?? [];
      const batch: Batch = packBatch(examples, { context: length, width: model.width, means });
      const { nll } = await executor.step([batch], { step: ++step, rate: 5e-5, weightDecay: 0 });
      loss = nll[0]?.reduce((sum, one, at) => sum + one * (batch.weights[at] ?? 0), 0) ?? 0;
    }
    print(`${loss} ${Math.round(await peakMb())}`);
  }
  await executor.dispose();
});
