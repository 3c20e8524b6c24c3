// npx zx scripts/bench/kernel.ts
// Our kernel beside plain tslab, each a process as Jupyter starts it: how soon it answers, and how long a typical cell
// takes from the request until the kernel is idle again. The two take turns. The first cell, in which the type checker
// warms up, is printed apart.
import * as bench from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { startKernelProcess } from "corrigenda/notebook";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/kernel.ts",
  summary: "The Jupyter kernel against plain tslab: ready time and time of a typical cell.",
  flags: {
    rounds: z.number().int().positive().default(5).describe("paired rounds"),
    repeats: z.number().int().positive().default(3).describe("how often a round runs the eight cells"),
  },
});

const FIRST = 'import * as tslab from "tslab";\nimport { keyedRng } from "corrigenda/rng";\nconst rng = keyedRng(1);';
const CELLS = [
  "interface Row { readonly level: string; readonly score: number }\nconst levels = ['B1', 'B2', 'C1'];",
  "const rows: Row[] = levels.flatMap((level, n) => [1, 2, 3].map((k) => ({ level, score: n * k })));",
  "function mean(xs: readonly number[]): number {\n  return xs.reduce((sum, x) => sum + x, 0) / xs.length;\n}",
  "const scores = rows.map(({ score }) => score);\nconsole.log(scores.length, mean(scores));",
  "for (const level of levels) {\n  console.log(level, mean(rows.filter((row) => row.level === level).map((row) => row.score)));\n}",
  "const late = await Promise.resolve(mean(scores));\nlate.toFixed(2)",
  'tslab.display.html("<b>" + late + "</b>");',
  "rows.filter(({ score }) => score > 2).length",
] as const;

await main(script, async ({ rounds, repeats }, { disk, print }) => {
  const place = { root: disk.resolve("."), folder: disk.resolve("notebooks"), clock: realClock };
  const claims = bench.openClaims(print);
  const start = async (name: "corrigenda" | "tslab"): Promise<void> => {
    await using _ = await startKernelProcess(name, place);
  };
  const starts = { ours: () => start("corrigenda"), alternative: () => start("tslab") };
  const ready = await bench.pairedRounds(starts, realClock, rounds);
  const alternative = "plain tslab";
  claims.addPaired({ name: "kernel ready", unit: "starts", alternative, limit: 2 }, 1, ready);
  const seconds = { unit: "s", limit: 1.2, wanted: "at most", binding: false } as const;
  claims.add({ name: "kernel ready, ours", value: ready.oursMs / 1000, ...seconds });

  await using ours = await startKernelProcess("corrigenda", place);
  await using tslab = await startKernelProcess("tslab", place);
  for (const [name, kernel] of Object.entries({ ours, "plain tslab": tslab })) {
    const before = realClock.now();
    await kernel.execute(FIRST);
    print(`first cell, with the warm-up of the checker: ${name} ${realClock.now() - before} ms`);
  }
  const work = (kernel: typeof ours) => async (): Promise<void> => {
    for (let n = 0; n < repeats; n++) for (const cell of CELLS) await kernel.execute(cell);
  };
  const cells = await bench.pairedRounds({ ours: work(ours), alternative: work(tslab) }, realClock, rounds);
  const amount = repeats * CELLS.length;
  // No more than that: ours checks strictly, by the libraries of TypeScript 5.9; tslab does not, by those of 5.0.
  claims.addPaired({ name: "a typical cell", unit: "cells", alternative, limit: 1 }, amount, cells);
  const ms = { unit: "ms", limit: 16, wanted: "at most", binding: false } as const;
  claims.add({ name: "a typical cell, ours", value: cells.oursMs / amount, ...ms });
  claims.end();
});
