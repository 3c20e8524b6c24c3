import type { Declaration } from "corrigenda/dataset";
import type { askStages, endSentence, goOnFrom, LaterOptions, parentOf, readTable, StageSpec } from "corrigenda/engine";
import type { ModelRequest } from "corrigenda/provider";
import type { FinishedStage, Parent } from "corrigenda/results";
import { wilson } from "corrigenda/stats";
import type { EvaluatedConfig, EvaluateFlags } from "./evaluate-run.ts";
import type { Scored } from "./evaluate-scores.ts";
import type { Experiment } from "./experiment.ts";
import { JUDGE_TOKENS, JudgeRecord, judgeHash, judgeLines, judgePrompt } from "./judge.ts";
import { type JudgeItem, judgeItems, judgePairs } from "./judge-pairs.ts";
import { findLevel } from "./levels.ts";
import { simulateWhyfix } from "./simulate.ts";
import type { Metric } from "./summary.ts";

/** What the script hands in: the engine's functions that touch files and services. */
export interface JudgeEffects {
  readonly askStages: typeof askStages;
  readonly endSentence: typeof endSentence;
  readonly goOnFrom: typeof goOnFrom;
  readonly parentOf: typeof parentOf;
  readonly readTable: typeof readTable;
}

/** What the judge is asked: both orders of the pairs that were drawn. */
export interface JudgeQuestion {
  readonly model: string;
  readonly pairs: number;
  readonly prompt: ReturnType<typeof judgePrompt>;
  readonly rows: () => Iterable<JudgeItem>;
  readonly output: typeof JUDGE_TOKENS;
}

export function judgeQuestion(
  experiment: Experiment,
  answers: readonly Scored[],
  { judge, pairs, seed }: Pick<EvaluateFlags, "judge" | "pairs" | "seed">,
): JudgeQuestion {
  const model = judgeModel(experiment, judge ?? experiment.run.model.name);
  const drawn = judgePairs(answers, { seed, pairs });
  return {
    ...{ model: model.model, pairs: drawn.length, prompt: judgePrompt(model), output: JUDGE_TOKENS },
    rows: () => judgeItems(drawn),
  };
}

/** A model of the experiment answers at temperature 0 or with its effort; of any other one nothing but the name is known. */
function judgeModel(
  { levels, run, provider }: Experiment,
  name: string,
): Pick<ModelRequest, "model" | "temperature" | "effort"> {
  const level = findLevel(levels.model, name);
  if (level === undefined) return { model: name };
  const model = level.code === run.model.code ? (provider.deployment ?? level.name) : level.name;
  return level.kind === "gpt" ? { model, temperature: 0 } : { model, effort: run.effort.value };
}

export interface JudgeRun {
  readonly flags: EvaluateFlags &
    Pick<LaterOptions, "results" | "baseUrl" | "concurrency"> & {
      readonly once: boolean;
      readonly maxCost?: number | undefined;
    };
  readonly around: LaterOptions["around"];
  readonly env: LaterOptions["env"];
  readonly dataset: Declaration;
  /** What the run's rows were read from. */
  readonly paths: readonly string[];
  readonly config: EvaluatedConfig;
  readonly question: JudgeQuestion;
  /** Of the evaluation: the judge's stages take over its inputs, parents and seed. */
  readonly spec: Omit<StageSpec, "stage" | "config">;
}

export type JudgeEnd =
  | { readonly state: "open"; readonly sentence: string }
  | {
      readonly state: "finished";
      readonly model: string;
      readonly records: readonly JudgeRecord[];
      readonly parents: readonly Parent[];
    };

/** Has the pairs judged by the run's provider, in the stages judge1 (requests) and judge2 (judgements). */
export async function judgeStages(effects: JudgeEffects, first: FinishedStage, run: JudgeRun): Promise<JudgeEnd> {
  const { flags, config, question, spec, paths, dataset, around, env } = run;
  const { provider, redact, iMaySend, sampleType, embedding, experiment } = config;
  const simulators = [simulateWhyfix];
  const { place } = await effects.goOnFrom(first, { ...flags, simulators, env, around, provider, paths });
  await using _ = place;
  const { root } = place;
  const chosen = { sampleType, embedding, experiment, provider, redact, iMaySend };
  const judge = { model: question.model, pairs: flags.pairs };
  const stage = {
    ...{ ...spec, prompts: [judgeHash()] },
    config: { ...chosen, judge, next: spec.command } as StageSpec["config"],
  };
  const context = { provider: place.provider.name };
  const end = await effects.askStages(
    place,
    stage,
    { ...question, guard: { dataset, iMaySend, redact }, maxCostUsd: flags.maxCost },
    {
      ...{ submit: "judge1", collect: "judge2", once: flags.once },
      lines: (outcomes) => judgeLines(context, outcomes),
      metrics: (path) => readMetrics(context.provider, effects.readTable(root, path, JudgeRecord)),
    },
  );
  const sentence = effects.endSentence(`judge2 ${spec.run}`, end);
  if (end.state === "open") return { state: "open", sentence };
  around.log.info(sentence);
  const records: JudgeRecord[] = [];
  const table = `whyfix/${spec.run}/judge2/judge2.jsonl`;
  for await (const record of effects.readTable(root, table, JudgeRecord)) records.push(record);
  const parents = [await effects.parentOf(root, { ...stage, stage: "judge2" })];
  return { state: "finished", model: question.model, records, parents };
}

async function readMetrics(
  provider: string,
  records: AsyncIterable<JudgeRecord>,
): Promise<{ headline: Metric; metrics: Metric[] }> {
  let [read, n] = [0, 0];
  for await (const { judgement } of records) {
    n += 1;
    read += Number(judgement !== null);
  }
  const name = "judgements that parse";
  return { headline: { name, ...wilson(read, n), n, unit: "share", provider }, metrics: [] };
}
