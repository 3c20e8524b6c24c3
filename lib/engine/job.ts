import { type BatchEvent, type BatchJob, type BatchNews, type BatchPolicy, openBatchJob } from "corrigenda/batch";
import { nodeDisk } from "corrigenda/files";
import type { OnlineEvent } from "corrigenda/online";
import { type Prompt, priceUsd } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal } from "corrigenda/store";
import type { Calibration } from "corrigenda/text";
import { approve } from "./approve.ts";
import { CALIBRATION_REQUESTS, calibrateBodies, type OutputTokens, requestEstimator } from "./estimate.ts";
import { type GuardedPrompt, type GuardOptions, guardPrompt } from "./guard.ts";
import { openOnlineJob } from "./online-job.ts";
import { sampleRows } from "./sample.ts";
import { isShared, openSharedBatch } from "./shared-batch.ts";
import { spentElsewhere } from "./spent.ts";
import type { Workplace } from "./workplace.ts";

/** What is asked: a study's prompt over its rows. */
export interface Question<Row, Out> {
  readonly prompt: Prompt<Row, Out>;
  /** The same rows in the same order at every call. */
  readonly rows: () => AsyncIterable<Row> | Iterable<Row>;
  readonly output: OutputTokens;
  readonly guard: Pick<GuardOptions, "dataset" | "iMaySend" | "redact">;
  readonly maxCostUsd?: number | undefined;
  /** Requests of one batch at most. Default: what the service takes. */
  readonly maxRequests?: number;
}

/** A question of which a sample was checked and counted: nothing is written, nothing is sent. */
export interface CheckedQuestion<Row, Out> extends Question<Row, Out> {
  readonly guarded: GuardedPrompt<Row, Out>;
  readonly warnings: readonly string[];
  readonly calibration: Calibration | undefined;
}

/** Looks at a sample of the requests before anything is written: a bad config stops here. */
export async function checkQuestion<Row, Out>(
  place: Workplace,
  question: Question<Row, Out>,
): Promise<CheckedQuestion<Row, Out>> {
  const { provider, clock } = place;
  const guarded = guardPrompt(question.prompt, { ...question.guard, provider, now: clock.now() });
  const sample = await sampleRows(question.rows(), CALIBRATION_REQUESTS, keyedRng("calibration"));
  const wires = sample.map((row) => provider.encode(guarded.checked.request(row)));
  const warnings = guarded.verdict();
  const calibration =
    wires[0] &&
    (await calibrateBodies(
      wires.map(({ body }) => body),
      wires[0].model,
    ));
  return { ...question, guarded, warnings, calibration };
}

export interface Job<Row, Out> extends Omit<BatchJob<Row, Out>, "reload" | "open" | "chunks">, AsyncDisposable {
  /** What its calls wrote down. Batches have no calls of which nobody knows: they are found again. */
  calls(): Promise<readonly OnlineEvent[]>;
}

/** Batches where the provider has them and nobody asked for synchronous calls. */
export function openJob<Row, Out>(
  place: Workplace,
  question: CheckedQuestion<Row, Out>,
  folder: string,
): Promise<Job<Row, Out>> {
  const isOnline = place.settings.online === true || !place.provider.batch;
  return isOnline ? openOnlineJob(place, question, folder) : openBatch(place, question, folder);
}

/** Opens the job whose journal lies in `folder` (relative to results/), to be paid for by the stage of that folder. */
async function openBatch<Row, Out>(
  place: Workplace,
  question: CheckedQuestion<Row, Out>,
  folder: string,
): Promise<Job<Row, Out>> {
  const { provider, store, clock, root, signal } = place;
  const local = await openJournal<BatchEvent>(root, `${folder}/journal.jsonl`);
  const { shared } = place;
  const all =
    shared && isShared(local.past, shared.address, folder)
      ? await openSharedBatch({ ...place, shared }, folder, local)
      : undefined;
  const journal = all?.journal ?? local;
  const policy = await policyOf(place, question, folder);
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
    policy,
  });
  return {
    ...job,
    plan: async (rows) => {
      planning = true;
      return job.plan(rows).finally(() => {
        planning = false;
      });
    },
    advance: (until) => {
      const onRead = (): void => tell(place, folder, { type: "progress", ...job.progress() });
      return all ? all.advance(job, until, { policy, onRead }) : job.advance(until);
    },
    calls: async () => [],
    [Symbol.asyncDispose]: async () => {
      await all?.close();
      await local.close();
    },
  };
}

export function estimatorOf<Row, Out>(
  { calibration, output }: CheckedQuestion<Row, Out>,
  pricing: { readonly provider: string; readonly batch: boolean; readonly at: number },
): ReturnType<typeof requestEstimator> {
  const nothing = { tokensPerByte: 0, low: 0, high: 0, n: 0 };
  return requestEstimator(calibration ?? nothing, output, pricing);
}

async function policyOf<Row, Out>(
  place: Workplace,
  { maxCostUsd, maxRequests }: Question<Row, Out>,
  folder: string,
): Promise<Partial<BatchPolicy>> {
  const policy = { ...place.policy, ...(maxRequests !== undefined && { maxRequests }) };
  if (maxCostUsd === undefined) return policy;
  return { ...policy, maxCostUsd, spentElsewhereUsd: await spentElsewhere(place, folder) };
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
