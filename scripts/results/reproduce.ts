// npx zx scripts/results/reproduce.ts whyfix/0622-1458
// Runs the recorded commands of a run again under a fresh name (replies come from the cache: no calls), into
// results/<study>/<fresh name>/, and compares. Exits 1 with the first cause where outputs or metrics differ.
import { defineScript, dollars, main, runStep } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import { briefly, compareRuns, freshRun, readRun, replaysOf, runFolder, runName } from "corrigenda/results";
import { z } from "zod";

const script = defineScript({
  name: "scripts/results/reproduce.ts",
  summary: "Runs a run's recorded commands under a fresh name and compares the results.",
  positionals: { run: z.string().describe("<study>/<run>") },
  flags: {
    as: z
      .string()
      .optional()
      .describe("the fresh run's name (default: <run>-again, or the next free minute of MMDD-HHMM)"),
    results: z.string().default("results").describe("folder of all results"),
  },
  examples: ["npx zx scripts/results/reproduce.ts whyfix/0622-1458"],
});

await main(script, async ({ run, as, results }, { disk, log, print, signal }) => {
  const root = nodeDisk(disk.resolve(results));
  const name = runName(run);
  const record = await readRun(root, name);
  const taken = (await root.list(name.study)).map((entry) => entry.replace(/\/$/, ""));
  const fresh = { study: name.study, run: as ?? freshRun(name.run, taken) };
  if (taken.includes(fresh.run)) {
    throw new StudyError("config", `${runFolder(fresh)} exists; name another with --as <name>`);
  }
  for (const { stage, command } of replaysOf(record, fresh.run)) {
    log.info(`${stage}: npx zx ${command.join(" ")}`);
    await runStep([...command, "--results", results], signal);
  }
  const again = await readRun(root, fresh);
  const usd = again.stages.reduce((sum, { manifest }) => sum + manifest.cost.actualUsd, 0);
  const differences = compareRuns(record, again);
  const effect = differences.find(({ cause }) => ["stage", "output", "metric"].includes(cause));
  const first = differences[0];
  if (!effect || !first) {
    print(
      `${run} is reproduced as ${runFolder(fresh)}: the same bytes, ${dollars(usd)} paid (stages: ${again.stages.length})`,
    );
    return;
  }
  throw new StudyError(
    "stage",
    `${run} is not reproduced: ${effect.cause} ${effect.key} of ${effect.stage} differs. First cause: ${first.cause} ` +
      `${first.key} of ${first.stage}, ${briefly(first.a)} then, ${briefly(first.b)} now; see: ` +
      `npx zx scripts/results/diff.ts ${run} ${runFolder(fresh)}`,
  );
});
