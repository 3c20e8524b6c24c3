// npx zx scripts/bench/plan.ts
// Whyfix requests planned (built, hashed, deduplicated, estimated, written, fsynced) against the same requests built,
// through bare JSON.stringify and buffered writes; and the peak of planning 1,000,000.
import { inChild, openClaims, pairedRounds, peakMb, planOnce, writeBare } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { nodeDisk } from "corrigenda/files";
import { openProvider } from "corrigenda/provider";
import { realClock } from "corrigenda/time";
import * as whyfix from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/plan.ts",
  summary: "Planning against bare JSON.stringify + write, and the memory of 1,000,000 requests.",
  flags: {
    requests: z.number().int().positive().default(100_000).describe("requests of each round"),
    rounds: z.number().int().positive().default(7).describe("paired rounds"),
    child: z.number().int().positive().optional().describe("plan this many once and print the peak as JSON"),
  },
});
const source = {
  ...({ sampleType: "sample-longman", embedding: "small" } as const),
  experiment: "scripts/whyfix/experiment.yaml",
};
const grid = { dataset: ["longman"], input: ["t"], method: ["Dict", "Collo", "Collo2"] };

await main(script, async ({ requests, rounds, child }, { disk: here, print }) => {
  const disk = nodeDisk(here.resolve("results/.bench/plan"));
  await disk.remove(".");
  const { experiment, rows } = await whyfix.setUp(engine.inputFiles(here), source);
  const cells = [...whyfix.fullGrid(experiment, grid)];
  const prompt = whyfix.whyfixPrompt(experiment);
  const provider = openProvider({ name: "openai" }, { OPENAI_API_KEY: "none" });
  // As many different requests as wanted: the grid again and again, its rows told apart by number and sentence.
  const items = function* (count: number): Generator<whyfix.WhyfixItem> {
    for (let mark = 0, n = 0; n < count; mark++) {
      const again = rows.map((row) => ({
        ...row,
        index: mark * 10_000 + row.index,
        learner_sentence: `${row.learner_sentence} (${mark})`,
      }));
      for (const item of whyfix.cellItems(cells, again)) if (n++ < count) yield item;
    }
  };
  const first = Array.from(items(engine.CALIBRATION_REQUESTS), (item) => provider.encode(prompt.request(item)).body);
  const ratio = await engine.calibrateBodies(first, "gpt-4o-mini");
  const pricing = { provider: "openai", batch: true, at: realClock.now() };
  const { estimate } = engine.requestEstimator(ratio, whyfix.OUTPUT_TOKENS, pricing);
  const plan = async (count: number): Promise<void> => {
    const planned = await planOnce(disk, { prompt, provider, estimate, rows: items(count) });
    if (planned.requests !== count) throw new Error(`only ${planned.requests} of ${count} requests are different`);
  };
  if (child !== undefined) {
    await plan(child);
    return print(JSON.stringify(await peakMb()));
  }
  const line = (item: whyfix.WhyfixItem): string => {
    const { model, messages: input, schema, temperature } = prompt.request(item);
    const format = { type: "json_schema", name: schema?.name, strict: true, schema: schema?.schema };
    const body = { model, input, temperature, store: false, text: { format } };
    return JSON.stringify({ custom_id: prompt.id(item), method: "POST", url: "/v1/responses", body });
  };
  const contest = {
    ours: () => plan(requests),
    alternative: async () => {
      await writeBare(disk, "bare.jsonl", Iterator.from(items(requests)).map(line));
      await disk.remove(".");
    },
  };
  const claims = openClaims(print);
  const names = { name: "plan", alternative: "build + JSON.stringify + write", unit: "requests", limit: 0.6 };
  claims.addPaired(names, requests, await pairedRounds(contest, realClock, rounds));
  const value = await inChild<number>(script.name, "--child", "1000000");
  claims.add({ name: "plan of 1,000,000, peak", value, unit: "MB", limit: 300, wanted: "at most", binding: true });
  claims.end();
});
