import type { BatchProgress, PlanSummary } from "corrigenda/batch";
import { StudyError } from "corrigenda/error";
import { type OnlineEvent, type OnlineNotice, runOnline } from "corrigenda/online";
import { type Failures, openJournal } from "corrigenda/store";
import { approve } from "./approve.ts";
import { callEvents, callPricing, callSettings } from "./calls.ts";
import { type CheckedQuestion, estimatorOf, type Job } from "./job.ts";
import { askShared } from "./shared-online.ts";
import { survey } from "./survey.ts";
import type { Workplace } from "./workplace.ts";

/**
 * The same job over synchronous calls: planning counts and prices, collecting asks. A row that failed has no kept reply,
 * so it is asked again when its stage is collected again.
 */
export async function openOnlineJob<Row, Out>(
  place: Workplace,
  question: CheckedQuestion<Row, Out>,
  folder: string,
): Promise<Job<Row, Out>> {
  const { store, root } = place;
  const journal = await openJournal<OnlineEvent>(root, `${folder}/journal.jsonl`);
  const { estimate, unpriced } = estimatorOf(question, callPricing(place));
  const { prompt, checked } = question.guarded;
  const progress = {
    requests: 0,
    done: 0,
    failed: 0,
    batches: 0,
    handed: 0,
    waiting: 0,
    usd: 0,
    inputTokens: 0,
    outputTokens: 0,
  };
  const sending = await callSettings(place, folder, {
    maxCostUsd: question.maxCostUsd,
    onEvent: (notice) => {
      tally(progress, notice);
      place.progress.update({
        ...{ label: `${folder} · online`, total: progress.requests, done: progress.done, failed: progress.failed },
        ...{ tokens: progress.inputTokens + progress.outputTokens, usd: progress.usd },
      });
    },
  });
  let failed: Failures | undefined;
  return {
    progress: () => progress,
    plan: async () => {
      const summary = await survey(place, { rows: question.rows(), request: checked.request, estimate });
      approve(place, question, { summary, unpriced });
      refuseOverBudget(summary, sending.spentElsewhereUsd + (await store.spentUsd(folder)), question.maxCostUsd);
      progress.requests = summary.requests;
      return summary;
    },
    advance: async (until) => {
      const { shared } = place;
      if (shared === undefined || until === "submitted") return "done";
      failed = await askShared({ ...place, shared }, question, {
        ...{ folder, requests: progress.requests },
        onOpen: (requests) => {
          const done = Math.max(0, progress.requests - requests);
          place.progress.update({ label: `${folder} · all workers`, total: progress.requests, done, failed: 0 });
        },
      });
      return "done";
    },
    outcomes: (rows) =>
      runOnline({
        ...{ rows, prompt, journal, ...(failed && { failed }) },
        ...sending,
      }),
    cancel: async () => 0,
    calls: () => callEvents(place, folder),
    [Symbol.asyncDispose]: () => journal.close(),
  };
}

function tally(progress: { -readonly [Key in keyof BatchProgress]: number }, notice: OnlineNotice): void {
  if (notice.t !== "kept") return;
  progress.done += 1;
  progress.usd += notice.usd;
  progress.inputTokens += notice.usage?.input ?? 0;
  progress.outputTokens += notice.usage?.output ?? 0;
}

function refuseOverBudget(summary: PlanSummary, spent: number, maxCostUsd = Number.POSITIVE_INFINITY): void {
  if (spent + summary.usd <= maxCostUsd) return;
  const usd = summary.usd.toFixed(4);
  throw new StudyError(
    "budget",
    `the calls cost an estimated $${usd}, more than --max-cost ${maxCostUsd}; nothing was sent. Raise --max-cost or ask fewer`,
  );
}
