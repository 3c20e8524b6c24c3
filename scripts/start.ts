// npm start
// The studies on bundled data, offline and without a key, then what they found and where the reports lie.
import { defineScript, main, runStep } from "corrigenda/cli";
import { isStudyError, StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import { readMetrics } from "corrigenda/results";
import { z } from "zod";

const whyfix = (sample: string, run: string) => ({
  title: `whyfix: why was a learner's word replaced? (${sample})`,
  steps: [["scripts/whyfix/run.ts", sample, "small", run, "--provider", "offline"]],
  stage: `whyfix/${run}/step4`,
  report: `whyfix/${run}/report.html`,
});
const STUDIES = [
  whyfix("sample-longman", "0101-0900"),
  whyfix("sample-fce", "0101-0901"),
  {
    title: "labeling: which data sets do two papers mention?",
    steps: [
      ["scripts/labeling/run.ts", "--input", "data/sample/papers", "--run", "sample", "--provider", "offline"],
      ["scripts/labeling/evaluate.ts", "--run", "sample", "--gold", "data/sample/papers-gold"],
      ["scripts/labeling/report.ts", "--run", "sample", "--figures=false"],
    ],
    stage: "labeling/sample/reasoning-results",
    report: "labeling/sample/report.html",
  },
  {
    title: "ielts: training files from 25 essays, every quote checked",
    steps: [
      ["scripts/ielts/prepare.ts", "--from", "data/sample/ielts/essays.csv", "--disable-azure", "--run", "sample"],
      ["scripts/ielts/evaluate.ts", "{results}/ielts/sample/finetuning_data", "--disable-azure"],
      ["scripts/ielts/report.ts", "sample", "--figures=false"],
    ],
    stage: "ielts/sample/files",
    report: "ielts/sample/report.html",
  },
];

const OLDER = "If results/ is of an older version of this project: npm start -- --results results/new";

const script = defineScript({
  name: "scripts/start.ts",
  summary: "Runs the studies on bundled data: offline, no key needed, simulated answers.",
  flags: { results: z.string().default("results").describe("the folder of all runs") },
  examples: ["npm start"],
});

await main(script, async ({ results }, { disk, print, signal }) => {
  print("Corrigenda. Offline, no key: the answers below are simulated, no model is asked.\n");
  for (const { title, steps } of STUDIES) {
    print(title);
    for (const [step = "", ...more] of steps) {
      const words = more.map((word) => word.replace("{results}", results));
      await runStep([step, ...words, "--results", results], signal).catch((error: unknown) => {
        if (isStudyError(error, "step")) print(OLDER);
        throw error;
      });
    }
    print("");
  }
  const root = nodeDisk(disk.resolve(results));
  for (const { title, stage, report } of STUDIES) {
    const metrics = await readMetrics(root, stage);
    if (!metrics) throw new StudyError("stage", `${root.resolve(stage)} has no metrics.json; run npm start again`);
    const { name, value, low, high, n } = metrics.headline;
    const interval =
      low === null || high === null ? "" : `95 % interval ${percent(low)} to ${percent(high)}, n = ${n}, `;
    print(`${title}\n  ${name}: ${percent(value)} (${interval}simulated)`);
    if ((await root.size(report)) !== undefined) print(`  report: ${root.resolve(report)}`);
  }
  print("\nNext: npm run notebook -- notebooks/00-tour.ipynb, or docs/ for your own data and a real model.");
});

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
