// npm start
// The studies on bundled data, offline and without a key; then what they found, and results/index.html to click through.
// A study of which nothing has changed since its last start is not started again. What steps say goes to results/.start/.
import { createTerminal, defineScript, duration, main, parseYaml, runChains } from "corrigenda/cli";
import { writeIndex } from "corrigenda/engine";
import { collect, nodeDisk, readText } from "corrigenda/files";
import { codeHash, openDamaged, recordStanding, runName, shownRuns, whyNotStanding } from "corrigenda/results";
import { intervalText } from "corrigenda/text";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const Study = z.strictObject({
  name: z.string(),
  asks: z.string(),
  run: z.string(),
  steps: z.array(z.string()).min(1),
});
const FILE = "scripts/start.yaml";
const OLDER = "If results/ is of an older version of this project: npm start -- --results results/new";

const script = defineScript({
  name: "scripts/start.ts",
  summary: "Runs the studies on bundled data: offline, no key needed, simulated answers.",
  flags: {
    verbose: z.boolean().default(false).describe("show every line that a step says"),
    results: z.string().default("results").describe("the folder of all runs"),
  },
  examples: ["npm start", "npm start -- --verbose"],
});

await main(script, async ({ results, verbose }, { disk, print, signal }) => {
  const start = realClock.now();
  print("Corrigenda. Offline, no key: answers are simulated, no service is asked; ilm trains its own small models.\n");
  const yaml = parseYaml(await readText(disk, FILE), FILE, z.array(z.array(Study)));
  const lanes = yaml.map((lane) =>
    lane.map(({ steps, run, ...study }) => ({
      ...{ ...study, ...runName(run), asked: steps },
      steps: steps.map((step) => {
        const words = step.split(" ").map((word) => word.replace("{results}", results));
        return [`scripts/${words[0]}`, ...words.slice(1), "--results", results];
      }),
    })),
  );
  const root = nodeDisk(disk.resolve(results));
  process.env.NODE_COMPILE_CACHE ??= disk.resolve("node_modules/.cache/compiled"); // forty processes load the same modules
  const code = await codeHash(disk);
  const started: string[] = [];
  await runChains(lanes, {
    ...{ signal, verbose, clock: realClock, terminal: createTerminal(process.stderr) },
    stands: async ({ name, asked, study, run }) => {
      const why = await whyNotStanding({ root, study, run }, { code, steps: asked });
      if (why === undefined) return true;
      started.push(why === "not made yet" ? name : `${name} (${why})`);
      await openDamaged({ root, study, run });
      return false;
    },
    ended: async ({ asked, study, run }, said, well) => {
      const log = `.start/${study}-${run}.log`;
      await root.write(log, `${said.join("\n")}\n`);
      if (well) await recordStanding({ root, study, run }, { code, steps: asked }, start);
      else print(`All that its steps said: ${root.resolve(log)}\n${OLDER}`);
    },
  });
  const runs = await collect(shownRuns(root));
  await writeIndex(root);
  print("\nFound:");
  for (const { study, run, name, asks } of lanes.flat()) {
    const { headline, provider } = runs.find((one) => one.study === study && one.run === run) ?? {};
    print(`${name}: ${asks}`);
    if (headline)
      print(
        `  ${headline.name}: ${intervalText(headline)}, n = ${headline.n} (${provider === "offline" ? "simulated" : provider})`,
      );
  }
  const none = "Nothing had changed, so nothing was started again";
  const again = started.length === 0 ? none : `Studies started: ${started.sort().join(", ")}`;
  print(`\n${again}; ${duration(realClock.now() - start)}. Intervals are 95 %.`);
  print(`All runs, reports and methods: ${root.resolve("index.html")}`);
  print("Next: npm run notebook -- notebooks/00-tour.ipynb, or docs/ for your own data and a real model.");
});
