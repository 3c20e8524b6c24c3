// npm run trial:kills -- --kills 1000
// The studies of npm start, each command killed with SIGKILL (its whole process group) at random moments and started again, run
// after run, until so many kills have fallen: the files of an undisturbed run, and nothing lost or paid twice by the service's bill.
import { defineScript, main, parseYaml, table } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { readText } from "corrigenda/files";
import { keyedRng } from "corrigenda/rng";
import { openKillTrial } from "corrigenda/trial";
import { z } from "zod";

const FILE = "scripts/start.yaml";
const Study = z.object({ name: z.string(), steps: z.array(z.string()) });
const script = defineScript({
  name: "scripts/trial/kills.ts",
  summary:
    "The kill trial of the studies: SIGKILL at random moments, the same files, nothing lost, nothing paid twice.",
  flags: {
    kills: z.number().int().positive().default(20).describe("in all, over the studies in turn"),
    studies: z
      .string()
      .default("whyfix longman,whyfix fce,labeling,selfcorrect,ielts")
      .describe("of scripts/start.yaml, with commas; the six models have scripts/trial/ilm.ts"),
    most: z.number().int().positive().default(4).describe("kills of one command at most"),
    seed: z.number().int().default(1126).describe("of the moments"),
    folder: z.string().default("results/.trial-kills").describe("working folder; emptied first"),
  },
  examples: ["npm run trial:kills -- --kills 1000"],
});

await main(script, async ({ kills: wanted, studies: names, most, seed, folder }, { disk, log, print, signal }) => {
  const lanes = parseYaml(await readText(disk, FILE), FILE, z.array(z.array(Study)));
  const studies = lanes.flat().flatMap(({ name, steps }) => {
    const commands = steps.map((step) => `scripts/${step}`.split(" "));
    return names.split(",").includes(name) ? [{ name, commands }] : [];
  });
  if (studies.length === 0) throw new StudyError("config", `--studies: none of ${names} is in ${FILE}`);
  const trial = await openKillTrial(disk.resolve(folder), process.env);
  for (const study of studies) {
    await trial.calm(study);
    log.info(`${study.name}: undisturbed`);
  }
  const sums = new Map(studies.map(({ name }) => [name, { study: name, runs: 0, kills: 0, files: 0, differ: 0 }]));
  const bill = { billed: 0, calls: 0, unknown: 0, lost: 0, repeated: 0, leaked: 0 };
  let [kills, differing] = [0, 0];
  for (let run = 0; kills < wanted; run++) {
    signal.throwIfAborted();
    const study = studies[run % studies.length];
    const row = study && sums.get(study.name);
    if (!study || !row) break;
    const end = await trial.killed(study, { most, left: wanted - kills, rng: keyedRng(seed, "kills", run) });
    kills += end.kills;
    differing += end.differ.length;
    row.runs += 1;
    row.kills += end.kills;
    row.files += end.files;
    row.differ += end.differ.length;
    for (const name of ["billed", "calls", "unknown", "lost", "repeated", "leaked"] as const) bill[name] += end[name];
    for (const path of end.differ) print(`run ${run}, ${study.name}: ${path} differs`);
    const { lost, repeated, leaked } = bill;
    log.info(
      `${kills} kills, ${run + 1} runs: ${lost} lost, ${repeated} repeated, ${leaked} leaked, ${differing} files differ`,
    );
  }
  print(table([...sums.values()]));
  print(table([bill]));
  const { lost, repeated, leaked } = bill;
  print(
    `${kills} kills: ${lost} lost, ${repeated} repeated, ${leaked} leaked, ${differing} files differ (seed ${seed})`,
  );
  if (lost + repeated + leaked + differing > 0) throw new StudyError("stage", `the kill trial failed; seed ${seed}`);
});
