// npx zx scripts/ielts/report.ts sample
// Writes into results/ielts/<run>/: report.html (bands, criteria, rows left out, leakage, cost, fine-tuning, evaluations), essays.html
// (essays with quotes and errors marked), tables/, figures/. No calls.
import { defineScript, main } from "corrigenda/cli";
import { openSource } from "corrigenda/dataset";
import { engineFlags, readTable, textLines, writeBehind, writeIndex } from "corrigenda/engine";
import { collect, nodeDisk, readText } from "corrigenda/files";
import * as ielts from "corrigenda/ielts";
import { parseJson } from "corrigenda/json";
import { html, page, saveReport } from "corrigenda/report";
import { type Manifest, requireStage, stagesOf } from "corrigenda/results";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ielts/report.ts",
  summary: "ielts: the report of a prepared run, and of its evaluations.",
  positionals: { run: z.string().describe("the run's name, below results/ielts/") },
  flags: {
    figures: z.boolean().default(true).describe("save every figure as interactive HTML, SVG, PNG and PDF"),
    results: engineFlags.results,
  },
  examples: ["npx zx scripts/ielts/report.ts sample", "npx zx scripts/ielts/report.ts sample --figures=false"],
});

await main(script, async (flags, { disk, print, ...around }) => {
  const root = nodeDisk(disk.resolve(flags.results));
  const { run } = flags;
  const name = { study: "ielts", run };
  await requireStage(root, { ...name, stage: "files" }, `npx zx scripts/ielts/prepare.ts --run ${run}`);
  const folder = `ielts/${run}`;
  const files = `${folder}/finetuning_data`;
  const said = parseJson(await readText(root, `${files}/metadata.json`));
  const metadata = said as unknown as ielts.Metadata;
  const [audit, counts] = [ielts.auditor(), ielts.exampleCounts()];
  for (const side of ["train", "validation"] as const) {
    if ((await root.size(`${files}/${side}.jsonl`)) === undefined) continue;
    let line = 0;
    for await (const text of textLines(root, `${files}/${side}.jsonl`)) {
      line += 1;
      audit.line(side, line, text);
      counts.add(side, line, text);
    }
  }
  const rejected: ielts.Rejected[] = [];
  for await (const one of readTable(root, `${files}/rejected.jsonl`, ielts.Rejected))
    if (rejected.length < ielts.MOST_REJECTED) rejected.push(one);
  const asked = new Map<string, Manifest>();
  const costs: ielts.StageCost[] = [];
  const evaluations: ielts.IeltsReportInput["evaluations"][number][] = [];
  let tuning: ielts.TuningShown | undefined;
  for (const { stage, state } of await collect(stagesOf(root, name))) {
    if (state !== "finished") continue;
    if (/^(evidence|evidence-again|scores-[0-9a-f]+)$/.test(stage)) {
      const { manifest } = await requireStage(root, { ...name, stage }, script.name);
      asked.set(stage, manifest);
      const { tokens, cost, counts: rows } = manifest;
      const { done = 0, failed = 0 } = rows;
      costs.push({ stage, done, failed, tokens: tokens.input + tokens.output, usd: cost.actualUsd });
    }
    if (stage === "finetune") {
      const losses = await ielts.lossPoints(textLines(root, `${folder}/finetune/events.jsonl`));
      tuning = { tuned: await ielts.readTuned({ textLines }, root, run, files), losses };
    }
    const [, digits] = /^evaluation-([0-9a-f]{8})$/.exec(stage) ?? [];
    if (digits === undefined) continue;
    const text = await readText(root, `${folder}/${stage}/evaluation.json`);
    evaluations.push({ name: digits, evaluation: ielts.Evaluation.parse(JSON.parse(text)) });
  }
  const found = counts.result();
  const about = { run, metadata, counts: found, rejected, costs, evaluations, tuning };
  const report = ielts.ieltsReport({ ...about, audit: audit.result(said) });
  await root.write(
    `${folder}/essays.html`,
    ielts.essaysPage({ html, page }, found.shown, { run, provider: report.provider }),
  );
  const rebuild = ielts.rebuildOf({ openSource, readTable, textLines, root, disk }, asked);
  const behind = await writeBehind(root, name, rebuild, around);
  print(`report: ${root.resolve(await saveReport(root, folder, report, { ...flags, behind }))}`);
  await writeIndex(root);
});
