import type {
  OutputTokens,
  StageEnd,
  StageSpec,
  TalkOptions,
  talkStage,
  textLines,
  Workplace,
  writeLines,
} from "corrigenda/engine";
import type { Disk } from "corrigenda/files";
import type { ModelRequest } from "corrigenda/provider";
import type { Stage, StageResult } from "corrigenda/results";
import { type CollectFlags, updateEvery } from "./collect-flags.ts";
import type { CollectParts } from "./collect-parts.ts";
import { closingLines, Timing } from "./collect-words.ts";
import { FINAL_POLICY, LOG_DIR, policyFile, summaryFile, tracesFile, withLines } from "./export.ts";
import { type CallMeter, callMeter, liveLine, spacedAsk } from "./progress.ts";
import { firstMessages, firstPrompt } from "./prompts.ts";
import { type Summary, summaryOf, traceMetrics } from "./summary.ts";
import { type TraceStatistics, type TraceTally, traceTally } from "./summary-tally.ts";
import { FAILURES, openTraceFiles, readTraces, TRACES, type TraceFiles } from "./trace-files.ts";
import { checkLag, openTraces, type TraceLoop } from "./trace-loop.ts";
import type { QuestionOrBad, TraceOutcome, TraceSetting } from "./trace-types.ts";
import type { TraceRecord } from "./types.ts";

/** What the script hands in: the engine's functions that touch files and services, and gzip. */
export interface CollectEffects {
  readonly talkStage: typeof talkStage;
  readonly textLines: typeof textLines;
  readonly writeLines: typeof writeLines;
  gzip(text: string): Uint8Array;
}

export interface CollectRun extends CollectParts {
  readonly flags: CollectFlags & { readonly again: boolean; readonly maxCost?: number | undefined };
  readonly place: Workplace;
  readonly spec: Omit<StageSpec, "stage">;
  readonly dataset: string;
  /** The same rows in the same order at every call. */
  readonly rows: () => AsyncIterable<QuestionOrBad>;
  readonly guard: TalkOptions["guard"];
}

/** A stage's tables and state, beside traces.jsonl and failures.jsonl. */
const POLICY = "policy.json.gz";
export const STATISTICS = "statistics.json";
/** What a machine took: no part of the results. */
export const TIMING = "timing.json";
/** Requests that are checked and priced before anything is asked. */
const SAMPLE = 50;
/** Between two looks at how it goes. */
const SHOW_MS = 100;
/** Simulated answers have no time of their own: a trace every 10 ms from here, a turn every 1 ms. */
const OFFLINE_START = Date.UTC(2026, 10, 1);

/** Makes the traces of a run, or goes on with them. Throws what ended the run early; the same call goes on from there. */
export async function collectTraces(effects: CollectEffects, run: CollectRun): Promise<StageEnd> {
  const { place, flags, spec, guard } = run;
  checkLag(flags);
  const meter = callMeter(place.clock);
  const options = {
    ...{ guard, sample: await firstRequests(run), output: answerTokens(flags) },
    ...{ maxCostUsd: flags.maxCost, onEvent: meter.onEvent },
  };
  return effects.talkStage(place, { ...spec, stage: "traces" }, options, async (ask, stage) => {
    if (flags.again) for (const file of [TRACES, FAILURES]) await place.root.remove(stage.path(file));
    const lines = { disk: place.root, textLines: effects.textLines };
    await using files = await openTraceFiles(lines, stage.path);
    const asking = spacedAsk(meter.measured(ask), place.clock, flags.requestDelay * 1_000, place.signal);
    const kept = { count: 0 };
    const { concurrency, lag, learn: learns } = flags;
    const loop = openTraces({
      ...{ ...settingOf(run), ask: asking, policy: run.policy, learns, lag, concurrency },
      ...{ updateEvery: updateEvery(flags), kept: counted(files.kept(), kept) },
    });
    const tally = await takeAll(run, { loop, files, meter, kept });
    await files.sync();
    return finish(effects, run, { stage, loop, tally });
  });
}

/** What decides the requests of a run, and its traces. */
export type Asking = Pick<CollectRun, "dataset" | "scoring" | "classifier" | "templates"> & {
  readonly place: Pick<Workplace, "clock"> & { readonly provider: { readonly name: string } };
  readonly flags: CollectFlags;
};

export function settingOf({ place, flags, dataset, scoring, classifier, templates }: Asking): TraceSetting {
  const { model, temperature, maxTokens: maxOutputTokens, feedback, maxTurns, lambda, seed, repetition } = flags;
  const isOffline = place.provider.name === "offline";
  return {
    ...{ dataset, provider: place.provider.name, scoring, classifier, templates },
    model: { model, maxOutputTokens, ...(temperature !== undefined && { temperature }) },
    ...{ feedback, maxTurns, lambda, seed, repetition },
    stamp: isOffline ? (index, turn) => OFFLINE_START + 10 * index + turn : () => place.clock.now(),
  };
}

/** The first questions as they will be asked. */
export async function firstRequests(run: Asking & Pick<CollectRun, "rows">): Promise<ModelRequest[]> {
  const { model } = settingOf(run);
  const requests: ModelRequest[] = [];
  for await (const row of run.rows()) {
    if (row.ok) requests.push({ ...model, messages: firstMessages(firstPrompt(row.row, run.scoring)) });
    if (requests.length >= SAMPLE) break;
  }
  return requests;
}

/** What an answer may have, before any is known. */
export function answerTokens({ maxTokens }: CollectFlags): OutputTokens {
  return { low: Math.min(5, maxTokens), mean: maxTokens / 4, high: maxTokens };
}

async function* counted(outcomes: AsyncIterable<TraceOutcome>, kept: { count: number }): AsyncGenerator<TraceOutcome> {
  for await (const outcome of outcomes) {
    kept.count += 1;
    yield outcome;
  }
}

interface UnderWay {
  readonly loop: TraceLoop;
  readonly files: TraceFiles;
  readonly meter: CallMeter;
  /** Outcomes that an earlier process wrote: they come first. */
  readonly kept: { readonly count: number };
}

/** Writes every outcome as it comes, counts it, and shows how it goes. */
async function takeAll(run: CollectRun, { loop, files, meter, kept }: UnderWay): Promise<TraceTally> {
  const { place, flags, spec } = run;
  const tally = traceTally();
  const start = place.clock.now();
  let shown = Number.NEGATIVE_INFINITY;
  let made = 0;
  const show = (now: number): void => {
    shown = now;
    const { traces: done, failed, tokens } = tally.now;
    const label = `${spec.run} · ${liveLine(tally, meter, (made / (now - start)) * 1_000)}`;
    place.progress.update({ label, total: flags.limit ?? 0, done, failed, tokens, usd: meter.usd });
  };
  for await (const outcome of loop.outcomes(run.rows())) {
    const isNew = outcome.index >= kept.count;
    if (isNew) await files.write(outcome);
    if (isNew && outcome.ok) made += 1;
    tally.add(outcome);
    if (!outcome.ok) place.log.debug(`${outcome.failure.place}: ${outcome.failure.reason}`);
    const now = place.clock.now();
    if (now - shown >= SHOW_MS) show(now);
  }
  const end = place.clock.now();
  show(end);
  await writeTiming(run, meter, { traces: made, seconds: (end - start) / 1_000 });
  return tally;
}

/** The last process's own speed: it differs from machine to machine, so no manifest has it. */
async function writeTiming(
  { place, spec, flags }: CollectRun,
  meter: CallMeter,
  made: { readonly traces: number; readonly seconds: number },
): Promise<void> {
  if (made.traces === 0) return;
  const { calls } = meter;
  const latency_ms = { p50: meter.latencyMs(0.5) ?? null, p95: meter.latencyMs(0.95) ?? null };
  const timing = {
    ...{ ...made, traces_per_second: made.seconds > 0 ? made.traces / made.seconds : null, calls, latency_ms },
    ...{ concurrency: flags.concurrency, provider: place.provider.name },
  };
  await place.root.write(`${spec.study}/${spec.run}/traces/${TIMING}`, pretty(timing));
}

interface Made {
  readonly stage: Stage;
  readonly loop: TraceLoop;
  readonly tally: TraceTally;
}

/** What the traces add up to, the policy, and the files in the source's shapes. */
async function finish(effects: CollectEffects, run: CollectRun, { stage, loop, tally }: Made): Promise<StageResult> {
  const { root, provider } = run.place;
  const statistics = tally.statistics();
  const policy = loop.policy();
  const learnt = { provider: provider.name, feedback: run.flags.feedback };
  const state = policyFile(policy, learnt);
  await root.write(stage.path(POLICY), effects.gzip(state));
  await root.write(stage.path(STATISTICS), pretty({ ...statistics, ...learnt }));
  const logs = `${run.spec.study}/${run.spec.run}/${LOG_DIR}`;
  const summary = summaryOf({ statistics, policy, updates: loop.updates(), ...learnt });
  await root.write(`${logs}/${FINAL_POLICY}`, state);
  await root.write(`${logs}/${summaryFile(summary)}`, pretty(summary));
  const days = await writeDays(effects, run, { stage, logs });
  const { traces, failed } = statistics;
  return {
    outputs: [TRACES, FAILURES, POLICY, STATISTICS],
    exports: [FINAL_POLICY, summaryFile(summary), ...days].map((file) => `${LOG_DIR}/${file}`),
    counts: { done: traces, failed },
    metrics: traceMetrics(statistics, provider.name),
  };
}

/** One file for each day on which a trace ended. */
async function writeDays(
  { textLines, writeLines }: CollectEffects,
  { place: { root } }: CollectRun,
  { stage, logs }: { readonly stage: Stage; readonly logs: string },
): Promise<string[]> {
  const traces = (): AsyncGenerator<TraceRecord> => readTraces({ disk: root, textLines }, stage.path(TRACES));
  const days = new Set<string>();
  for await (const trace of traces()) days.add(tracesFile(trace));
  for (const day of days)
    await writeLines(root, `${logs}/${day}`, async function* () {
      for await (const trace of traces()) if (tracesFile(trace) === day) yield JSON.stringify(trace);
    });
  return [...days];
}

/** Copies the source's files to --log-dir, where one was named; lines of other runs stay. Returns where they lie. */
export async function deliverLogs(
  { textLines, writeLines }: Pick<CollectEffects, "textLines" | "writeLines">,
  { place: { root }, flags, spec }: Pick<CollectRun, "place" | "flags" | "spec">,
  disk: Disk,
): Promise<string> {
  const logs = `${spec.study}/${spec.run}/${LOG_DIR}`;
  if (flags.logDir === LOG_DIR) return root.resolve(logs);
  for (const name of await root.list(logs)) {
    const to = `${flags.logDir}/${name}`;
    const ours = (): AsyncIterable<string> => textLines(root, `${logs}/${name}`);
    const isShared = name.startsWith("traces_") && (await disk.size(to)) !== undefined;
    await writeLines(disk, to, () => (isShared ? withLines(textLines(disk, to), ours) : ours()));
  }
  return disk.resolve(flags.logDir);
}

/** What a finished run found, for the terminal. */
export async function closing(
  { textLines }: Pick<CollectEffects, "textLines">,
  { place: { root }, spec }: Pick<CollectRun, "place" | "spec">,
): Promise<string[]> {
  const at = `${spec.study}/${spec.run}`;
  const read = async (path: string): Promise<unknown> => {
    const lines: string[] = [];
    for await (const line of textLines(root, `${at}/${path}`)) lines.push(line);
    return JSON.parse(lines.join("\n"));
  };
  const name = (await root.list(`${at}/${LOG_DIR}`)).find((file) => file.startsWith("summary_")) ?? "";
  const hasTiming = (await root.size(`${at}/traces/${TIMING}`)) !== undefined;
  return closingLines({
    statistics: (await read(`traces/${STATISTICS}`)) as TraceStatistics,
    summary: (await read(`${LOG_DIR}/${name}`)) as Summary,
    timing: hasTiming ? Timing.parse(await read(`traces/${TIMING}`)) : undefined,
  });
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
