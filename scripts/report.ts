// npm run report
// Builds the pages of every finished run again, of every study: report.html, exchanges/, methods.md; then results/index.html.
// No calls. A run whose report cannot be built is named, and the others go on.
import { defineScript, main, runStep } from "corrigenda/cli";
import { writeIndex } from "corrigenda/engine";
import { isStudyError, StudyError } from "corrigenda/error";
import { collect, nodeDisk } from "corrigenda/files";
import { listRuns, type RunName, stagesOf } from "corrigenda/results";
import { z } from "zod";

/** The stage that a study's report needs, and its command. */
const REPORTS: Readonly<Record<string, readonly [stage: string, words: (run: string) => readonly string[]]>> = {
  whyfix: ["step2", (run) => ["scripts/whyfix/report.ts", run]],
  labeling: ["extraction-results", (run) => ["scripts/labeling/report.ts", "--run", run]],
  ielts: ["files", (run) => ["scripts/ielts/report.ts", run]],
  selfcorrect: ["traces", (run) => ["scripts/selfcorrect/report.ts", run]],
  ilm: ["comparison", (run) => ["scripts/ilm/compare.ts", run, "--again"]],
};

const script = defineScript({
  name: "scripts/report.ts",
  summary: "Builds every report and the index of all runs again.",
  flags: { results: z.string().default("results").describe("the folder of all runs") },
  examples: ["npm run report"],
});

await main(script, async ({ results }, { disk, print, signal }) => {
  const root = nodeDisk(disk.resolve(results));
  const failed: string[] = [];
  const build = async ({ study, run }: RunName, words: readonly string[]): Promise<void> => {
    const said: string[] = [];
    const hasFigures = (await root.list(`${study}/${run}/figures`)).length > 0;
    const all = [...words, `--figures=${hasFigures}`, "--results", results];
    try {
      await runStep(all, signal, (line) => said.push(line));
      print(`${study}/${run}: ${root.resolve(`${study}/${run}/report.html`)}`);
    } catch (error) {
      if (!isStudyError(error, "step")) throw error;
      failed.push(`${study}/${run}`);
      print(`${study}/${run}: ${said.at(-1) ?? "failed"}`);
    }
  };
  for await (const name of listRuns(root)) {
    const [stage, words] = REPORTS[name.study] ?? [];
    const stages = await collect(stagesOf(root, name));
    if (words && stages.some((one) => one.stage === stage && one.state === "finished"))
      await build(name, words(name.run));
  }
  print(`all runs: ${root.resolve(await writeIndex(root))}`);
  if (failed.length > 0) throw new StudyError("stage", `no report could be built of ${failed.join(", ")}: see above`);
});
