// npx zx scripts/ilm/infill.ts results/ilm/my-run/train-C1 "She ate ____ for lunch." --n 3
// Fills in the blanks of a sentence with a trained model: as many answers as asked for, the same ones for the same seed.
import { defineScript, main } from "corrigenda/cli";
import * as ilm from "corrigenda/ilm";
import { keyedRng } from "corrigenda/rng";
import { loadTokenizer } from "corrigenda/text";
import * as trainer from "corrigenda/train";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/infill.ts",
  summary: "ilm: fills in the blanks of a sentence.",
  positionals: {
    model: z.string().describe("folder of a training: results/ilm/<run>/train-C1"),
    sentence: z.string().describe("with ____ for each blank"),
  },
  flags: {
    n: z.number().int().min(1).max(1000).default(1).describe("answers"),
    type: z.string().default("ngram").describe("what is missing: word, ngram, sentence, paragraph, document"),
    nucleus: z.number().gt(0).max(1).default(0.95).describe("share of probability that is drawn from"),
    most: z.number().int().positive().default(64).describe("tokens of an answer at most"),
    seed: z.number().int().min(0).default(0).describe("what is drawn"),
    ...ilm.placeFlags,
  },
  examples: ['npx zx scripts/ilm/infill.ts results/ilm/my-run/train-C1 "She ate ____ for lunch." --n 3'],
});

await main(
  script,
  async ({ model: folder, sentence, n, type, nucleus, most, seed, ...place }, { disk, print, signal }) => {
    await using model = await ilm.openModel({ ...trainer, loadTokenizer }, disk, folder, place, 1);
    const { setup, infilling, generator, decode } = model;
    const blanks = ilm.blanksOf(sentence, type, infilling.types, setup);
    for (let one = 0; one < n; one++) {
      signal.throwIfAborted();
      const choose = ilm.nucleus(keyedRng(seed, "infill", one), nucleus);
      const [answers = []] = await ilm.generateAnswers(generator, [blanks], setup.tokens, {
        ...{ most: most * blanks.blanks, choose },
      });
      print(ilm.filledIn(sentence, answers.map(decode)));
    }
  },
);
