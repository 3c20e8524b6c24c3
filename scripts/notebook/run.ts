// npm run notebook -- notebooks/00-tour.ipynb -p model gpt-5-mini
// Runs a notebook in its folder, without Jupyter; writes results/notebooks/<name>/<name>.ipynb and manifest.json.
import path from "node:path";
import { defineScript, duration, main, maskValues, type ScriptRun, secretsIn } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import {
  isPublished,
  notebooksBelow,
  openSession,
  openSource,
  placeOf,
  publish,
  runNotebook,
} from "corrigenda/notebook";
import { realClock } from "corrigenda/time";
import { z } from "zod";
import { $ } from "zx";

const parameters = z.record(z.string(), z.json()).default({}).meta({ short: "p" });
const flags = {
  parameters: parameters.describe("values for the cell tagged parameters: JSON, or text as it stands"),
  name: z.string().optional().describe("name below results/notebooks/, the notebook's own if left out"),
  all: z.boolean().default(false).describe("run every notebook of a folder, notebooks if left out"),
  force: z.boolean().default(false).describe("run also when nothing it depends on has changed"),
  results: z.string().default("results").describe("the folder of all results"),
};
const script = defineScript({
  name: "scripts/notebook/run.ts",
  summary: "Runs a notebook in Node, without Jupyter, and keeps the executed copy in results/notebooks/.",
  positionals: { notebook: z.string().optional().describe("a file ending in .ipynb, or a folder with --all") },
  flags,
  examples: ["npm run notebook -- notebooks/00-tour.ipynb", "npm run notebook -- --all"],
});

await main(script, async ({ notebook, ...flags }, around) => {
  const own = flags.name !== undefined || Object.keys(flags.parameters).length > 0;
  if (flags.all && own) throw new StudyError("config", "--parameters and --name go with one notebook, not with --all");
  if (flags.all) await runAll(notebook ?? "notebooks", flags, around);
  else if (notebook !== undefined) await runOne(notebook, flags, around);
  else throw new StudyError("config", "name a notebook, or say --all");
});

type Flags = z.infer<z.ZodObject<typeof flags>>;

async function runOne(file: string, flags: Flags, { disk: here, log, print, signal }: ScriptRun): Promise<void> {
  const disk = nodeDisk(here.resolve(".")); // stays where it is when the working folder changes
  const results = nodeDisk(disk.resolve(flags.results));
  const source = await openSource(disk, file, { ...flags, results });
  if (!flags.force && (await isPublished(results, source)))
    return print(`${file}: nothing that it depends on has changed; --force runs it again`);
  process.chdir(source.folder);
  const session = await openSession({ folder: source.folder, root: disk.resolve(".") });
  signal.addEventListener("abort", () => session.interrupt());
  await session.assist.isComplete(""); // answered when the type checker is warm: no cell's time holds that
  const start = realClock.now();
  const { notebook, failure } = await runNotebook(source.notebook, {
    ...{ session, signal, clock: realClock },
    each: ({ cell, of, ms, title, failure }) => log.info(`[${cell}/${of}] ${ms} ms  ${failure?.message ?? title}`),
  });
  await session.close();
  const clean = (text: string): string => maskValues(text, secretsIn(process.env));
  const run = { notebook, failed: failure !== undefined || signal.aborted, clean, start, end: realClock.now() };
  const copy = path.join(flags.results, await publish(results, source, run));
  signal.throwIfAborted();
  if (failure) throw new StudyError("notebook", `${placeOf(file, failure)}: ${failure.message}`);
  print(`${file}: ${duration(run.end - start)}, ${copy}`);
}

async function runAll(folder: string, { results, force }: Flags, { disk, signal }: ScriptRun): Promise<void> {
  const failed: string[] = [];
  for (const file of await notebooksBelow(disk, folder)) {
    const child = $({ preferLocal: true, stdio: ["ignore", "inherit", "inherit"], nothrow: true });
    const words = [script.name, file, "--results", results, ...(force ? ["--force"] : [])];
    if ((await child`zx ${words}`).exitCode !== 0) failed.push(file);
    signal.throwIfAborted();
  }
  if (failed.length > 0) throw new StudyError("notebook", `failed, as said above: ${failed.join(", ")}`);
}
