import type { readTable, tableStage, writeLines } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { saveReport } from "corrigenda/report";
import { z } from "zod";
import { findingsOf, ratingMetrics } from "./ratings-findings.ts";
import { importSheets, Rating } from "./ratings-import.ts";
import { ratingsReport } from "./ratings-report.ts";
import { guideText } from "./ratings-scales.ts";
import { KeyLine, makeSheets, type SheetChoice } from "./ratings-sheets.ts";
import type { StructuredRecord } from "./record.ts";

/** Below a run's folder: what raters get, and nothing else. */
export const SHEETS = "rating-sheets";

/** Flags of scripts/whyfix/ratings.ts. */
export const ratingFlags = {
  raters: z.string().optional().describe("export: names of two or more raters, with commas between: anna,ben"),
  rows: z.number().int().positive().default(20).describe("export: learner errors to rate"),
  seed: z.number().int().nonnegative().default(1126).describe("export: decides the errors, the order and the sides"),
  methods: z.string().optional().describe("export: methods to rate, with commas between; default all"),
  input: z.string().optional().describe("export: the input of what is rated, such as target; default the run's first"),
  length: z.string().optional().describe("export: the length of what is rated, such as fifty; default the run's first"),
  sheets: z.string().optional().describe("import: the folder of the sheets that came back"),
  figures: z.boolean().default(true).describe("import: save the figure as interactive HTML, SVG, PNG and PDF"),
};

/** What the script hands in. */
export interface RatingEffects {
  readonly readTable: typeof readTable;
  readonly saveReport: typeof saveReport;
  readonly tableStage: typeof tableStage;
  readonly writeLines: typeof writeLines;
}

type TableStage = Parameters<typeof tableStage>[0];

/** A list in a flag: "anna, ben". */
export function flagList(text: string | undefined): string[] | undefined {
  return text === undefined ? undefined : text.split(",").map((part) => part.trim());
}

/** The stage "ratings-export": key.jsonl in it, the sheets in a folder of their own beside it. Returns the sheets' names. */
export async function exportRatings(
  effects: RatingEffects,
  place: TableStage,
  records: () => AsyncIterable<StructuredRecord>,
  choice: SheetChoice,
): Promise<readonly string[]> {
  const { root, spec } = place;
  const folder = `${spec.study}/${spec.run}`;
  await effects.tableStage(place, async ({ path }) => {
    const all: StructuredRecord[] = [];
    for await (const record of records()) all.push(record);
    const { sheets, key } = makeSheets(all, choice);
    await effects.writeLines(root, path("key.jsonl"), () => key.map((line) => JSON.stringify(line)));
    const files = [...sheets, { file: "guide.txt", content: `\uFEFF${guideText()}` }];
    for (const { file, content } of files) await root.write(`${folder}/${SHEETS}/${file}`, content);
    return {
      ...{ outputs: ["key.jsonl"], exports: files.map(({ file }) => `${SHEETS}/${file}`) },
      counts: { done: key.length, failed: 0 },
    };
  });
  return (await root.list(`${folder}/${SHEETS}`)).map((file) => `${folder}/${SHEETS}/${file}`);
}

/** The stage "ratings-<hash of the sheets>": ratings.jsonl, problems.jsonl, metrics.json, and report.html. Returns its page. */
export async function importRatings(
  effects: RatingEffects,
  place: TableStage,
  from: { readonly disk: Disk; readonly files: readonly string[]; readonly provider: string },
  options: { readonly seed: number; readonly figures: boolean },
): Promise<string> {
  const { root, spec } = place;
  const folder = `${spec.study}/${spec.run}/${spec.stage}`;
  const key: KeyLine[] = [];
  const exported = `${spec.study}/${spec.run}/ratings-export/key.jsonl`;
  for await (const line of effects.readTable(root, exported, KeyLine)) key.push(line);
  const sheets: { file: string; content: string }[] = [];
  for (const file of from.files) sheets.push({ file, content: await textOf(from.disk, file) });
  // Before the stage begins: empty sheets leave no open stage behind.
  const imported = await importSheets(sheets, key);
  if (imported.ratings.length === 0) throw nothing(imported.problems[0]);
  const { run } = spec;
  await effects.tableStage(place, async ({ path }) => {
    const input = { run, provider: from.provider, imported, key, findings: findingsOf(imported.ratings, options.seed) };
    const lines = (values: readonly object[]) => () => values.map((value) => JSON.stringify(value));
    await effects.writeLines(
      root,
      path("ratings.jsonl"),
      lines(imported.ratings.map((rating) => Rating.parse(rating))),
    );
    await effects.writeLines(root, path("problems.jsonl"), lines(imported.problems));
    await effects.saveReport(root, folder, ratingsReport(input), options);
    return {
      // Not the page: it names the run, so a run made again has another one.
      outputs: ["ratings.jsonl", "problems.jsonl"],
      counts: { done: imported.ratings.length, failed: imported.problems.length },
      metrics: ratingMetrics(input),
    };
  });
  return `${folder}/report.html`;
}

/** UTF-8, which is what was exported; anything else would turn letters into others. */
async function textOf(disk: Disk, file: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of disk.read(file)) parts.push(part);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
  } catch (cause) {
    throw new StudyError("dataset", `${file} is not UTF-8; save it again as "CSV UTF-8"`, { cause });
  }
}

function nothing(problem: { file: string; line: number; reason: string } | undefined): StudyError {
  const why =
    problem === undefined ? "no cell is filled in" : `first at ${problem.file}:${problem.line}: ${problem.reason}`;
  return new StudyError("dataset", `the sheets hold no rating (${why}); fill in the sheets of this run`);
}
