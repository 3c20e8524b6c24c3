// npx zx scripts/whyfix/run.ts longman small 0622-1458
// All four steps, one after the other; each is resumable, so the same command goes on after any interruption.
import { defineScript, main, runStep } from "corrigenda/cli";
import { engineFlags, placeWords, recordedFlags, waitFlags } from "corrigenda/engine";
import { checkDate, startFlags, startWords, stepArguments } from "corrigenda/whyfix";

const script = defineScript({
  name: "scripts/whyfix/run.ts",
  summary: "whyfix, all four steps: hand in, wait, hand in what builds on it, wait and report.",
  positionals: stepArguments,
  flags: {
    ...engineFlags,
    concurrency: waitFlags.concurrency,
    ...startFlags,
  },
  examples: ["npx zx scripts/whyfix/run.ts sample-longman small 0622-1458"],
});

await main(script, async (flags, { signal }) => {
  const { sampleType, embeddingSize, concurrency } = flags;
  const run = checkDate(flags.date);
  const where = placeWords(flags);
  const calls = concurrency === undefined ? [] : ["--concurrency", String(concurrency)];
  const first = [...startWords(flags), ...recordedFlags({ ...flags, baseUrl: undefined })];
  const steps = [
    ["step1", sampleType, embeddingSize, run, ...first, ...where],
    ["step2", run, ...where, ...calls],
    ["step3", sampleType, embeddingSize, run, ...where],
    ["step4", run, ...where, ...calls],
  ];
  for (const [step, ...args] of steps) await runStep([`scripts/whyfix/${step}.ts`, ...args], signal);
});
