import type { Context } from "./context.ts";
import { phaseOf } from "./life.ts";
import type { BatchRecord, Ended } from "./state.ts";

const DAY_MS = 24 * 3_600_000;

/** A batch as OpenAI and Azure show it, now. */
export function batchView(context: Context, batch: BatchRecord): object {
  const now = context.clock.now();
  const { phase, done } = phaseOf(batch, context.pace, now);
  const { accepted, cancelled, ended } = batch;
  const at = (status: Ended["status"]) => (ended?.status === status ? seconds(ended.at) : null);
  const finalizing = phase === "finalizing" || ended?.status === "completed";
  return {
    id: batch.id,
    object: "batch",
    endpoint: batch.endpoint,
    model: accepted?.model ?? null,
    errors: ended?.problems.length ? { object: "list", data: ended.problems } : null,
    input_file_id: batch.input.file,
    completion_window: "24h",
    status: phase,
    ...outputs(context, batch, now),
    created_at: seconds(batch.created),
    in_progress_at: seconds(accepted?.at),
    expires_at: seconds(ended?.status === "expired" ? ended.at : batch.created + DAY_MS),
    finalizing_at: finalizing && accepted ? seconds(accepted.at + accepted.total * context.pace.perRequestMs) : null,
    completed_at: at("completed"),
    failed_at: at("failed"),
    expired_at: at("expired"),
    cancelling_at: seconds(cancelled?.at),
    cancelled_at: at("cancelled"),
    request_counts: { total: ended?.total ?? accepted?.total ?? 0, completed: done, failed: ended?.failed ?? 0 },
    ...(ended && { usage: usageView(ended) }),
    metadata: batch.metadata,
  };
}

function outputs(context: Context, batch: BatchRecord, now: number): object {
  const { ended } = batch;
  const late =
    ended !== undefined &&
    now < ended.at + context.faults.plan.lateOutputMs &&
    context.faults.holds("lateOutput", batch.input.sha256);
  return { output_file_id: (late ? null : ended?.output) ?? null, error_file_id: ended?.error ?? null };
}

function usageView({ usage }: Ended): object {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  };
}

function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.floor(ms / 1000);
}

/** A message batch as Anthropic shows it, now. Counts stay at zero until the whole batch has ended. */
export function messageBatchView(batch: BatchRecord, base: string): object {
  const { accepted, cancelled, ended } = batch;
  const total = accepted?.total ?? 0;
  const failed = ended?.failed ?? 0;
  const gone = ended?.gone ?? 0;
  const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    id: batch.id,
    type: "message_batch",
    processing_status: ended ? "ended" : cancelled ? "canceling" : "in_progress",
    request_counts: {
      processing: ended ? 0 : total,
      succeeded: ended?.done ?? 0,
      errored: failed - gone,
      canceled: ended?.status === "cancelled" ? gone : 0,
      expired: ended?.status === "expired" ? gone : 0,
    },
    created_at: iso(batch.created),
    expires_at: iso(batch.created + DAY_MS),
    ended_at: iso(ended?.at),
    cancel_initiated_at: iso(cancelled?.at),
    archived_at: null,
    results_url: ended ? `${base}/v1/messages/batches/${batch.id}/results` : null,
  };
}
