// npm start
// The whyfix study on bundled learner errors, offline and without a key: four steps on two data sets, then reports.
import { defineScript, main } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import { readMetrics } from "corrigenda/results";
import { z } from "zod";
import { $ } from "zx";

const RUNS = [
  { sample: "sample-longman", run: "0101-0900" },
  { sample: "sample-fce", run: "0101-0901" },
];

const script = defineScript({
  name: "scripts/start.ts",
  summary: "Runs the whyfix study on bundled learner errors: offline, no key needed, simulated answers.",
  flags: { results: z.string().default("results").describe("the folder of all runs") },
  examples: ["npm start"],
});

await main(script, async ({ results }, { disk, print, signal }) => {
  print(
    "Corrigenda: why was a learner's word replaced? Offline, no key: the answers below are simulated, no model is asked.\n",
  );
  for (const { sample, run } of RUNS) {
    const child = $({ preferLocal: true, stdio: ["ignore", "inherit", "inherit"], nothrow: true, signal });
    const flags = ["--provider", "offline", "--results", results];
    const { exitCode } = await child`zx scripts/whyfix/run.ts ${sample} small ${run} ${flags}`;
    signal.throwIfAborted();
    if (exitCode !== 0)
      throw new StudyError(
        "stage",
        `the ${sample} run ended with exit code ${exitCode}; its message stands above. If results/ is of an older version: npm start -- --results results/new`,
      );
    print("");
  }
  const root = nodeDisk(disk.resolve(results));
  for (const { sample, run } of RUNS) {
    const metrics = await readMetrics(root, `whyfix/${run}/step4`);
    if (!metrics) continue;
    const { name, value, low, high, n } = metrics.headline;
    const interval =
      low === null || high === null ? "" : ` (95 % interval ${percent(low)} to ${percent(high)}, n = ${n}, simulated)`;
    print(`${sample}: ${name}: ${percent(value)}${interval}`);
    print(`  report: ${root.resolve(`whyfix/${run}/report.html`)}`);
  }
  print("\nNext: docs/whyfix.md for your own data and a real model; README.md for everything else.");
});

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
