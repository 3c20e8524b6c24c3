import type { Rebuild } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { JsonObject } from "corrigenda/json";
import type { ModelReply, ModelRequest } from "corrigenda/provider";
import { parseBaselines } from "./baseline-names.ts";
import type { Asking } from "./collect.ts";
import type { CollectFlags } from "./collect-flags.ts";
import type { CollectParts } from "./collect-parts.ts";
import { allBaselines } from "./evaluate-run.ts";
import { runAttempts, runGroups } from "./evaluate-runs.ts";
import { evaluateFlags } from "./evaluate-words.ts";
import { type AskedConfig, askedBy, requestsOf } from "./rebuild.ts";
import { scoringOf } from "./score.ts";
import { type LineDisk, readTraces, TRACES } from "./trace-files.ts";
import type { QuestionOrBad } from "./trace-types.ts";
import type { TraceRecord } from "./types.ts";

/** What a run's requests are built again from. */
export interface RebuiltRun {
  readonly run: string;
  /** results/ */
  readonly lines: LineDisk;
  /** Of the traces. */
  readonly config: AskedConfig;
  /** The flags of the run, and the parts that they name, read again. */
  setting(): Promise<{ readonly flags: CollectFlags; readonly parts: CollectParts; readonly dataset: string }>;
  readonly place: Asking["place"];
  /** As its stage recorded it. */
  configOf(run: string, stage: string): Promise<JsonObject>;
  /** The reply that is kept. */
  reply(request: ModelRequest): Promise<ModelReply | undefined>;
}

/** What a run's stages asked, again: the traces, and what its comparisons asked beyond them. Nothing is sent. */
export function rebuildOf(run: RebuiltRun): Rebuild {
  return (stage) => {
    if (stage === "traces") return traceRequests(run);
    return /^evaluation(-[0-9a-f]{8})?$/.test(stage) ? evaluationRequests(run, stage) : undefined;
  };
}

function tracesOf({ run, lines }: RebuiltRun): AsyncIterable<TraceRecord> {
  return readTraces(lines, `selfcorrect/${run}/traces/${TRACES}`);
}

async function* traceRequests(run: RebuiltRun): AsyncGenerator<ModelRequest> {
  for await (const trace of tracesOf(run)) yield* requestsOf(trace, askedBy(run.config, scoringOf(trace.dataset_name)));
}

/** Makes the baselines once more over the questions of the traces, with the kept replies for answers. */
async function* evaluationRequests(run: RebuiltRun, stage: string): AsyncGenerator<ModelRequest> {
  const { configOf, lines, place } = run;
  const { flags, parts, dataset } = await run.setting();
  const { against, baselines: names } = (await configOf(run.run, stage)) as Record<"against" | "baselines", string[]>;
  const compared = [];
  for (const name of [run.run, ...against]) compared.push({ run: name, config: await configOf(name, "traces") });
  const groups = runGroups(compared);
  const asked: ModelRequest[] = [];
  const ask = async (request: ModelRequest) => {
    asked.push(request);
    const reply = await run.reply(request);
    if (reply) return { ok: true as const, reply };
    return { ok: false as const, error: new StudyError("stage", "no reply to this request is kept") };
  };
  const setting = { ...parts, flags, dataset, place, groups, rows: () => questionsOf(tracesOf(run)) };
  const collected = await runAttempts(groups, lines);
  const baselines = parseBaselines(names.join(","), parts.templates);
  const concurrency = evaluateFlags.concurrency.parse(undefined);
  await allBaselines({ ...setting, collected, baselines, concurrency }, () => ask);
  yield* asked;
}

/** The questions as the traces hold them: without the context that some came with. */
async function* questionsOf(traces: AsyncIterable<TraceRecord>): AsyncGenerator<QuestionOrBad> {
  for await (const { question_id: id, reference_answer, turns } of traces) {
    const row = { id, question: turns[0]?.question ?? "", reference_answer };
    yield { ok: true, row, place: id };
  }
}
