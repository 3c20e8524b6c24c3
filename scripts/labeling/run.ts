// npx zx scripts/labeling/run.ts --input data/sample/papers --run sample
// All three processes, one after the other; each step is resumable, so the same command goes on after any interruption.
import { defineScript, main } from "corrigenda/cli";
import { engineFlags, recordedFlags, waitFlags } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { inputFlags, PROCESSES, runFlags } from "corrigenda/labeling";
import { $ } from "zx";

const script = defineScript({
  name: "scripts/labeling/run.ts",
  summary: "labeling, the whole chain: extraction, judge and reasoning, each handed in and waited for.",
  flags: { ...runFlags, ...inputFlags, ...engineFlags, concurrency: waitFlags.concurrency },
  examples: ["npx zx scripts/labeling/run.ts --input data/sample/papers --run sample"],
});

await main(script, async (flags, { signal }) => {
  const { run, config, input, results, maxCost, baseUrl, concurrency } = flags;
  const given = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name}`, String(value)];
  const common = [
    ...["--config", config, "--results", results, ...given("run", run)],
    ...[...given("max-cost", maxCost), ...given("base-url", baseUrl)],
  ];
  for (const [at, process] of PROCESSES.entries()) {
    const first = at === 0 ? [...given("input", input), ...recordedFlags({ ...flags, baseUrl: undefined })] : [];
    const steps = [
      ["run-batch", ...first],
      ["retrieve-results", ...given("concurrency", concurrency)],
    ];
    for (const [step, ...words] of steps) {
      const child = $({ preferLocal: true, stdio: ["ignore", "inherit", "inherit"], nothrow: true, signal });
      const { exitCode } = await child`zx scripts/labeling/${step}.ts --process ${process} ${words} ${common}`;
      signal.throwIfAborted();
      if (exitCode !== 0)
        throw new StudyError(
          "stage",
          `${step} of ${process} ended with exit code ${exitCode}; its message stands above`,
        );
    }
  }
});
