// npm start
// The studies on bundled data, offline and without a key, then what they found and where the reports lie.
import { defineScript, main, parseYaml, runStep } from "corrigenda/cli";
import { isStudyError, StudyError } from "corrigenda/error";
import { nodeDisk, readText } from "corrigenda/files";
import { readMetrics } from "corrigenda/results";
import { z } from "zod";

const Studies = z.array(
  z.strictObject({ title: z.string(), steps: z.array(z.string()).min(1), stage: z.string(), report: z.string() }),
);
const FILE = "scripts/start.yaml";
const OLDER = "If results/ is of an older version of this project: npm start -- --results results/new";

const script = defineScript({
  name: "scripts/start.ts",
  summary: "Runs the studies on bundled data: offline, no key needed, simulated answers.",
  flags: { results: z.string().default("results").describe("the folder of all runs") },
  examples: ["npm start"],
});

await main(script, async ({ results }, { disk, print, signal }) => {
  print(
    "Corrigenda. Offline, no key: answers below are simulated, no service is asked; ilm trains its own small models.\n",
  );
  const studies = parseYaml(await readText(disk, FILE), FILE, Studies);
  for (const { title, steps } of studies) {
    print(title);
    for (const step of steps) {
      const words = step.split(" ").map((word) => word.replace("{results}", results));
      await runStep([`scripts/${words[0]}`, ...words.slice(1), "--results", results], signal).catch((error) => {
        if (isStudyError(error, "step")) print(OLDER);
        throw error;
      });
    }
    print("");
  }
  const root = nodeDisk(disk.resolve(results));
  for (const { title, stage, report } of studies) {
    const metrics = await readMetrics(root, stage);
    if (!metrics) throw new StudyError("stage", `${root.resolve(stage)} has no metrics.json; run npm start again`);
    const { name, value, low, high, n, unit, provider } = metrics.headline;
    const shown = (figure: number): string => `${(unit === "share" ? 100 * figure : figure).toFixed(1)} %`;
    const interval = low === null || high === null ? "" : `95 % interval ${shown(low)} to ${shown(high)}, n = ${n}, `;
    print(`${title}\n  ${name}: ${shown(value)} (${interval}${provider === "offline" ? "simulated" : provider})`);
    if ((await root.size(report)) !== undefined) print(`  report: ${root.resolve(report)}`);
  }
  print("\nNext: npm run notebook -- notebooks/00-tour.ipynb, or docs/ for your own data and a real model.");
});
