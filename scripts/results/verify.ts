// npx zx scripts/results/verify.ts whyfix/0622-1458
// Recomputes every hash of a run: outputs, inputs, configs, the chain of manifests. Writes nothing; exits 1 on a mismatch.
import { defineScript, main, table } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { collect, nodeDisk } from "corrigenda/files";
import { runName, stagesOf, verifyRun } from "corrigenda/results";
import { z } from "zod";

const script = defineScript({
  name: "scripts/results/verify.ts",
  summary: "Recomputes every hash of a run and lists what does not fit.",
  positionals: { run: z.string().describe("<study>/<run>") },
  flags: { results: z.string().default("results").describe("folder of all results") },
  examples: ["npx zx scripts/results/verify.ts whyfix/0622-1458"],
});

await main(script, async ({ run, results }, { disk, print }) => {
  const name = runName(run);
  const root = nodeDisk(disk.resolve(results));
  const mismatches = await collect(verifyRun({ ...name, root, repository: disk }));
  if (mismatches.length === 0) {
    const stages = (await collect(stagesOf(root, name))).filter(({ state }) => state !== "fresh");
    print(`${run}: every hash holds (stages: ${stages.length})`);
    return;
  }
  print(table(mismatches.map(({ stage, cause, path, detail }) => ({ stage, cause, path, detail }))));
  throw new StudyError(
    "stage",
    `${run} is not what its manifests say (mismatches: ${mismatches.length}); run the stages named above again`,
  );
});
