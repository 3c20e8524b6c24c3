// npm run trial:simulation -- --count 1000000
// Batch, synchronous calls and store on a clock, a disk and a service in memory, over many seeded schedules of kills, power
// cuts, full disks, clock jumps and faults of the service. A seed that goes wrong is printed; --count 1 replays it with its trace.
import { availableParallelism } from "node:os";
import { defineScript, main, table } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { realClock } from "corrigenda/time";
import { PLANTED, scheduleOf, simulate, simulateMany, type Tally } from "corrigenda/trial";
import { z } from "zod";

const script = defineScript({
  name: "scripts/trial/simulation.ts",
  summary: "The simulation of the engine: nothing lost, nothing repeated, nothing leaked, whatever happens when.",
  flags: {
    seed: z.number().int().min(0).default(0).describe("the first schedule; each seed is one"),
    count: z.number().int().positive().default(10_000).describe("schedules; 1 prints its trace"),
    threads: z.number().int().positive().default(availableParallelism()).describe("at a time"),
    planted: z.enum(PLANTED).optional().describe("a mistake in the client, to see that it is noticed"),
  },
  examples: ["npm run trial:simulation -- --count 1000000", "npm run trial:simulation -- --seed 4711 --count 1"],
});

await main(script, async ({ seed, count, threads, planted }, { log, print, signal }) => {
  if (count === 1) {
    const { problems, ...sums } = await simulate(scheduleOf(seed), { planted, trace: print });
    print(table([sums]));
    if (problems.length === 0) return print(`seed ${seed}: 0 lost, 0 repeated, 0 leaked`);
    throw new StudyError("stage", `seed ${seed}: ${problems.map(({ kind, text }) => `${kind}: ${text}`).join("; ")}`);
  }
  const began = realClock.now();
  let told = 0;
  const onProgress = ({ schedules, bad }: Tally): void => {
    if (schedules < told + count / 100) return;
    told = schedules;
    log.info(`${schedules} of ${count} schedules; wrong: ${bad.map((one) => one.seed).join(", ") || "none"}`);
  };
  const { bad, ...sums } = await simulateMany({
    seed,
    count,
    threads: Math.min(threads, count),
    planted,
    signal,
    onProgress,
  });
  const seconds = (realClock.now() - began) / 1000;
  const { lost, repeated, leaked, wrong, ...tried } = sums;
  print(table([tried]));
  const each = sums.schedules / seconds / threads;
  print(`${Math.round(seconds)} s on ${threads} threads: ${Math.round(each)} schedules a second and thread`);
  print(`${lost} lost, ${repeated} repeated, ${leaked} leaked, ${wrong} otherwise wrong`);
  for (const { seed: one, problems } of bad)
    print(`seed ${one}: ${problems[0]?.text}; trace: npx zx ${script.name} --seed ${one} --count 1`);
  if (bad.length > 0) throw new StudyError("stage", `the simulation failed on seed ${bad[0]?.seed}`);
});
