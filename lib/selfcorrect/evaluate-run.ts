import type {
  Ask,
  StageEnd,
  StageSpec,
  TalkOptions,
  tableStage,
  talkStage,
  textLines,
  Workplace,
  writeLines,
} from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { Stage, StageResult } from "corrigenda/results";
import { makeBaseline } from "./baseline-make.ts";
import { type Baseline, callsAtMost } from "./baseline-names.ts";
import { type Asking, answerTokens, firstRequests, settingOf } from "./collect.ts";
import { type CollectFlags, updateEvery } from "./collect-flags.ts";
import type { CollectParts } from "./collect-parts.ts";
import type { PolicyAttempts } from "./evaluate-attempts.ts";
import { type Evaluation, evaluationMetrics, evaluationOf } from "./evaluate-result.ts";
import { outcomeLines, type RunAttempts, type RunGroup, repetitionsOf } from "./evaluate-runs.ts";
import type { QuestionOrBad, Ask as TraceAsk } from "./trace-types.ts";
import type { Question } from "./types.ts";

/** What the script hands in. */
export interface EvaluateEffects {
  readonly talkStage: typeof talkStage;
  readonly tableStage: typeof tableStage;
  readonly textLines: typeof textLines;
  readonly writeLines: typeof writeLines;
}

export interface EvaluateRun extends Pick<CollectParts, "scoring" | "classifier" | "templates"> {
  /** Those that the first run was collected with. */
  readonly flags: CollectFlags;
  readonly place: Workplace;
  readonly spec: StageSpec;
  readonly dataset: string;
  /** As the first run read them. */
  readonly rows: () => AsyncIterable<QuestionOrBad>;
  readonly guard: TalkOptions["guard"];
  readonly maxCost?: number | undefined;
  readonly concurrency: number;
  readonly groups: readonly RunGroup[];
  readonly collected: RunAttempts;
  readonly baselines: readonly Baseline[];
}

/** A stage's table. */
export const EVALUATION = "evaluation.json";
const OUTCOMES = "outcomes.jsonl";

/** Makes the baselines that the traces do not hold, and compares. The same call goes on; kept replies are free. */
export async function evaluateRuns(effects: EvaluateEffects, run: EvaluateRun): Promise<StageEnd> {
  const { place, spec, guard, flags, maxCost } = run;
  if (run.baselines.length === 0)
    return effects.tableStage({ ...place, spec }, (stage) => write(effects, run, stage, []));
  const options = { guard, sample: await firstRequests(run), output: answerTokens(flags), maxCostUsd: maxCost };
  return effects.talkStage(place, spec, options, async (ask, stage) =>
    write(effects, run, stage, await allBaselines(run, (baseline) => counted(run, ask, baseline))),
  );
}

/** Before anything is asked: how many calls this may take, and what they may cost by the price of those before. */
export function callsWords(
  run: Pick<EvaluateRun, "baselines" | "groups" | "collected" | "flags" | "templates">,
  usd: number,
): string {
  const { collected, groups, baselines } = run;
  const calls = mostCalls(run);
  const price = collected.answers === 0 ? 0 : (usd / collected.answers) * calls;
  const names = baselines.map(({ name }) => name);
  const shown = names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
  return `${groups.map(({ policy }) => policy).join(", ")} against never, ${shown}: ${calls.toLocaleString("en-US")} calls at most, ${
    price === 0
      ? "each at the price below"
      : `about $${price.toFixed(price < 1 ? 4 : 2)} at what the traces paid a call`
  }; kept replies are free`;
}

function mostCalls({ baselines, groups, collected, flags, templates }: Parameters<typeof callsWords>[0]): number {
  const [group] = groups;
  const passes = group ? repetitionsOf(group).length : 1;
  const questions = new Set(collected.never.attempts.map(({ question }) => question)).size;
  const sizes = { maxTurns: flags.maxTurns, templates: templates.length, samples: collected.samples };
  return passes * questions * baselines.reduce((sum, baseline) => sum + callsAtMost(baseline, sizes), 0);
}

/** Tells the terminal of every answer. */
function counted({ place, spec }: EvaluateRun, ask: Ask, { name }: Baseline): Ask {
  const shown = { total: 0, done: 0, failed: 0 };
  return async (request) => {
    const answered = await ask(request);
    shown[answered.ok ? "done" : "failed"] += 1;
    place.progress.update({ label: `${spec.run} · ${name} · answers`, ...shown });
    return answered;
  };
}

/** What the baselines of a comparison are made of. */
export type BaselinesRun = Asking & Pick<EvaluateRun, "groups" | "collected" | "baselines" | "concurrency" | "rows">;

/** Every baseline's attempts, asked for in the order that a comparison asks. @param asking who asks for a baseline */
export async function allBaselines(
  run: BaselinesRun,
  asking: (baseline: Baseline) => TraceAsk,
): Promise<PolicyAttempts[]> {
  const { flags, groups, collected, baselines, concurrency } = run;
  const [group] = groups;
  const known = new Set(collected.never.attempts.map(({ question }) => question));
  const found: PolicyAttempts[] = [];
  for (const baseline of baselines) {
    const passes: PolicyAttempts[] = [];
    for (const repetition of group ? repetitionsOf(group) : [])
      passes.push(
        await makeBaseline(baseline, {
          setting: { ...settingOf(run), repetition, stamp: () => 0 },
          ...{ ask: asking(baseline), questions: () => knownQuestions(run.rows(), known), samples: collected.samples },
          ...{ lag: Math.max(flags.lag, concurrency), concurrency, updateEvery: updateEvery(flags) },
        }),
      );
    const [first] = passes;
    if (first) found.push({ ...first, attempts: passes.flatMap(({ attempts }) => attempts) });
  }
  return found;
}

async function* knownQuestions(
  rows: AsyncIterable<QuestionOrBad>,
  known: ReadonlySet<string>,
): AsyncGenerator<Question> {
  for await (const row of rows) if (row.ok && known.has(row.row.id)) yield row.row;
}

/** Writes the comparison, and every attempt that it is made of. */
async function write(
  { writeLines }: EvaluateEffects,
  { place, flags, dataset, groups, collected, baselines }: EvaluateRun,
  stage: Stage,
  made: readonly PolicyAttempts[],
): Promise<StageResult> {
  const [own, ...others] = collected.policies;
  if (!own) throw new StudyError("stage", "there are no traces to compare; collect some first");
  const policies = [own, collected.never, ...others, ...made];
  const evaluation: Evaluation = evaluationOf({
    ...{ policies, dataset, provider: place.provider.name, model: flags.model, feedback: flags.feedback },
    ...{
      against: groups.flatMap(({ runs }) => runs.map(({ run }) => run)).slice(1),
      lambda: flags.lambda,
      seed: flags.seed,
    },
    samples: baselines.some(({ kind }) => kind === "self-consistency") ? collected.samples : null,
  });
  if (evaluation.questions === 0)
    throw new StudyError("stage", "no question was answered by every policy; see the log, and run again");
  await place.root.write(stage.path(EVALUATION), `${JSON.stringify(evaluation, null, 2)}\n`);
  await writeLines(place.root, stage.path(OUTCOMES), () => outcomeLines(policies));
  return {
    outputs: [EVALUATION, OUTCOMES],
    counts: { done: evaluation.questions, policies: policies.length },
    metrics: evaluationMetrics(evaluation),
  };
}
