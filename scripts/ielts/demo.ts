// npx zx scripts/ielts/demo.ts
// Three essays, stage by stage, in mock mode: as loaded, as mapped, asked and answered, as a line of a training file.
// Writes <results>/ielts/demo/sample_output/: sample_finetuning_example.json and sample.jsonl.
import { defineScript, main } from "corrigenda/cli";
import { openSource } from "corrigenda/dataset";
import { mockOutcomes, writeLines } from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import * as ielts from "corrigenda/ielts";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ielts/demo.ts",
  summary: "ielts: three examples, stage by stage, with a simulator.",
  flags: {
    from: z.string().default("data/sample/ielts/essays.csv").describe("a .csv, .jsonl or .parquet file"),
    seed: z.number().int().default(42).describe("decides which three rows"),
    results: z.string().default("results").describe("the folder of all runs"),
  },
  examples: ["npx zx scripts/ielts/demo.ts"],
});

await main(script, async ({ from, seed, results }, { disk, print }) => {
  const place = { from, dataset: "", split: "", folder: "", hub: {}, columns: ielts.COLUMNS };
  const { table } = await openSource(disk, place);
  const mapped = await collect(ielts.mappedRows(table, { numSamples: 3, seed, trustEvaluation: false }));
  const prompt = ielts.evidencePrompt("gpt-4o-mini");
  const brief = (text: string): string => JSON.stringify(text.length > 160 ? `${text.slice(0, 160)}…` : text);
  const lines: string[] = [];
  for (const one of mapped) {
    if (!one.ok) {
      print(`row ${one.row}: left out, ${one.reason}\n`);
      continue;
    }
    const { example } = one;
    print(`— row ${example.row}\n1. loaded\n   prompt ${brief(example.prompt)}\n   essay ${brief(example.essay)}`);
    print(`2. mapped: overall ${example.overall} (${example.overallFrom}), criteria ${example.bands.join(", ")}`);
    const items = [0, 1, 2, 3].map((criterion) => ({ example, criterion: criterion as ielts.Item["criterion"] }));
    const outcomes = await collect(mockOutcomes({ prompt, rows: () => items, simulator: ielts.simulateIelts }));
    print("3. asked and answered (simulated: it says nothing about any model)");
    for (const { id, ...outcome } of outcomes)
      print(`   ${id}: ${outcome.ok ? brief(JSON.stringify(outcome.value)) : `no evidence: ${outcome.error.message}`}`);
    const evidence = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
    if (evidence.length < 4) print("4. formatted: not, a criterion has no evidence; prepare would ask again\n");
    else {
      lines.push(ielts.finetuneLine(example, evidence));
      print(`4. formatted: ${brief(lines.at(-1) ?? "")}\n`);
    }
  }
  const root = nodeDisk(disk.resolve(results));
  const folder = "ielts/demo/sample_output";
  await root.write(
    `${folder}/sample_finetuning_example.json`,
    `${JSON.stringify(JSON.parse(lines[0] ?? "{}"), null, 2)}\n`,
  );
  await writeLines(root, `${folder}/sample.jsonl`, () => lines);
  print(`${ielts.sourceCostLines(ielts.sourceCost(lines.length)).join("\n")}\nwritten: ${root.resolve(folder)}`);
});
