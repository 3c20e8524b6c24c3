// npx zx scripts/ielts/check.ts results/ielts/<run>/finetuning_data
// Reads train.jsonl, validation.jsonl and metadata.json, and nothing else, and counts what should not be there: quotes and
// spans that are not in the essay, types outside the five, bands off the grid, leaks. Exit 1 where a count is not 0.
import { defineScript, main, table } from "corrigenda/cli";
import { textLines } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk, readText } from "corrigenda/files";
import { auditor, FAULTS } from "corrigenda/ielts";
import { parseJson } from "corrigenda/json";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ielts/check.ts",
  summary: "ielts: an independent check of prepared files, from the files alone.",
  positionals: { folder: z.string().describe("the folder of train.jsonl") },
  flags: {},
  examples: ["npx zx scripts/ielts/check.ts ./finetuning_data"],
});

await main(script, async ({ folder }, { disk, print }) => {
  const files = nodeDisk(disk.resolve(folder));
  if ((await files.size("train.jsonl")) === undefined)
    throw new StudyError("files", `${files.resolve("train.jsonl")} does not exist; prepare writes it`);
  const audit = auditor();
  for (const side of ["train", "validation"] as const) {
    if ((await files.size(`${side}.jsonl`)) === undefined) continue;
    let number = 0;
    for await (const line of textLines(files, `${side}.jsonl`)) audit.line(side, ++number, line);
  }
  const metadata =
    (await files.size("metadata.json")) === undefined ? undefined : await readText(files, "metadata.json");
  const { train, validation, quotes, spans, faults, places } = audit.result(parseJson(metadata ?? ""));
  const rows = FAULTS.map((fault) => ({ fault, count: faults[fault] }));
  print(table(rows));
  print(`${train} train and ${validation} validation examples, ${quotes} quotes, ${spans} error spans`);
  if (places.length > 0)
    throw new StudyError(
      "dataset",
      `${places.length} ${places.length === 1 ? "kind" : "kinds"} of fault; the first of each: ${places.join("; ")}`,
    );
});
