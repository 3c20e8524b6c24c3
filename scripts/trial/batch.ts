// npm run trial:batch -- --kills 200
// Kills a batch client with SIGKILL at random journal points while the service injects faults, resumes it until its job
// is done, and audits the service's own bill: nothing lost, nothing created twice, nothing paid twice, same final table.
import { defineScript, main, table } from "corrigenda/cli";
import { auditBatches } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk, readText } from "corrigenda/files";
import { keyedRng } from "corrigenda/rng";
import { live, startServing } from "corrigenda/trial";
import { z } from "zod";

const script = defineScript({
  name: "scripts/trial/batch.ts",
  summary: "The fault trial of the batch engine: SIGKILL at random journal points, faults at the service.",
  flags: {
    kills: z.number().int().positive().default(20).describe("kills for each wire"),
    wire: z.enum(["openai", "azure", "anthropic", "all"]).default("all").describe("whose dialect is spoken"),
    seed: z.number().int().default(1126).describe("of faults and kill points"),
    scale: z.number().positive().default(300).describe("clock scale of client and service"),
    folder: z.string().default("results/.trial").describe("working folder; emptied first"),
  },
  examples: ["npm run trial:batch -- --kills 200"],
});

await main(script, async ({ kills: wanted, wire: chosen, seed, scale, folder }, { disk: here, log, print, signal }) => {
  const rows = [];
  const { env } = process;
  for (const wire of chosen === "all" ? (["openai", "azure", "anthropic"] as const) : [chosen]) {
    const disk = nodeDisk(here.resolve(`${folder}/${wire}`));
    await disk.remove(".");
    const rng = keyedRng(seed, "kills", wire);
    const client = (run: string, results: string, url: string): string[] =>
      [
        `scripts/trial/batch-client.ts ${run} --results`,
        disk.resolve(results),
        `--base-url ${url} --wire ${wire} --scale ${scale}`,
      ].flatMap((part) => part.split(" "));
    const serving = (state: string, ...more: string[]) =>
      startServing(["--state", disk.resolve(state), "--scale", String(scale), ...more]);
    await using calm = await serving("calm-state");
    await using service = await serving("state", "--faults", String(seed));
    let [kills, jobs, differ] = [0, 0, 0];
    for (; kills < wanted; jobs++) {
      const journal = `lives/trial/r${jobs}/submit/journal.jsonl`;
      const life = client(`r${jobs}`, "lives", service.url);
      while (kills < wanted && (await live(life, env, { rng, size: () => disk.size(journal) })) === "killed")
        kills += 1;
      await live(life, env);
      await live(client(`r${jobs}`, "calm", calm.url), env);
      const [killed, undisturbed] = await Promise.all(
        ["lives", "calm"].map((lives) => readText(disk, `${lives}/trial/r${jobs}/collect/collect.jsonl`)),
      );
      if (killed !== undisturbed) differ += 1;
      log.info(`${wire}: ${kills} kills, ${jobs + 1} jobs`);
      signal.throwIfAborted();
    }
    const audit = await auditBatches(
      nodeDisk(disk.resolve("state")),
      nodeDisk(disk.resolve("lives")),
      nodeDisk(disk.resolve("lives/.store/offline")),
    );
    rows.push({ wire, kills, jobs, ...audit, tablesThatDiffer: differ });
  }
  print(table(rows));
  const bad = rows.filter(
    ({ tablesThatDiffer, lost, createdTwice, paidTwice }) => tablesThatDiffer + lost + createdTwice + paidTwice > 0,
  );
  if (bad.length > 0)
    throw new StudyError("stage", `the trial failed on ${bad.map(({ wire }) => wire).join(", ")}; seed ${seed}`);
  print(
    `0 paid replies lost, 0 batches created twice, 0 requests paid twice, final tables byte-identical (seed ${seed})`,
  );
});
