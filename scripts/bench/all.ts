// npm run bench
// Every speed claim, one after the other; exits 1 where a ratio or a size misses its limit.
import { defineScript, main } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { $ } from "zx";

const script = defineScript({
  name: "scripts/bench/all.ts",
  summary: "Runs every bench.",
  flags: {},
});

const BENCHES = [
  "plan",
  "tokens",
  "ingest",
  "finished",
  "online",
  "limiter",
  "frame",
  "report",
  "kernel",
  "ielts",
  "pdf",
  "labeling-report",
  "ilm-tokens",
  "ilm-examples",
  "train",
  "selfcorrect",
  "selfcorrect-online",
  "selfcorrect-latency",
  "selfcorrect-classifier",
  "postgres",
  "scale",
  "install",
];

await main(script, async (_flags, { signal }) => {
  const missed: string[] = [];
  for (const name of BENCHES) {
    const child = $({ stdio: ["ignore", "inherit", "inherit"], nothrow: true, signal });
    const { exitCode } = await child`npx zx scripts/bench/${name}.ts`;
    signal.throwIfAborted();
    if (exitCode !== 0) missed.push(name);
  }
  if (missed.length > 0) throw new StudyError("stage", `missed: ${missed.join(", ")}; see their lines above`);
});
