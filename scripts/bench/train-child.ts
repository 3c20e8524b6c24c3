// npx zx scripts/bench/train-child.ts --work JSON
// Started by scripts/bench/train.ts: makes as many training steps as each line of its input says, and answers with the
// last loss and the peak of this process in MB.
import { createInterface } from "node:readline/promises";
import { peakMb } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { chunksFor, openOrt, openWeights, packBatch } from "corrigenda/train";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/train-child.ts",
  summary: "Training steps for scripts/bench/train.ts.",
  flags: { work: z.string().describe("JSON: weights, length, lengths, threads, dropout, device") },
});
const size = z.number().int().positive();
const Work = z.object({
  weights: z.string(),
  length: size,
  lengths: z.array(size),
  threads: size,
  dropout: z.number(),
  device: z.enum(["cpu", "webgpu"]),
});

await main(script, async ({ work }, { disk, print }) => {
  const { weights, length, lengths, threads, dropout, device } = Work.parse(JSON.parse(work));
  const { model, tensor } = await openWeights(disk, weights);
  const options = { model, dropout, seed: 1, clip: 1, chunks: chunksFor(model, length * lengths.length) };
  const executor = await openOrt(options, { device, threads }, tensor);
  const examples = lengths.map((own, row) => {
    const tokens = Array.from(
      { length: own },
      (_, at) => ((row * length + at) * (31 + row * length + at)) % model.vocab,
    );
    return { tokens, kinds: tokens.map(() => 1) };
  });
  const batch = packBatch(examples, { context: length, width: model.width, means: [[1]] });
  let step = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    let loss = 0;
    for (let left = Number(line); left > 0; left--) {
      const { nll } = await executor.step([batch], { step: ++step, rate: 5e-5, weightDecay: 0 });
      loss = nll[0]?.reduce((sum, one) => sum + one / batch.targets.length, 0) ?? 0;
    }
    print(`${loss} ${Math.round(await peakMb())}`);
  }
  await executor.dispose();
});
