// npx zx scripts/ilm/preview-ilm-examples.ts train --examples-dir data/char_masks/efcamdat_C1
// Prints a few masked examples: the document, its context, the answers.
import { defineScript, main } from "corrigenda/cli";
import * as ilm from "corrigenda/ilm";
import { keyedRng } from "corrigenda/rng";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/preview-ilm-examples.ts",
  summary: "ilm: shows masked examples.",
  positionals: { tag: z.string().describe("name of the file (with --examples-dir), or its path") },
  flags: {
    examplesDir: z.string().optional().describe("folder of <tag>.ilm"),
    seed: z.number().int().default(0).describe("which examples"),
    maxNumPreview: z.number().int().positive().default(8).describe("documents at most"),
  },
});

await main(script, async ({ tag, examplesDir, seed, maxNumPreview }, { disk, print }) => {
  const examples = await ilm.openExamples(disk, examplesDir === undefined ? tag : `${examplesDir}/${tag}.ilm`);
  try {
    const { documents, types, maskClass, source } = examples.header;
    const rng = keyedRng(seed, "preview");
    const numbers = new Set<number>();
    while (numbers.size < Math.min(maxNumPreview, documents)) numbers.add(rng.int(documents));
    for (const number of numbers) {
      const document = await examples.document(number);
      if (document.examples.length === 0) continue;
      print(`document ${number} of ${documents} · ${maskClass} · ${source}`);
      for (const line of ilm.previewLines(document, rng.int(document.examples.length), types)) print(line);
    }
  } finally {
    await examples.close();
  }
});
