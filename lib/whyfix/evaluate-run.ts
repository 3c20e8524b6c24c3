import type { RowOrBad } from "corrigenda/dataset";
import type { readTable } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { Link } from "corrigenda/report";
import type { ListedStage } from "corrigenda/results";
import type { Interval } from "corrigenda/stats";
import { z } from "zod";
import { type Reference, type Row, readReferences, withReferences } from "./data/index.ts";
import type { Evaluation } from "./evaluate.ts";
import { qualityName } from "./evaluate-metrics.ts";
import { qualityOf } from "./evaluate-ranking.ts";
import { Rating } from "./ratings-import.ts";
import { StructuredRecord } from "./record.ts";
import { usdText } from "./report-texts.ts";
import { type Files, stepFields } from "./setup.ts";
import type { Metric } from "./summary.ts";

/** Lines of the ranking that a terminal shows. */
const TERMINAL_ROWS = 20;

/** Flags of scripts/whyfix/evaluate.ts beside those of every script that waits. */
export const evaluateFlags = {
  references: z.string().optional().describe("CSV of reference explanations: index, longman_explantion, …"),
  noJudge: z.boolean().default(false).describe("ask no judge: reference scores and counts alone"),
  judge: z.string().optional().describe("the judging model; default: the run's own"),
  pairs: z.number().int().positive().default(200).describe("pairs for the judge, each shown in both orders"),
  seed: z.number().int().default(1126).describe("of the pairs that are drawn and of all intervals"),
  dryRun: z.boolean().default(false).describe("price the judge only; nothing is written or sent"),
};

export interface EvaluateFlags {
  readonly references?: string | undefined;
  readonly noJudge: boolean;
  readonly judge?: string | undefined;
  readonly pairs: number;
  readonly seed: number;
}

/** What an evaluation takes over from the stage that answered. */
export const EvaluatedConfig = z.looseObject(stepFields);
export type EvaluatedConfig = z.infer<typeof EvaluatedConfig>;

/** Stages whose tables hold explanations. */
const ANSWERS = ["step2", "step4", "grid2", "grid4"];

/** The finished stages of a run that hold explanations. Throws StudyError "stage" where there is none. */
export function answerStages(stages: readonly Pick<ListedStage, "stage" | "state">[], run: string): string[] {
  const finished = new Set(stages.filter(({ state }) => state === "finished").map(({ stage }) => stage));
  const found = ANSWERS.filter((stage) => finished.has(stage));
  if (found.length > 0) return found;
  throw new StudyError(
    "stage",
    `whyfix run ${run} has no explanations yet; run: npx zx scripts/whyfix/run.ts <SAMPLE_TYPE> <EMBEDDING_SIZE> ${run}`,
  );
}

/** The imports of human ratings that are finished, the oldest first. */
export function ratingStages(stages: readonly Pick<ListedStage, "stage" | "state" | "startedAt">[]): string[] {
  const imports = stages.filter(({ stage, state }) => state === "finished" && /^ratings-[0-9a-f]{8}$/.test(stage));
  const at = ({ startedAt = "" }: Pick<ListedStage, "startedAt">): string => startedAt;
  return imports.sort((a, b) => (at(a) < at(b) ? -1 : 1)).map(({ stage }) => stage);
}

/** What people rated, of all imports: where a cell was read twice, the later import counts. @param folder of the run */
export async function ratingsOf(
  read: typeof readTable,
  root: Disk,
  folder: string,
  stages: readonly string[],
): Promise<Rating[]> {
  const cells = new Map<string, Rating>();
  for (const stage of stages)
    for await (const rating of read(root, `${folder}/${stage}/ratings.jsonl`, Rating))
      cells.set(`${rating.id} ${rating.scale}`, rating);
  return [...cells.values()];
}

/** The pages that an evaluation's page leads to: those that are there. @param folder of the run */
export async function pagesBeside(root: Disk, folder: string, ratings: readonly string[]): Promise<Link[]> {
  const pages = [
    { label: "the run: answers, failures, cost", file: "report.html" },
    ...ratings.map((stage) => ({ label: `human ratings (${stage.slice(8)})`, file: `${stage}/report.html` })),
  ];
  const found: Link[] = [];
  for (const { label, file } of pages)
    if ((await root.size(`${folder}/${file}`)) !== undefined) found.push({ label, href: `../${file}` });
  return found;
}

/** The page that a run's own page leads to, where the run was evaluated. @param folder of the run */
export async function evaluationPage(root: Disk, folder: string): Promise<Link[]> {
  const page = { label: "evaluation: which way of asking explains best", href: "evaluation/report.html" };
  return (await root.size(`${folder}/${page.href}`)) === undefined ? [] : [page];
}

/** Whether a run's own page, where there is one, was written before the run was evaluated: it has no link yet. */
export async function lacksEvaluation(root: Disk, folder: string): Promise<boolean> {
  if ((await root.size(`${folder}/report.html`)) === undefined) return false;
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of root.read(`${folder}/report.html`)) text += decoder.decode(part, { stream: true });
  return !text.includes('href="evaluation/report.html"');
}

/** The records of these stages, one after another. @param folder of the run */
export async function* recordsOf(
  read: typeof readTable,
  root: Disk,
  folder: string,
  stages: readonly string[],
): AsyncGenerator<StructuredRecord> {
  for (const stage of stages) yield* read(root, `${folder}/${stage}/${stage}.jsonl`, StructuredRecord);
}

/** Rows with the reference explanations of a file, matched by index; what of it cannot be read is told. */
export async function withGivenReferences(
  files: Pick<Files, "open">,
  rows: readonly Row[],
  file: string | undefined,
  tell: (text: string) => void,
): Promise<readonly Row[]> {
  if (file === undefined) return rows;
  const input = await files.open(file);
  if (!input) throw new StudyError("files", `${file} does not exist; give a CSV with index, longman_explantion`);
  const references = new Map<number, Reference>();
  let unread = 0;
  for await (const item of readReferences(input)) {
    if (item.ok) references.set(item.row.index, item.row);
    else unread += 1;
  }
  tell(
    `${references.size} reference explanations from ${file}${unread > 0 ? `; ${unread} lines could not be read` : ""}`,
  );
  const plain = async function* (): AsyncGenerator<RowOrBad<Row>> {
    for (const row of rows) yield { ok: true, row, place: `row ${row.index}` };
  };
  const out: Row[] = [];
  for await (const item of withReferences(plain(), references)) if (item.ok) out.push(item.row);
  return out;
}

/** The flags of an evaluation as words of a command line. */
export function evaluateWords({ references, noJudge, judge, pairs, seed }: EvaluateFlags): string[] {
  return [
    ...(references === undefined ? [] : ["--references", references]),
    ...(noJudge ? ["--no-judge"] : ["--pairs", String(pairs)]),
    ...(judge === undefined ? [] : ["--judge", judge]),
    ...["--seed", String(seed)],
  ];
}

/** The ranking for the terminal. */
export function rankingRows({
  ranking: { by, systems },
}: Pick<Evaluation, "ranking">): Record<string, string | number>[] {
  return systems.slice(0, TERMINAL_ROWS).map((one, at) => {
    const quality = qualityOf(by, one);
    return {
      place: at + 1,
      "way of asking": one.system,
      [qualityName(by)]: quality ? intervalText(quality) : "none",
      words: one.words.toFixed(1),
      "cost of 1,000": usdText(one.usdPer1000),
      "not beaten": one.onFront ? "yes" : "no",
    };
  });
}

/** The numbers of a metrics.json for the terminal. */
export function metricRows(
  metrics: readonly (Omit<Metric, "low" | "high"> & NullableEnds)[],
): Record<string, string | number>[] {
  return metrics.map(({ name, value, low, high, n, provider }) => {
    const isWhole = low !== null && high !== null;
    return {
      measure: name,
      value: isWhole ? intervalText({ value, low, high }) : value.toFixed(3),
      n,
      answered: provider,
    };
  });
}

interface NullableEnds {
  readonly low: number | null;
  readonly high: number | null;
}

function intervalText({ value, low, high }: Interval): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}
