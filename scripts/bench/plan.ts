// npx zx scripts/bench/plan.ts
// Whyfix requests planned (built, hashed, deduplicated, estimated, written, fsynced) against the same requests built,
// through bare JSON.stringify and buffered writes; the peak of planning 1,000,000; how exact the token estimate is.
import { inChild, openClaims, pairedRounds, peakMb } from "corrigenda/bench";
import { openBatchJob } from "corrigenda/batch";
import { defineScript, main } from "corrigenda/cli";
import { CALIBRATION_REQUESTS, calibrateBodies, inputFiles, requestEstimator } from "corrigenda/engine";
import { nodeDisk } from "corrigenda/files";
import { openProvider } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { cellItems, fullGrid, OUTPUT_TOKENS, setUp, type WhyfixItem, whyfixPrompt } from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/plan.ts",
  summary: "Planning against bare JSON.stringify + write; memory of 1,000,000 requests; the error of token estimates.",
  flags: {
    requests: z.number().int().positive().default(100_000).describe("requests of each round"),
    rounds: z.number().int().positive().default(7).describe("paired rounds"),
    child: z.number().int().positive().optional().describe("plan this many once and print the peak as JSON"),
    folder: z.string().default("results/.bench/plan").describe("working folder; emptied"),
  },
});

await main(script, async ({ requests, rounds, child, folder }, { disk: here, print }) => {
  const disk = nodeDisk(here.resolve(folder));
  await disk.remove(".");
  const experiment = "scripts/whyfix/experiment.yaml";
  const setup = await setUp(inputFiles(here), { sampleType: "sample-longman", embedding: "small", experiment });
  const prompt = whyfixPrompt(setup.experiment);
  const pick = { dataset: ["longman"], input: ["t"], method: ["Dict", "Collo", "Collo2"] };
  const cells = [...fullGrid(setup.experiment, pick)];
  // As many different requests as wanted: the grid again and again, its rows told apart by number and text.
  const items = function* (count: number): Generator<WhyfixItem> {
    for (let repeat = 0, n = 0; n < count; repeat++) {
      const mark = (text: string): string => `${text} (${repeat})`;
      const rows = setup.rows.map((row) => ({
        ...row,
        index: row.index + repeat * 10_000,
        learner_sentence: mark(row.learner_sentence),
        formatted_sentence: mark(row.formatted_sentence),
      }));
      for (const item of cellItems(cells, rows)) if (n++ < count) yield item;
    }
  };
  const provider = openProvider({ name: "openai" }, { OPENAI_API_KEY: "none" });
  const bodies = Array.from(items(2 * CALIBRATION_REQUESTS), (item) => provider.encode(prompt.request(item)).body);
  const ratio = await calibrateBodies(bodies.slice(0,CALIBRATION_REQUESTS), "gpt-4o-mini");
  const { estimate } = requestEstimator(ratio, OUTPUT_TOKENS, { provider: "openai", batch: true, at: realClock.now() });
  const plan = async (name: string, count: number): Promise<void> => {
    const store = await openLocalStore(nodeDisk(disk.resolve(`${name}/store`)), realClock);
    const journal = await openJournal<never>(disk, `${name}/journal.jsonl`);
    const common = { prompt, provider, store, journal, run: "bench/plan/one", price: () => 0, clock: realClock };
    const job = openBatchJob({ ...common, disk: nodeDisk(disk.resolve(name)), estimate, rng: keyedRng(1) });
    const summary = await job.plan(() => items(count));
    if (summary.requests !== count) throw new Error(`${summary.requests} of ${count} requests are different`);
    await journal.close();
    await store.close();
    await disk.remove(name);
  };
  if (child !== undefined) {
    await plan("child", child);
    return print(JSON.stringify(await peakMb()));
  }
  const bare = async (name: string, count: number): Promise<void> => {
    const file = await disk.append(name);
    let [lines, chars] = [[] as string[], 0];
    const flush = async (): Promise<void> => {
      await file.write(`${lines.join("\n")}\n`);
      [lines, chars] = [[], 0];
    };
    for (const item of items(count)) {
      const { model, messages, schema, temperature } = prompt.request(item);
      const format = { type: "json_schema", name: schema?.name, strict: true, schema: schema?.schema };
      const body = { model, input: messages, temperature, text: { format }, store: false };
      const line = JSON.stringify({ custom_id: prompt.id(item), method: "POST", url: "/v1/responses", body });
      lines.push(line);
      chars += line.length;
      if (chars > 1 << 20) await flush();
    }
    await flush();
    await file.close();
    await disk.remove(name);
  };
  const claims = openClaims(print);
  const paired = await pairedRounds({ ours: (round) => plan(`r${round}`, requests), alternative: (round) => bare(`b${round}.jsonl`, requests) }, realClock, rounds);
  claims.addPaired({ name: "plan", alternative: "build + JSON.stringify + write", unit: "requests", limit: 0.6 }, requests, paired);
  const peak = await inChild<number>(script.name, "--child", "1000000", "--folder", `${folder}-child`);
  claims.add({ name: "plan of 1,000,000, peak", value: peak, unit: "MB", limit: 300, wanted: "at most", binding: true });
  claims.end();
});
