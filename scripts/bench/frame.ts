// npx zx scripts/bench/frame.ts
// A million rows read, grouped, joined with 1,000, filtered and written, and 40,000 sorted, beside danfojs (which sorts
// in quadratic time). Each contestant is a process of its own that reads the file once; the two take turns.
import * as bench from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/frame.ts",
  summary: "Work on a table of a million rows, beside danfojs.",
  flags: {
    rows: z.number().int().positive().default(1_000_000).describe("rows of the table"),
    rounds: z.number().int().positive().default(3).describe("paired rounds"),
    folder: z.string().default("results/.bench/frame").describe("working folder; emptied"),
    only: z.enum(bench.FRAME_WORK).optional().describe("this work alone"),
    as: z.enum(["ours", "danfojs"]).optional().describe("only do --only, for the process that started this one"),
    peak: z.boolean().default(false).describe("with --as: do it once and print the peak memory, MB"),
  },
});

/** Speed of ours over danfojs's, at least: well below what was measured. */
const LIMITS = { read: 3, groupby: 10, join: 3, filter: 1, write: 0.5, sort: 6 } as const;

await main(script, async ({ rows, rounds, folder, only, as, peak }, { disk: here, print }) => {
  const disk = nodeDisk(here.resolve(folder));
  if (as && only) {
    const open = as === "ours" ? bench.ourFrameWork : bench.danfoFrameWork;
    if (peak) {
      await (await open(disk, only))();
      return print(JSON.stringify(await bench.peakMb()));
    }
    let work: Promise<() => Promise<unknown>> | undefined;
    return bench.takeRounds(async () => {
      work ??= open(disk, only); // in the round that is not counted
      await (await work)();
    });
  }
  await disk.remove(".");
  await bench.makeFrameFiles(disk, rows);
  const claims = bench.openClaims(print);
  for (const one of only ? [only] : bench.FRAME_WORK) {
    const start = (who: string) => bench.contestant(script.name, "--as", who, "--only", one, "--folder", folder);
    using ours = start("ours");
    using danfojs = start("danfojs");
    const paired = await bench.pairedRounds({ ours: ours.run, alternative: danfojs.run }, realClock, rounds);
    const names = { name: `frame, ${one}`, alternative: "danfojs", unit: "rows", limit: LIMITS[one] };
    claims.addPaired(names, one === "sort" ? 40_000 : rows, paired);
  }
  const peakOf = (who: string): Promise<number> =>
    bench.inChild(script.name, "--as", who, "--only", "groupby", "--peak", "--folder", folder);
  const [ours, danfojs] = [await peakOf("ours"), await peakOf("danfojs")];
  const unit = `of danfojs's ${Math.round(danfojs)} MB (ours ${Math.round(ours)} MB)`;
  const claim = { name: "frame, peak of read and groupby", value: ours / danfojs, unit, limit: 0.8, binding: true };
  claims.add({ ...claim, wanted: "at most" });
  await disk.remove(".");
  claims.end();
});
