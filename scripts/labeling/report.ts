// npx zx scripts/labeling/report.ts --run papers
// Writes into results/labeling/<run>/: report.html (totals, what judge and reasoning changed, scores where evaluate.ts was run,
// failures, cost), papers/<document>.html (a paper's text with its mentions marked), tables/, figures/. No calls.
import { defineScript, main } from "corrigenda/cli";
import * as engine from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import * as labeling from "corrigenda/labeling";
import { html, page, saveReport } from "corrigenda/report";
import { requireStage, stagesOf } from "corrigenda/results";
import { z } from "zod";

const script = defineScript({
  name: "scripts/labeling/report.ts",
  summary: "labeling: a page for the run and one for each paper.",
  flags: {
    ...labeling.runFlags,
    figures: z.boolean().default(true).describe("save every figure as interactive HTML, SVG, PNG and PDF"),
    results: engine.engineFlags.results,
  },
  examples: ["npx zx scripts/labeling/report.ts --run sample --figures=false"],
});

await main(script, async (flags, { disk, print, signal, ...around }) => {
  const root = nodeDisk(disk.resolve(flags.results));
  const run = await engine.runOf(disk, flags, labeling.LabelingConfig, labeling.defaultRun);
  const [name, folder] = [{ study: "labeling", run }, `labeling/${run}`];
  const stages = await collect(stagesOf(root, name));
  const last = labeling.lastProcess(stages);
  const through = labeling.stagesThrough(last, run);
  const { manifest } = await engine.requireStages(root, name, through);
  const { input, provider: asked, labeling: config, redact } = labeling.LabelingStage.parse(manifest.config);
  const provider = asked.name === "offline" ? "offline" : `${asked.name}, ${config.MODEL}`;
  const [costs, failed]: [labeling.ProcessCost[], labeling.ReplyRecord[]] = [[], []];
  for (const { stage, command } of through) {
    const process = labeling.PROCESSES.find((one) => labeling.resultsStage(one) === stage);
    if (!process) continue;
    const { counts, tokens, cost } = (await requireStage(root, { ...name, stage }, command)).manifest;
    costs.push({ process, counts, tokens, usd: cost.actualUsd });
    const replies = engine.readTable(root, labeling.tables.replies(run, process), labeling.ReplyRecord);
    for await (const reply of replies) if (!reply.ok) failed.push(reply);
  }
  const evaluated = stages.some(({ stage, state }) => stage === "evaluation" && state === "finished");
  const scores = evaluated
    ? {
        rows: await collect(engine.readTable(root, `${folder}/evaluation/scores.jsonl`, labeling.EvaluationRow)),
        overrides: await collect(engine.readTable(root, `${folder}/evaluation/overrides.jsonl`, labeling.OverrideCell)),
      }
    : undefined;
  const documents = await collect(engine.readTable(root, labeling.tables.documents(run), labeling.DocumentRow));
  const papers = labeling.paperParts(
    documents,
    engine.readTable(root, labeling.tables.pages(run), labeling.PageRow),
    engine.readTable(root, labeling.tables.mentions(run, last), labeling.Mention),
    failed,
  );
  const read: labeling.TableReader = (path, schema) => engine.readTable(root, path, schema);
  const rebuild = (stage: string) => engine.askedAgain(labeling.resultsQuestion(stage, config, run, read), { redact });
  const behind = await engine.writeBehind(root, name, rebuild, around);
  const rowsHref = engine.rowsHref(behind);
  const tally = labeling.runTally({ run, provider, input, last, costs, failed, scores, rowsHref });
  let at = 0;
  for await (const paper of papers) {
    signal.throwIfAborted();
    tally.add(paper);
    const near = { before: documents[at - 1]?.document, after: documents[at + 1]?.document };
    const text = labeling.paperPage({ html, page }, paper, { run, provider, ...near });
    await root.write(`${folder}/papers/${paper.row.document}.html`, text);
    at += 1;
  }
  const file = await saveReport(root, folder, tally.report(), { ...flags, behind });
  await engine.writeIndex(root);
  print(`${at} papers: ${root.resolve(file)}`);
});
