// npx zx scripts/bench/tokens.ts
// Input tokens estimated as the engine does (bytes × a ratio from 1,000 exact counts, drawn from all requests) against
// exact counts of other requests of the whyfix grid.
import { defineScript, main } from "corrigenda/cli";
import { CALIBRATION_REQUESTS, calibrateBodies, inputFiles, readingProvider, sampleRows } from "corrigenda/engine";
import { keyedRng } from "corrigenda/rng";
import { encodingOf, loadTokenizer } from "corrigenda/text";
import { cellItems, fullGrid, METHODS, setUp, type WhyfixItem, whyfixPrompt } from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/tokens.ts",
  summary: "How exact the estimate of input tokens is.",
  flags: {
    others: z.number().int().positive().default(4_000).describe("requests whose tokens are counted for comparison"),
    model: z.string().default("gpt-4o-mini").describe("whose encoding is used"),
  },
});

await main(script, async ({ others, model }, { disk, print }) => {
  const experiment = "scripts/whyfix/experiment.yaml";
  const setup = await setUp(inputFiles(disk), { sampleType: "sample-longman", embedding: "small", experiment });
  const prompt = whyfixPrompt(setup.experiment);
  const provider = readingProvider({ name: "openai" });
  const bodyOf = (item: WhyfixItem): string => provider.encode(prompt.request(item)).body;
  const cells = [...fullGrid(setup.experiment, { dataset: ["longman"] })].filter(
    ({ method }) => !METHODS[method].needsKnowledge,
  );
  const draw = await sampleRows(cellItems(cells, setup.rows), CALIBRATION_REQUESTS + others, keyedRng("tokens"));
  const bodies = keyedRng("tokens", "halves").shuffle(draw).map(bodyOf);
  const { tokensPerByte, low, high, n } = await calibrateBodies(bodies.slice(0, CALIBRATION_REQUESTS), model);
  const tokenizer = await loadTokenizer(encodingOf(model));
  const sum = { estimated: 0, exact: 0, apart: 0 };
  for (const body of bodies.slice(CALIBRATION_REQUESTS)) {
    const [estimated, exact] = [Buffer.byteLength(body) * tokensPerByte, tokenizer.count(body)];
    sum.estimated += estimated;
    sum.exact += exact;
    sum.apart += Math.abs(estimated - exact) / exact;
  }
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
  print(
    `tokens: ${tokensPerByte.toFixed(4)} a byte (95 %: ${low.toFixed(4)} to ${high.toFixed(4)}, ` +
      `±${percent((high - low) / 2 / tokensPerByte)}; ${n} exact counts); on ${others} other requests the sum is off by ` +
      `${percent(sum.estimated / sum.exact - 1)}, a single one by ${percent(sum.apart / others)} on average`,
  );
});
