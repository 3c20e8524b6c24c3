import type { Asker, StageSpec } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { Metrics, StageResult } from "corrigenda/results";
import { mean, quantile } from "corrigenda/stats";
import { z } from "zod";
import { Agreement, agreement, bandConfusion, HALF_BANDS, type Judged, withLength } from "./agreement.ts";
import { type Bands, type Scored, trainBaseline } from "./baseline.ts";
import { CODES } from "./criteria.ts";
import { evaluationMetrics } from "./evaluation-words.ts";
import { wordsOf } from "./features.ts";
import { essayKey, type HeldOut, heldOutLine, heldOutRow, type ScoreCells } from "./held-out.ts";
import { prepareFlags } from "./prepare.ts";
import type { Effects } from "./run.ts";
import { SCHEMAS, schemaProblems } from "./schema.ts";
import { PASSES, PassLine, passLine, SCORE_TOKENS, type ScoreItem, scoreOf, scorePrompt } from "./score.ts";

export { Agreement, agreement, HALF_BANDS } from "./agreement.ts";
export { type Bands, type Baseline, type Scored, trainBaseline } from "./baseline.ts";
export { evaluationMetrics, evaluationRows, evaluationWords } from "./evaluation-words.ts";
export { essayKey, type HeldOut, heldOutLine, heldOutRow, rightsOf, SCORE_COLUMNS } from "./held-out.ts";
export { fitRidge, predict, type Ridge } from "./ridge.ts";
export { type Pass, PassLine, passLine, scoreOf, scorePrompt, scorePromptHash } from "./score.ts";

const { disableAzure, batchSize, seed, timeout, batchApi, model, run } = prepareFlags;
/** The flags of evaluate that are the study's own. */
export const evaluateFlags = {
  from: z.string().optional().describe("a .csv, .jsonl or .parquet file with bands instead of validation.jsonl"),
  model: model.describe("who scores; default: AZURE_OPENAI_DEPLOYMENT_SCORER, else gpt-4o-mini"),
  ...{ disableAzure, batchSize, seed, timeout, batchApi },
  tuned: z.boolean().default(false).describe("the model that finetune made of these files; Azure: its deployment"),
  run: run.describe("the run whose folder takes the results; default: that of the folder"),
};

const Counts = z.record(z.string(), z.number().int());
const Matrix = z.array(z.array(z.number().int()));
/** evaluation.json */
export const Evaluation = z.strictObject({
  provider: z.string(),
  model: z.string(),
  essays: z.number().int(),
  scored: z.number().int(),
  /** Essays without one pass that could be read. */
  failed: z.number().int(),
  /** Scored by fewer than three passes. */
  partial: z.number().int(),
  passes: z.strictObject({ asked: z.number().int(), failed: z.number().int(), reasons: Counts }),
  /** Rows of the file that were not asked, by reason. */
  left_out: Counts,
  baseline: z.strictObject({ essays: z.number().int(), columns: z.number().int(), penalty: z.number() }),
  agreement: z.array(Agreement),
  confusion: z.strictObject({ bands: z.array(z.number()), model: Matrix, baseline: Matrix }),
  /** Pearson's r with the number of words. */
  length: z.record(z.enum(["given", "model", "baseline"]), z.number().nullable()),
  dispersion: z.strictObject({ mean: z.number(), p50: z.number(), p95: z.number(), low_confidence: z.number().int() }),
});
export type Evaluation = z.infer<typeof Evaluation>;

/** The flags again, as words of a recorded command. */
export function evaluateWords(
  flags: { readonly from?: string | undefined; readonly batchApi: boolean; readonly seed: number },
  isMock: boolean,
): string[] {
  const words = ["--run", "{run}", "--seed", String(flags.seed)];
  if (flags.from !== undefined) words.push("--from", flags.from);
  if (isMock) words.push("--disable-azure");
  return flags.batchApi ? [...words, "--batch-api"] : words;
}

/** Essays to score and to learn from, and what was left out. */
export interface EvaluationData {
  readonly held: readonly HeldOut[];
  readonly training: readonly Scored[];
  readonly leftOut: Readonly<Record<string, number>>;
}

/** Essays that are in the training file too are left out: they would flatter both. */
export async function evaluationData(
  training: AsyncIterable<string>,
  held: AsyncIterable<HeldOut | string>,
): Promise<EvaluationData> {
  const learned: Scored[] = [];
  for await (const line of training)
    learned.push(needed(heldOutLine(line, learned.length), "train.jsonl", learned.length));
  const known = new Set(learned.map(({ essay }) => essayKey(essay)));
  const leftOut: Record<string, number> = {};
  const kept: HeldOut[] = [];
  for await (const one of held) {
    const why = typeof one === "string" ? one : known.has(essayKey(one.essay)) ? "also in train.jsonl" : undefined;
    if (why !== undefined) leftOut[why] = (leftOut[why] ?? 0) + 1;
    else if (typeof one !== "string") kept.push(one);
  }
  if (kept.length === 0) throw new StudyError("dataset", "there is no held-out essay with a band: nothing to evaluate");
  return { held: kept, training: learned, leftOut };
}

/** The rows of a file with bands. */
export async function* heldOutRows(rows: AsyncIterable<ScoreCells>): AsyncGenerator<HeldOut | string> {
  let row = 0;
  for await (const cells of rows) yield heldOutRow(cells, row++);
}

/** The lines of a validation.jsonl. */
export async function* heldOutLines(lines: AsyncIterable<string>): AsyncGenerator<HeldOut> {
  let row = 0;
  for await (const line of lines) yield needed(heldOutLine(line, row++), "validation.jsonl", row - 1);
}

function needed<T>(value: T | undefined, file: string, row: number): T {
  if (value !== undefined) return value;
  throw new StudyError(
    "dataset",
    `${file}:${row + 1} is no example with an essay and four bands; prepare writes such lines`,
  );
}

export interface EvaluateRun {
  readonly asker: Asker;
  readonly spec: Omit<StageSpec, "stage">;
  readonly data: EvaluationData;
  readonly model: string;
  readonly seed: number;
  /** Ends the stages' names, so that a run holds the evaluations of several models. */
  readonly name: string;
}

/** Two stages, each kept: scores-<name> (every pass), evaluation-<name> (scores, baseline, measures). Returns the latter's folder. */
export async function evaluateRun(
  effects: Pick<Effects, "parentOf" | "readTable" | "tableStage" | "writeLines">,
  { asker, spec, data, model, seed, name }: EvaluateRun,
): Promise<string> {
  const { root, provider } = asker;
  const scores = { ...spec, stage: `scores-${name}` };
  await asker.ask(scores, scoreRound(data.held, model, provider));
  const last = { ...spec, stage: `evaluation-${name}`, parents: [await effects.parentOf(root, scores)] };
  const folder = `ielts/${spec.run}`;
  await effects.tableStage({ ...asker, spec: last }, ({ path }) => {
    const passes = effects.readTable(root, `${folder}/${scores.stage}/${scores.stage}.jsonl`, PassLine);
    return evaluateStage(effects, root, path, { ...data, passes, seed, provider, model });
  });
  return `${folder}/${last.stage}`;
}

/** The requests of every essay. */
export function scoreItems(held: readonly HeldOut[]): ScoreItem[] {
  return held.flatMap((one) => PASSES.map((pass) => ({ held: one, pass })));
}

/** What asks the model, as the stages of a question need it. */
function scoreRound(held: readonly HeldOut[], model: string, provider: string) {
  return {
    prompt: scorePrompt(model),
    output: SCORE_TOKENS,
    rows: () => scoreItems(held),
    async *lines(outcomes: AsyncIterable<Parameters<typeof passLine>[0]>): AsyncGenerator<string> {
      for await (const outcome of outcomes) yield JSON.stringify(passLine(outcome));
    },
    metrics: async (): Promise<Metrics> => ({
      headline: {
        name: "essays asked",
        value: held.length,
        low: null,
        high: null,
        n: held.length,
        unit: "essays",
        provider,
      },
      metrics: [],
    }),
  };
}

interface Judgement {
  readonly held: HeldOut;
  readonly words: number;
  readonly score: ReturnType<typeof scoreOf>;
  readonly baseline: Bands;
}

/** Puts the passes together, scores with the baseline and writes evaluated.jsonl and evaluation.json. */
async function evaluateStage(
  effects: Pick<Effects, "writeLines">,
  root: Parameters<Effects["writeLines"]>[0],
  path: (file: string) => string,
  given: EvaluationData & { readonly passes: AsyncIterable<PassLine>; readonly seed: number } & Pick<
      Evaluation,
      "provider" | "model"
    >,
): Promise<StageResult> {
  const { held, training, leftOut, provider, model, seed } = given;
  const passes = Map.groupBy(await all(given.passes), ({ row }) => row);
  const learned = trainBaseline(training);
  const judged = held.flatMap((one): Judgement[] => {
    const good = (passes.get(one.row) ?? []).flatMap((line) => (line.ok ? [line.value] : []));
    if (good.length === 0) return [];
    return [{ held: one, words: wordsOf(one.essay).length, score: scoreOf(good), baseline: learned.score(one.essay) }];
  });
  for (const { score } of judged) noProblems(schemaProblems(score, SCHEMAS.full));
  const bad = [...passes.values()].flat().flatMap((line) => (line.ok ? [] : [line.reason]));
  const { essays, columns, penalty } = learned;
  const evaluation: Evaluation = {
    ...{ provider, model, essays: held.length, scored: judged.length, failed: held.length - judged.length },
    partial: judged.filter(({ score }) => score.votes.length < PASSES.length).length,
    passes: { asked: held.length * PASSES.length, failed: bad.length, reasons: tally(bad) },
    ...{ left_out: leftOut, baseline: { essays, columns, penalty } },
    ...measured(judged, seed),
  };
  await effects.writeLines(root, path("evaluated.jsonl"), () =>
    judged.map(({ held: { row, overall, bands }, words, score, baseline }) =>
      JSON.stringify({ row, words, given: { overall, bands }, baseline, score }),
    ),
  );
  await root.write(path("evaluation.json"), `${JSON.stringify(evaluation, null, 2)}\n`);
  const counts = { done: judged.length, failed: evaluation.failed };
  return { outputs: ["evaluated.jsonl", "evaluation.json"], counts, metrics: evaluationMetrics(evaluation) };
}

function measured(judged: readonly Judgement[], seed: number) {
  const overall = judged.map(
    ({ held, score, baseline }): Judged => ({ truth: held.overall, model: score.overall, baseline: baseline.overall }),
  );
  const criteria = CODES.map((code, at) => {
    const rows = judged.flatMap(({ held, score, baseline }): Judged[] => {
      const [truth, said, other] = [held.bands[at], score.per_criterion[at]?.band, baseline.bands[at]];
      return typeof truth !== "number" || said === undefined || other === undefined
        ? []
        : [{ truth, model: said, baseline: other }];
    });
    return agreement(code, rows, seed);
  });
  const words = judged.map((one) => one.words);
  const spreads = judged.map(({ score }) => score.dispersion);
  return {
    agreement: [agreement("overall", overall, seed), ...criteria],
    confusion: {
      ...{ bands: [...HALF_BANDS], model: bandConfusion(overall, "model") },
      baseline: bandConfusion(overall, "baseline"),
    },
    length: {
      given: withLength(
        overall.map(({ truth }) => truth),
        words,
      ),
      model: withLength(
        overall.map((one) => one.model),
        words,
      ),
      baseline: withLength(
        overall.map((one) => one.baseline),
        words,
      ),
    },
    dispersion: {
      ...(spreads.length === 0
        ? { mean: 0, p50: 0, p95: 0 }
        : { mean: mean(spreads), p50: quantile(spreads, 0.5), p95: quantile(spreads, 0.95) }),
      low_confidence: judged.filter(({ score }) => score.confidence === "low").length,
    },
  };
}

function tally(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, own]) => [word, own.length]));
}

function noProblems([problem]: readonly string[]): void {
  if (problem !== undefined) throw new StudyError("reply", `a score does not fit score_response.v1: ${problem}`);
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
