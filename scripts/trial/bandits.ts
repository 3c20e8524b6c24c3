// npx zx scripts/trial/bandits.ts --runs 1000
// Measures the policies against reference figures: regret on four Bernoulli problems, the instance on which the source's
// update rule fails, and 54 contexts learned from 10,000 traces. Writes nothing; fails where a figure is missed.
import { defineScript, main, table } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { type Disk, readText } from "corrigenda/files";
import {
  actionsOf,
  BernoulliReference,
  bernoulliRows,
  contextTrial,
  createPolicy,
  DefectReference,
  defectRegret,
  ownTemplates,
  RECOMMENDED,
} from "corrigenda/selfcorrect";
import { z } from "zod";

const count = (most: number) => z.number().int().min(2).max(most);
const script = defineScript({
  name: "scripts/trial/bandits.ts",
  summary: "The trial of the policies: regret beside reference figures, and 54 contexts learned.",
  flags: {
    runs: count(10_000).default(1_000).describe("runs of each Bernoulli problem"),
    horizon: count(10_000).default(10_000).describe("steps of a run: 100, 1000 or 10000"),
    defectRuns: count(10_000).default(400).describe("runs of the instance of the update-rule defect"),
    seeds: count(100).default(20).describe("worlds of 54 contexts"),
    seed: z.number().int().default(1126).describe("of all chance"),
    reference: z.string().default("test/golden/bandits").describe("folder of the reference figures"),
  },
  examples: ["npx zx scripts/trial/bandits.ts --runs 1000"],
});

const read = async <T>(disk: Disk, file: string, schema: z.ZodType<T>): Promise<T> =>
  schema.parse(JSON.parse(await readText(disk, file)));

await main(script, async ({ runs, horizon, defectRuns, seeds, seed, reference }, { disk, log, print, signal }) => {
  const missed: string[] = [];
  const bernoulli = await read(disk, `${reference}/bernoulli_bandit_regret_reference.json`, BernoulliReference);
  const each = { ts: runs, ts_batch100: runs, ucb1: runs, "eps0.1": runs, random: runs };
  const rows = [];
  for (const { limit, ...row } of bernoulliRows(bernoulli, { horizon, seed, runs: each })) {
    const within = Math.abs(row.ours - row.reference) <= limit;
    if (!within) missed.push(`${row.instance} ${row.policy} at ${row.step}`);
    rows.push({ ...row, ours: row.ours.toFixed(2), se: row.se.toFixed(2), within: within ? "yes" : "no" });
    log.info(`${row.instance} ${row.policy} ${row.step}`);
    signal.throwIfAborted();
  }
  print(table(rows));

  const defect = await read(disk, `${reference}/rts_update_rule_defect_reference.json`, DefectReference);
  const regrets = ["thompson_sampling", "epsilon_greedy", "beta_ts", "gaussian_ts", "lin_ts", RECOMMENDED].map(
    (policy) => {
      const { mean, se } = defectRegret(defect, policy, { runs: defectRuns, seed });
      if (policy === RECOMMENDED && mean > 65) missed.push(`${policy} on the defect's instance`);
      log.info(`update-rule defect: ${policy}`);
      return { policy, regret: mean.toFixed(1), se: se.toFixed(1) };
    },
  );
  print(table(regrets));

  const actions = actionsOf(ownTemplates());
  const worlds = Array.from({ length: seeds }, (_, at) => {
    log.info(`54 contexts: world ${at + 1} of ${seeds}`);
    const trial = { seed: `${seed} ${at}`, traces: 10_000, decisions: 4, tolerance: 0.05 };
    return contextTrial(createPolicy(RECOMMENDED, { actions }), actions, trial);
  });
  const good = worlds.filter(({ within }) => within >= 50).length;
  if (good < 0.9 * seeds) missed.push("54 contexts");
  print(`54 contexts, 10,000 traces: 50 or more within .05 of the best in ${good} of ${seeds} worlds`);
  if (missed.length > 0) throw new StudyError("stage", `the trial failed on ${missed.join(", ")}; seed ${seed}`);
  print(`all within their limits (seed ${seed})`);
});
