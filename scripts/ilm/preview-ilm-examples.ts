// npx zx scripts/ilm/preview-ilm-examples.ts train --examples-dir data/char_masks/efcamdat_C1
// Prints a few masked examples: the document, its context, the answers. Of a .jsonl (ours, or Python's) the first ones.
import { defineScript, main } from "corrigenda/cli";
import { readJsonl } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { keyedRng } from "corrigenda/rng";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/preview-ilm-examples.ts",
  summary: "ilm: shows masked examples.",
  positionals: { tag: z.string().describe("name of the file (with --examples-dir), or its path") },
  flags: {
    examplesDir: z.string().optional().describe("folder of <tag>.ilm"),
    maskCls: ilm.maskFlags.maskCls.describe("of a .jsonl: whose types it has"),
    seed: z.number().int().default(0).describe("which examples"),
    maxNumPreview: z.number().int().positive().default(8).describe("documents at most"),
  },
});

await main(script, async ({ tag, examplesDir, maskCls, seed, maxNumPreview: most }, { disk, print }) => {
  const rng = keyedRng(seed, "preview");
  const show = (title: string, document: ilm.MaskedDocument, types: readonly string[]): void => {
    const { length } = document.examples;
    if (length === 0) return;
    print(title);
    for (const line of ilm.previewLines(document, rng.int(length), types)) print(line);
  };
  if (tag.endsWith(".jsonl")) {
    const { types } = ilm.maskClass(maskCls);
    for await (const { line, value } of readJsonl(disk, tag)) {
      if (line > most) break;
      show(`${tag}:${line}`, ilm.fromLine(ilm.ExamplesLine.parse(value), types), types);
    }
    return;
  }
  const examples = await ilm.openExamples(disk, examplesDir === undefined ? tag : `${examplesDir}/${tag}.ilm`);
  try {
    const { documents, types, maskClass, source } = examples.header;
    const numbers = new Set<number>();
    while (numbers.size < Math.min(most, documents)) numbers.add(rng.int(documents));
    for (const number of numbers)
      show(`document ${number} of ${documents} · ${maskClass} · ${source}`, await examples.document(number), types);
  } finally {
    await examples.close();
  }
});
