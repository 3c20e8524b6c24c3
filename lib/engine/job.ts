import {
  type BatchEvent,
  type BatchJob,
  type BatchNews,
  type BatchPolicy,
  openBatchJob,
  type PlanSummary,
} from "corrigenda/batch";
import { dollars } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import { type Prompt, priceUsd } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal } from "corrigenda/store";
import type { Calibration } from "corrigenda/text";
import { CALIBRATION_REQUESTS, calibrateBodies, type OutputTokens, requestEstimator } from "./estimate.ts";
import { type GuardedPrompt, type GuardOptions, guardPrompt } from "./guard.ts";
import type { Workplace } from "./workplace.ts";

/** What is asked: a study's prompt over its rows. */
export interface Question<Row, Out> {
  readonly prompt: Prompt<Row, Out>;
  /** The same rows in the same order at every call. */
  readonly rows: () => AsyncIterable<Row> | Iterable<Row>;
  readonly output: OutputTokens;
  readonly guard: Pick<GuardOptions, "dataset" | "iMaySend" | "redact">;
  readonly maxCostUsd?: number | undefined;
}

/** A question whose first requests were checked and counted: nothing is written, nothing is sent. */
export interface CheckedQuestion<Row, Out> extends Question<Row, Out> {
  readonly guarded: GuardedPrompt<Row, Out>;
  readonly calibration: Calibration | undefined;
}

/** Looks at the first requests before anything is written: a bad config stops here. */
export async function checkQuestion<Row, Out>(
  place: Workplace,
  question: Question<Row, Out>,
): Promise<CheckedQuestion<Row, Out>> {
  const { provider, clock, log } = place;
  const guarded = guardPrompt(question.prompt, { ...question.guard, provider, now: clock.now() });
  const bodies: string[] = [];
  let model = "";
  for await (const row of question.rows()) {
    const wire = provider.encode(guarded.checked.request(row));
    model = wire.model;
    bodies.push(wire.body);
    if (bodies.length === CALIBRATION_REQUESTS) break;
  }
  for (const warning of guarded.verdict()) log.warn(warning);
  return { ...question, guarded, calibration: bodies.length === 0 ? undefined : await calibrateBodies(bodies, model) };
}

export interface Job<Row, Out> extends BatchJob<Row, Out>, AsyncDisposable {}

/** Opens the job whose journal lies in `folder` (relative to results/), to be paid for by the stage of that folder. */
export async function openJob<Row, Out>(
  place: Workplace,
  question: CheckedQuestion<Row, Out>,
  folder: string,
): Promise<Job<Row, Out>> {
  const { provider, store, clock, root, signal } = place;
  const journal = await openJournal<BatchEvent>(root, `${folder}/journal.jsonl`);
  const pricing = { provider: provider.name, batch: true, at: clock.now() };
  const { estimate, unpriced } = estimatorOf(question, pricing);
  let planning = false;
  const { prompt, checked } = question.guarded;
  const job = openBatchJob<Row, Out>({
    prompt: { ...prompt, request: (row) => (planning ? checked.request(row) : prompt.request(row)) },
    provider,
    store,
    journal,
    disk: nodeDisk(root.resolve(folder)),
    run: folder,
    estimate,
    price: (model, usage) => priceUsd({ ...pricing, model, usage }),
    approve: (summary) => approve(place, question, { summary, unpriced }),
    clock,
    rng: keyedRng("back-off", folder),
    signal,
    onEvent: (news) => tell(place, folder, news),
    policy: policyOf(place, question),
  });
  return {
    ...job,
    plan: async (rows) => {
      planning = true;
      return job.plan(rows).finally(() => {
        planning = false;
      });
    },
    [Symbol.asyncDispose]: () => journal.close(),
  };
}

function estimatorOf<Row, Out>(
  { calibration, output }: CheckedQuestion<Row, Out>,
  pricing: { readonly provider: string; readonly batch: boolean; readonly at: number },
): ReturnType<typeof requestEstimator> {
  const nothing = { tokensPerByte: 0, low: 0, high: 0, n: 0 };
  return requestEstimator(calibration ?? nothing, output, pricing);
}

function policyOf<Row, Out>(place: Workplace, { maxCostUsd }: Question<Row, Out>): Partial<BatchPolicy> {
  return maxCostUsd === undefined ? place.policy : { ...place.policy, maxCostUsd };
}

/** Says what the plan would cost, before anything is sent. */
function approve<Row, Out>(
  { log, provider }: Workplace,
  { guarded, maxCostUsd, calibration }: CheckedQuestion<Row, Out>,
  { summary, unpriced }: { readonly summary: PlanSummary; readonly unpriced: ReadonlySet<string> },
): void {
  guarded.verdict();
  const models = [...unpriced].join(", ");
  if (models !== "" && maxCostUsd !== undefined) {
    throw new StudyError(
      "config",
      `no price is known for ${models}, so --max-cost cannot be kept; leave it out or name a priced model`,
    );
  }
  if (models !== "") log.warn(`no price is known for ${models}: its cost is counted as $0`);
  const spread = calibration ? ((calibration.high - calibration.low) / 2 / calibration.tokensPerByte) * 100 : 0;
  const counted = calibration ? ` ±${spread.toFixed(1)} % (${Math.min(calibration.n, summary.rows)} counted)` : "";
  const simulated = provider.name === "offline" ? ", simulated" : "";
  log.info(
    `plan: ${count(summary.requests)} requests (${count(summary.cached)} of ${count(summary.rows)} rows answered already, ` +
      `${count(summary.shared)} shared), ${count(summary.tokens)} input tokens${counted}, ` +
      `about ${dollars(summary.usd)} (${dollars(summary.usdLow)} to ${dollars(summary.usdHigh)}${simulated})`,
  );
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function tell({ log, progress }: Workplace, folder: string, news: BatchNews): void {
  if (news.type === "note") {
    log[news.level](news.text);
    return;
  }
  const { requests, done, failed, batches, usd, inputTokens, outputTokens } = news;
  const label = `${folder} · ${batches} open`;
  progress.update({ label, total: requests, done, failed, tokens: inputTokens + outputTokens, usd });
}
