// npx zx scripts/trial/selfcorrect-policy.ts
// In the simulator: a policy learns, is frozen, and answers fresh questions. It fails where that does worse than never asking
// again by more than a standard error, or reaches less than half of what the oracle arm gains. In this process; writes nothing.
import { defineScript, main, table } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { ownTemplates, PRESETS, policyTrial, trialRow } from "corrigenda/selfcorrect";
import { z } from "zod";

const count = z.number().int().min(100).max(1_000_000);
const script = defineScript({
  name: "scripts/trial/selfcorrect-policy.ts",
  summary: "The trial of learnt policies: never below never asking again, half of the oracle arm's gain.",
  flags: {
    presets: z.string().default(Object.keys(PRESETS).join(",")).describe("simulated models, with commas"),
    algorithm: z.string().default("gaussian_ts_pooled").describe("the policy that learns; frozen, it halts"),
    training: count.default(100_000).describe("traces that it learns from"),
    fresh: count.default(10_000).describe("traces that it is judged on"),
    maxTurns: z.number().int().min(2).max(20).default(5).describe("answers of a trace at most"),
    lambda: z.number().min(0).default(0.001).describe("what a token of a re-prompt costs, in corrected answers"),
    seed: z.number().int().default(42).describe("of all chance"),
  },
  examples: ["npx zx scripts/trial/selfcorrect-policy.ts --presets learnable --training 2000 --fresh 2000"],
});

await main(script, async ({ presets, ...flags }, { log, print, signal }) => {
  const [rows, missed]: [ReturnType<typeof trialRow>["row"][], string[]] = [[], []];
  for (const [name, preset] of Object.entries(PRESETS)) {
    if (!presets.split(",").includes(name)) continue;
    const names = Object.keys(preset.cells);
    // Where GSM8K has a cell, that of all other data sets is the same.
    for (const dataset of names.filter((one) => one !== "*" || !names.includes("gsm8k"))) {
      signal.throwIfAborted();
      const trial = await policyTrial({ ...flags, preset, dataset, templates: ownTemplates() });
      const { row, faults } = trialRow(`${name} ${dataset}`, trial);
      log.info(`${name} ${dataset}`);
      rows.push(row);
      missed.push(...faults);
    }
  }
  print(table(rows));
  if (missed.length > 0) throw new StudyError("stage", `the trial failed: ${missed.join("; ")} (seed ${flags.seed})`);
  print(`all within their limits (seed ${flags.seed})`);
});
