// npm run trial:ilm
// The six-model chain on MERLIN's 1,029 German texts, killed at random moments (SIGKILL of all its processes) and resumed:
// every file has to be that of an undisturbed run. Prints the kills and where they fell; fails where a file differs.
import { defineScript, main, table } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { collect, nodeDisk, readText } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { stagesOf } from "corrigenda/results";
import { keyedRng } from "corrigenda/rng";
import { compareFolders, copyFolder, killGroups, liveGroup } from "corrigenda/trial";
import { z } from "zod";

const SAMPLE = "data/sample/ilm/merlin-de.jsonl";
const count = z.number().int().min(1);
const script = defineScript({
  name: "scripts/trial/ilm.ts",
  summary: "The kill trial of the six models: SIGKILL at random moments, resumed, the same files.",
  flags: {
    kills: count.default(3).describe("of each killed run"),
    runs: count.default(1).describe("killed runs"),
    seed: z.number().int().default(1126).describe("of the moments"),
    data: z.string().default("../shared/data/learner/merlin.jsonl").describe("MERLIN's texts; else the bundled ones"),
    steps: count.default(40).describe("of each training"),
    devices: ilm.Devices.default(["cpu", "cpu"]).describe("of the killed runs; the undisturbed one has cpu"),
    folder: z.string().default("results/.trial-ilm").describe("working folder; emptied first"),
  },
  examples: [
    "npx zx scripts/trial/ilm.ts",
    "npx zx scripts/trial/ilm.ts --data data/sample/ilm/merlin-de.jsonl --steps 6",
  ],
});

await main(script, async ({ kills, runs, seed, data, steps, devices, folder }, { disk, log, print, signal }) => {
  const place = nodeDisk(disk.resolve(folder));
  await place.remove(".");
  const csv = (await disk.size(data)) === undefined ? SAMPLE : data;
  if (csv !== data) log.warn(`${data} is not here: the 120 bundled texts stand in`);
  const plan = ilm.trialPlan(await readText(disk, "scripts/ilm/micro-plan.yaml"), { csv, steps });
  await place.write("plan.yaml", plan);
  // Every run is made in the same folder: configs name it.
  const [now, calm] = [nodeDisk(place.resolve("now/ilm/trial")), nodeDisk(place.resolve("calm"))];
  const ends = ["--figures=false", "--results", place.resolve("now")];
  const chain = ["scripts/ilm/run.ts", "trial", "--plan", place.resolve("plan.yaml"), ...ends];
  const killed = [...chain, "--devices", devices.join()];
  const stages = async (state: string): Promise<string[]> => {
    const all = await collect(stagesOf(nodeDisk(place.resolve("now")), { study: "ilm", run: "trial" }));
    return all.flatMap((one) => (one.state === state ? [one.stage] : []));
  };
  const { ms } = await liveGroup(chain, process.env);
  await copyFolder(now, calm, () => true);
  const whole = (await stages("finished")).length;
  print(`undisturbed: ${(ms / 1000).toFixed(0)} s, ${whole} stages, ${csv}, ${steps} steps each`);
  const rows: { run: number; kills: number; files: number; differ: number; fell: string }[] = [];
  for (let run = 1; run <= runs; run++) {
    await place.remove("now");
    const done = async () => (await stages("finished")).length;
    const fell: string[] = [];
    const told = async (): Promise<void> => {
      signal.throwIfAborted();
      fell.push(`${await done()} done, in ${(await stages("open")).join(" + ") || "none"}`);
      log.info(`run ${run}, kill ${fell.length}: ${fell.at(-1)}`);
    };
    const rng = keyedRng(seed, "kills", run);
    await killGroups(killed, process.env, { kills, whole, done, stageMs: ms / whole, rng }, told);
    const files = await compareFolders(calm, now, (path, bytes) => ilm.timeless(path, bytes, false));
    // The undisturbed run's hours put in, the pages that show hours have to be the same bytes too.
    await copyFolder(calm, now, ilm.hoursOf);
    await liveGroup(["scripts/ilm/compare.ts", "trial", ...ends], process.env);
    const all = await compareFolders(calm, now, (path, bytes) => ilm.timeless(path, bytes, true));
    const differ = [...new Set([...files.differ, ...all.differ])];
    rows.push({ run, kills: fell.length, files: all.compared, differ: differ.length, fell: fell.join("; ") });
    for (const path of differ) print(`differs: ${path}`);
  }
  print(table(rows));
  if (rows.some(({ differ }) => differ > 0)) throw new StudyError("stage", `files differ after kills; seed ${seed}`);
  const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((all, row) => all + of(row), 0);
  print(`${sum((row) => row.kills)} kills, ${sum((row) => row.files)} files compared, 0 differ (seed ${seed})`);
});
