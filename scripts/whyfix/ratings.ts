// npx zx scripts/whyfix/ratings.ts export 0622-1458 --raters anna,ben
// npx zx scripts/whyfix/ratings.ts import 0622-1458 --sheets <folder of the filled sheets>
// Human ratings. export: blinded sheets in results/whyfix/<DATE>/rating-sheets/, their key in ratings-export/ (not for raters).
// import: ratings-<8 hex of the sheets>/ with ratings.jsonl, problems.jsonl, metrics.json and report.html. No calls.
import { defineScript, main } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import { contentHash } from "corrigenda/json";
import { saveReport } from "corrigenda/report";
import { requireStage, stagesOf } from "corrigenda/results";
import { realClock as clock } from "corrigenda/time";
import * as whyfix from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/whyfix/ratings.ts",
  summary: "whyfix: blinded rating sheets out, ratings with agreement and tests in.",
  positionals: {
    action: z.enum(["export", "import"]).describe("what to do"),
    date: z.string().describe("the run's name, MMDD-HHMM"),
  },
  flags: { ...whyfix.ratingFlags, results: engine.engineFlags.results },
  examples: [
    "npx zx scripts/whyfix/ratings.ts export 0622-1458 --raters anna,ben --rows 30",
    "npx zx scripts/whyfix/ratings.ts import 0622-1458 --sheets ~/filled",
  ],
});

await main(script, async (flags, { disk, print }) => {
  const root = nodeDisk(disk.resolve(flags.results));
  const [run, environment] = [whyfix.checkDate(flags.date), await engine.stageEnvironment(disk, clock.now())];
  const name = { study: "whyfix", run };
  const step2 = await requireStage(root, { ...name, stage: "step2" }, `npx zx scripts/whyfix/step2.ts ${run}`);
  const { provider } = whyfix.StepConfig.parse(step2.manifest.config);
  const effects = { ...engine, saveReport };

  if (flags.action === "export") {
    const { rows, seed, input, length } = flags;
    const raters = whyfix.flagList(flags.raters) ?? [];
    const choice = { raters, rows, seed, methods: whyfix.flagList(flags.methods), input, length };
    const parents = [step2.parent];
    for await (const { stage, state } of stagesOf(root, name)) {
      if (stage !== "step4" || state !== "finished") continue;
      parents.push((await requireStage(root, { ...name, stage }, script.name)).parent);
    }
    const records = async function* () {
      for (const { stage } of parents)
        yield* engine.readTable(root, `whyfix/${run}/${stage}/${stage}.jsonl`, whyfix.StructuredRecord);
    };
    const config = JSON.parse(JSON.stringify({ ...choice, provider }));
    const words = Object.entries(config).flatMap(([key, value]) =>
      key === "provider" ? [] : [`--${key}`, String(value)],
    );
    const command = [script.name, "export", "{run}", ...words];
    const spec = { ...name, stage: "ratings-export", config, command, parents, seeds: { seed }, environment };
    const made = await whyfix.exportRatings(effects, { root, clock, spec }, records, choice);
    for (const file of made) print(root.resolve(file));
    return print("give each rater the guide and the two sheets with their name, and nothing else of this folder");
  }

  if (flags.sheets === undefined)
    throw new StudyError("config", "import needs --sheets: the folder of the filled sheets");
  const files = (await disk.list(flags.sheets))
    .filter((file) => file.endsWith(".csv"))
    .map((file) => `${flags.sheets}/${file}`);
  if (files.length === 0)
    throw new StudyError("dataset", `${flags.sheets} holds no .csv file; name the folder of the sheets`);
  const again = `npx zx scripts/whyfix/ratings.ts export ${run} --raters <names>`;
  const exported = await requireStage(root, { ...name, stage: "ratings-export" }, again);
  const inputs = await engine.hashInputs(disk, files);
  const stage = `ratings-${contentHash(inputs.map(({ sha256 }) => sha256)).slice(0, 8)}`;
  const spec = {
    ...{ ...name, stage, inputs, environment, parents: [exported.parent], seeds: { seed: flags.seed } },
    ...{ config: { seed: flags.seed }, command: [script.name, "import", "{run}", "--sheets", flags.sheets] },
  };
  const from = { disk, files, provider: provider.name };
  const page = await whyfix.importRatings(effects, { root, clock, spec }, from, flags);
  print(`report: ${root.resolve(page)}`);
});
