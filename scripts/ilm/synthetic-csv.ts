// npx zx scripts/ilm/synthetic-csv.ts --out data/raw/synthetic.csv
// A made-up CSV of EFCAMDAT's shape and size (723,282 rows, about 500 MB), for tests of scale.
import { defineScript, main } from "corrigenda/cli";
import { EFCAMDAT_ROWS, syntheticCsv } from "corrigenda/ilm";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/synthetic-csv.ts",
  summary: "ilm: a synthetic CSV with EFCAMDAT's counts of levels and first languages.",
  flags: {
    out: z.string().describe("the file"),
    rows: z.number().int().positive().default(EFCAMDAT_ROWS).describe("texts; levels and languages in proportion"),
    seed: z.number().int().default(0).describe("everything that is drawn"),
  },
});

await main(script, async ({ out, rows, seed }, { disk, print, signal }) => {
  const draft = await disk.draft();
  let bytes = 0;
  try {
    for (const lines of syntheticCsv(rows, seed)) {
      signal.throwIfAborted();
      const block = Buffer.from(lines);
      bytes += block.length;
      await draft.write(block);
    }
  } catch (error) {
    await draft.discard();
    throw error;
  }
  await draft.commit(out);
  print(
    `${out}: ${rows.toLocaleString("en-US")} synthetic rows, ${(bytes / 1e6).toFixed(0)} MB; no learner wrote them`,
  );
});
