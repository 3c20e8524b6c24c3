// A part of the malformed trial in a process of its own, so that it can be killed: says each seed before its input goes in.
//   npx zx scripts/trial/malformed-part.ts replies --seed 1 --count 100
import { defineScript, main, parseScript } from "corrigenda/cli";
import { efcamdat, merlin } from "corrigenda/dataset";
import { collect, memoryDisk, nodeDisk } from "corrigenda/files";
import { Plan } from "corrigenda/ilm";
import { LabelingConfig } from "corrigenda/labeling";
import { executedCells, readNotebook } from "corrigenda/notebook";
import { parseTemplates } from "corrigenda/selfcorrect";
import * as trial from "corrigenda/trial";
import * as whyfix from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/trial/malformed-part.ts",
  summary: "A part of the malformed trial: what came of its inputs, as a line of JSON.",
  positionals: { kind: z.string().describe("what is fed") },
  flags: {
    seed: z.number().int().default(0).describe("of the first input"),
    count: z.number().int().positive().default(1).describe("inputs"),
    folder: z.string().default("results/.trial/malformed").describe("for files that are read by their path"),
  },
});
const SMALL = 30_000;
const csv = { file: "e.csv", bytes: Buffer.from('writing_id,l1,cefr_level,text\n1,de,A1,"I am\nhere"\n2,x,B2,Bye\n') };
const yaml = { file: "x.yaml", bytes: Buffer.from("word: hello\nn: 7\nall: true\n") };
const flags = defineScript({ name: "x", summary: "x", flags: { word: z.string(), n: z.number(), all: z.boolean() } });

await main(script, async ({ kind, seed, count, folder }, { disk, print }) => {
  const place = nodeDisk(disk.resolve(`${folder}/${seed}`));
  const opened = async (name: string) => {
    const bytes = Buffer.concat(await collect(disk.read(name)));
    return { file: name.replace(/.*\//, ""), bytes: name.endsWith(".pdf") ? bytes : bytes.subarray(0, SMALL) };
  };
  const files = (...names: string[]) => Promise.all(names.map(opened));
  const sample = (...names: string[]) => files(...names.map((name) => `data/sample/${name}`));
  const command = async (text: string) => {
    const memory = memoryDisk();
    await memory.write("x.yaml", text);
    await parseScript(flags, ["--config", "x.yaml"], memory);
  };
  const eaters = async (): Promise<readonly trial.Eater[]> => {
    if (kind === "replies") return [trial.replies, trial.resultFiles];
    if (kind === "datasets")
      return [
        trial.rowsEater("merlin", await sample("ilm/merlin-de.jsonl"), merlin.rows),
        trial.rowsEater("efcamdat", [csv], efcamdat.rows),
        trial.rowsEater("fce", await sample("whyfix/fce.xml"), whyfix.readFce),
        trial.rowsEater("longman", await sample("whyfix/longman.m2"), whyfix.readLongman),
        trial.rowsEater("m2", await sample("whyfix/longman.m2"), whyfix.readM2),
        trial.rowsEater("json rows", await sample("whyfix/longman_with_collocation_small.json"), whyfix.readJsonRows),
        trial.rowsEater("csv rows", await sample("whyfix/longman_ground_truth.csv"), whyfix.readCsvRows),
        trial.questionsEater("boolq", "boolq", await sample("selfcorrect/boolq.jsonl")),
        trial.questionsEater("gsm8k", "gsm8k", await sample("selfcorrect/gsm8k.jsonl")),
        trial.questionsEater("hotpotqa", "hotpotqa", await sample("selfcorrect/hotpotqa.json")),
        trial.tableEater("essays", await sample("ielts/no-evaluation.jsonl", "ielts/essays.csv"), place),
      ];
    if (kind === "configs")
      return [
        trial.textEater("experiment", await files("scripts/whyfix/experiment.yaml"), whyfix.parseExperiment),
        trial.yamlEater("labeling", await files("scripts/labeling/config.yaml"), LabelingConfig),
        trial.yamlEater("plan", await files("scripts/ilm/plan.yaml", "scripts/ilm/micro-plan.yaml"), Plan),
        trial.textEater("flags", [yaml], command),
        trial.textEater("templates", await files("lib/selfcorrect/templates.json"), parseTemplates),
      ];
    const read = (text: string, file: string) => executedCells(readNotebook(text, file));
    return [trial.textEater("notebooks", await files("notebooks/00-tour.ipynb", "notebooks/11-ilm-claim.ipynb"), read)];
  };
  const seeds = Array.from({ length: count }, (_, at) => seed + at);
  const before = (one: number): void => print(String(one));
  const small = { file: "small.pdf", bytes: trial.smallPdf() };
  const pdfs = async () => [...Array.from({ length: 19 }, () => small), ...(await sample("papers/1282.pdf"))];
  const eaten = await (kind === "pdfs"
    ? trial.feedPdfs(await pdfs(), place, seeds, before)
    : trial.feedInTurn(await eaters(), seeds, before));
  await place.remove(".");
  print(JSON.stringify({ ...eaten, peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
});
