// npx zx scripts/bench/train-batches.ts --out results/.bench/train-merlin.json
// Started by scripts/bench/train.ts: learner texts, masked, as tokens, in the batches that the training loop would draw.
import { defineScript, main } from "corrigenda/cli";
import { merlin } from "corrigenda/dataset";
import * as ilm from "corrigenda/ilm";
import { loadTokenizer } from "corrigenda/text";
import { documentOrder } from "corrigenda/train";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/train-batches.ts",
  summary: "Batches of MERLIN's examples for scripts/bench/train.ts.",
  flags: {
    out: z.string().describe("JSON: kinds of each mean of the loss, and batches of examples"),
    batches: z.number().int().positive().default(24).describe("how many, each of 8 examples"),
    length: z.number().int().positive().default(256).describe("tokens of an example at most"),
  },
});
/** All of MERLIN where it lies beside the repository, else the bundled part. */
const FILES = ["../shared/data/learner/merlin.jsonl", "data/sample/ilm/merlin-de.jsonl"] as const;
const [SEED, BATCH] = [0, 8];

await main(script, async ({ out, batches, length }, { disk, print }) => {
  const file = (await disk.size(FILES[0])) === undefined ? FILES[1] : FILES[0];
  const mask = ilm.maskClass("ilm.mask.hierarchical.MaskHierarchical");
  const tally: ilm.MaskTally = { retries: new Map(), dropped: new Map() };
  const masked: ilm.MaskedDocument[] = [];
  for await (const row of merlin.rows({ file, bytes: disk.read(file) })) {
    const clean = row.ok ? ilm.cleanText(row.row.text) : undefined;
    if (!clean?.ok) continue;
    const chance = ilm.documentChance(SEED, masked.length);
    masked.push(ilm.maskDocument(clean.text, mask, chance, ilm.SOURCE_LIMITS, tally));
  }
  const tokens = ilm.infillTokens(mask.types);
  const setup = { task: "ilm", length, tokens, tokenizer: await loadTokenizer("r50k_base") } as const;
  const header = { documents: masked.length } as ilm.ExamplesHeader;
  const document = async (number: number) => masked[number] as ilm.MaskedDocument;
  const training = ilm.trainingDocuments({ header, document }, setup, { seed: SEED });
  const at = documentOrder(training.size, SEED);
  const steps: { tokens: number[]; kinds: number[] }[][] = [];
  for (let batch = 0; batch < batches; batch++) {
    const examples = [];
    for (let one = 0; one < BATCH; one++) {
      const place = at(batch * BATCH + one);
      const example = await training.example(place.document, place.epoch);
      examples.push({ tokens: Array.from(example.tokens), kinds: Array.from(example.kinds) });
    }
    steps.push(examples);
  }
  const settings = { seed: SEED, batch: BATCH, accumulate: 1, length, rate: 5e-5, evaluateSteps: 1 };
  const { means } = ilm.trainPlanOf(settings, { steps: batches });
  await disk.write(out, JSON.stringify({ means, steps }));
  const used = steps.flat().reduce((sum, example) => sum + example.tokens.length, 0);
  print(`${file}: ${batches * BATCH} examples of ${(used / batches / BATCH).toFixed(0)} tokens on average`);
});
