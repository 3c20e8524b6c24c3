// npx zx scripts/labeling/run.ts --input data/sample/papers --run sample
// All three processes, one after the other; each step is resumable, so the same command goes on after any interruption.
import { defineScript, main, runStep } from "corrigenda/cli";
import { engineFlags, placeWords, recordedFlags, waitFlags } from "corrigenda/engine";
import { inputFlags, PROCESSES, runFlags } from "corrigenda/labeling";

const script = defineScript({
  name: "scripts/labeling/run.ts",
  summary: "labeling, the whole chain: extraction, judge and reasoning, each handed in and waited for.",
  flags: { ...runFlags, ...inputFlags, ...engineFlags, concurrency: waitFlags.concurrency },
  examples: ["npx zx scripts/labeling/run.ts --input data/sample/papers --run sample"],
});

await main(script, async (flags, { signal }) => {
  const { run, config, input, concurrency } = flags;
  const given = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  const common = ["--config", config, ...given("run", run), ...placeWords(flags)];
  for (const [at, process] of PROCESSES.entries()) {
    const first = at === 0 ? [...given("input", input), ...recordedFlags({ ...flags, baseUrl: undefined })] : [];
    const steps = [
      ["run-batch", ...first],
      ["retrieve-results", ...given("concurrency", concurrency)],
    ];
    for (const [step, ...words] of steps)
      await runStep([`scripts/labeling/${step}.ts`, "--process", process, ...words, ...common], signal);
  }
});
