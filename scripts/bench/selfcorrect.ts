// npx zx scripts/bench/selfcorrect.ts
// Traces per second in this process: scoring, classifier, policy, record and its JSON, with replies that are there already
// (a simulated model's, from a first run of the same seed). Then many traces at flat memory, in processes of their own.
import * as bench from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import * as selfcorrect from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/selfcorrect.ts",
  summary: "selfcorrect: traces per second without a service, and the memory that many of them take.",
  flags: {
    traces: z.number().int().positive().default(20_000).describe("of each round"),
    rounds: z.number().int().positive().default(3).describe("after one that is not counted"),
    soak: z
      .number()
      .int()
      .positive()
      .default(1_000_000)
      .describe("traces whose memory is compared with a fifth of them"),
    peak: z.number().int().positive().optional().describe("only make so many, and print the most memory held, MB"),
  },
});

/** Makes traces, counts them, and makes JSON of each. */
async function made(run: selfcorrect.SimulatedRun, take = (_line: string): void => undefined) {
  const tally = selfcorrect.traceTally();
  for await (const outcome of selfcorrect.simulatedTraces(run)) {
    tally.add(outcome);
    if (outcome.ok) take(JSON.stringify(outcome.trace));
  }
  return tally.now;
}

async function trained(): Promise<selfcorrect.Classifier> {
  const lines: selfcorrect.TraceLine[] = [];
  await made({ n: 300, algorithm: "random" }, (line) => lines.push({ place: "", value: JSON.parse(line) }));
  const { scoringOf } = selfcorrect;
  const rows = selfcorrect.trainingRows(ReadableStream.from(lines), { scoringOf });
  const { examples } = await selfcorrect.prepareData(rows, { scoringOf, dataset: "mock", seed: 42 });
  const model = selfcorrect.train(examples, { seed: 42, name: "the trained classifier", penalties: [10] });
  return selfcorrect.restoreClassifier(model, scoringOf("mock"));
}

await main(script, async ({ traces, rounds, soak, peak }, { print }) => {
  const source = { algorithm: "epsilon_greedy", classifier: selfcorrect.ruleClassifier(selfcorrect.scoringOf("mock")) };
  if (peak !== undefined) {
    await made({ ...source, n: peak });
    return print(JSON.stringify(await bench.peakMb()));
  }
  const claims = bench.openClaims(print);
  const ways = [
    { ...source, limit: 20_000 },
    { algorithm: "gaussian_ts", classifier: await trained(), limit: 3_000 },
  ];
  for (const { limit, ...way } of ways) {
    const run = { ...way, n: Math.ceil((traces * limit) / 20_000) };
    const replies = selfcorrect.keptReplies(selfcorrect.simulatedModel("learnable"));
    const { turns } = await made({ ...run, ask: replies.ask });
    await made({ ...run, ask: replies.replay() });
    const again = async (): Promise<void> => void (await made({ ...run, ask: replies.replay() }));
    const value = run.n / (await bench.medianSeconds(again, realClock, rounds));
    const name = `traces by ${way.algorithm} and ${way.classifier.name}, ${(turns / run.n).toFixed(2)} turns each`;
    claims.add({ name, value, unit: "traces/s", limit, wanted: "at least", binding: false });
  }
  const peaks: number[] = [];
  for (const n of [soak / 5, soak]) peaks.push(await bench.inChild<number>(script.name, "--peak", `${Math.ceil(n)}`));
  const value = (peaks[1] ?? 0) - (peaks[0] ?? 0);
  const name = `memory of ${soak.toLocaleString("en-US")} traces (${peaks[1]?.toFixed(0)} MB) above that of a fifth`;
  claims.add({ name, value, unit: "MB", limit: 64, wanted: "at most", binding: true });
  claims.end();
});
