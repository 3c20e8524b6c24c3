// npx zx scripts/selfcorrect/ope.ts my-run --policies never,random,always:p_are_you_sure
// What other policies would have earned on the traces of a run: estimates from its logged decisions and their propensities.
// Writes results/selfcorrect/<run>/ope-<digits>/: ope.jsonl, metrics.json. No calls.
import { defineScript, main, table } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { nodeDisk, readJsonl, readText } from "corrigenda/files";
import { contentHash } from "corrigenda/json";
import { requireStage } from "corrigenda/results";
import * as selfcorrect from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/selfcorrect/ope.ts",
  summary: "selfcorrect: off-policy evaluation of policies on the traces of a run.",
  positionals: { run: z.string().describe("the run's name, below results/selfcorrect/") },
  flags: {
    from: z.string().optional().describe("a .jsonl file of traces with policy blocks, instead of the run's own"),
    policies: z
      .string()
      .default("never,random")
      .describe("never, random, always:<template>, an algorithm, <file>.json of a learned one or frozen:<file>.json"),
    results: engine.engineFlags.results,
  },
  examples: [
    "npx zx scripts/selfcorrect/ope.ts my-run",
    "npx zx scripts/selfcorrect/ope.ts my-run --policies never,frozen:results/selfcorrect/other/pipeline_logs/final_policy.json",
  ],
});

await main(script, async ({ run, from, policies, results }, { disk, log, print }) => {
  const root = nodeDisk(disk.resolve(results));
  const before =
    from === undefined
      ? await requireStage(
          root,
          { study: "selfcorrect", run, stage: "traces" },
          "npx zx scripts/selfcorrect/collect.ts",
        )
      : undefined;
  const [files, path] = before ? [root, `${before.folder}/traces.jsonl`] : [disk, from ?? ""];
  const traces = await selfcorrect.readOpeLog(readJsonl(files, path), path);
  const names = policies.split(",").map((name) => name.trim());
  const targets = await selfcorrect.opeTargets(names, traces.actions, (file) => readText(disk, file));
  const found = selfcorrect.evaluatePolicies(traces, targets);
  const read = [...(from === undefined ? [] : [from]), ...selfcorrect.policyFiles(names)];
  const inputs = await engine.hashInputs(disk, read);
  const config = { policies: names, traces: from ?? "traces", read: inputs.map(({ sha256 }) => sha256) };
  const spec = {
    ...{ study: "selfcorrect", run, stage: `ope-${contentHash(config).slice(0, 8)}`, config, inputs },
    command: [script.name, "{run}", "--policies", policies, ...(from === undefined ? [] : ["--from", from])],
    parents: before ? [before.parent] : [],
    environment: await engine.stageEnvironment(disk, realClock.now()),
  };
  await engine.tableStage({ root, clock: realClock, spec }, async (stage) => {
    const lines = found.rows.map((row) =>
      JSON.stringify({ ...row, feedback: traces.feedback, provider: traces.provider }),
    );
    await engine.writeLines(root, stage.path("ope.jsonl"), () => lines);
    return { outputs: ["ope.jsonl"], metrics: found.metrics, counts: { traces: traces.traces.length } };
  });
  for (const warning of found.warnings) log.warn(warning);
  print(table(selfcorrect.opeWords(found.rows)));
  print(
    `feedback ${traces.feedback}, provider ${traces.provider}; written: ${root.resolve(`selfcorrect/${run}/${spec.stage}`)}`,
  );
});
