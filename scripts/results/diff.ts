// npx zx scripts/results/diff.ts whyfix/0622-1458 whyfix/0622-1459
// Says why two runs differ: config, input, prompt, seed, code, environment, model, outputs, metrics. Writes nothing.
import { defineScript, main, table } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { briefly, compareRuns, readRun, runName } from "corrigenda/results";
import { z } from "zod";

const script = defineScript({
  name: "scripts/results/diff.ts",
  summary: "Says why two runs differ, causes before effects. Exits 0 also where they do.",
  positionals: { a: z.string().describe("<study>/<run>"), b: z.string().describe("<study>/<run>") },
  flags: { results: z.string().default("results").describe("folder of all results") },
  examples: ["npx zx scripts/results/diff.ts whyfix/0622-1458 whyfix/0622-1459"],
});

await main(script, async ({ a, b, results }, { disk, print }) => {
  const root = nodeDisk(disk.resolve(results));
  const differences = compareRuns(await readRun(root, runName(a)), await readRun(root, runName(b)));
  if (differences.length === 0) {
    print(`${a} and ${b} have the same config, inputs, code, outputs and metrics`);
    return;
  }
  print(
    table(
      differences.map(({ cause, stage, key, ...values }) => ({
        cause,
        stage,
        key,
        [a]: briefly(values.a),
        [b]: briefly(values.b),
      })),
    ),
  );
});
