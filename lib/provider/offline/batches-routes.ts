import { type Json, type JsonObject, parseJson } from "corrigenda/json";
import { batchView } from "./batch-view.ts";
import { fullEndpoint } from "./check.ts";
import type { Context } from "./context.ts";
import { fileStatus } from "./files-routes.ts";
import { type Call, json, type Reply, type Routes } from "./http.ts";
import { phaseOf } from "./life.ts";
import { pageOf, shown } from "./paging.ts";
import type { Runner } from "./runner.ts";
import { isObject } from "./schema.ts";
import type { BatchRecord, FileRecord } from "./state.ts";
import { isRefusal, notFound, type Refusal, refuse } from "./wire.ts";

const ENDPOINTS = ["/v1/responses", "/v1/chat/completions", "/v1/embeddings"];

/** Batches of OpenAI and Azure: create, list, retrieve, cancel. */
export function batchesRoutes(context: Context, runner: Runner): Routes {
  const found = (act: (batch: BatchRecord) => Reply | Promise<Reply>) => (call: Call) => {
    const batch = context.state.batches.get(call.id);
    return batch?.wire === call.wire ? act(batch) : notFound("Batch", call.id);
  };
  return {
    "POST /v1/batches": { faults: ["noCredit"], act: (call) => create(context, runner, call) },
    "GET /v1/batches": { act: (call) => list(context, call) },
    "GET /v1/batches/{id}": { act: found((batch) => json(batchView(context, batch))) },
    "POST /v1/batches/{id}/cancel": {
      act: found(async (batch) => {
        const refusal = await cancelBatch(context, runner, batch);
        return refusal ?? json(batchView(context, batch));
      }),
    },
  };
}

/** The batches of a service, newest first, without those that a fault still hides. */
export function visibleBatches(context: Context, wire: BatchRecord["wire"]): BatchRecord[] {
  const { faults, clock, state } = context;
  const hidden = (batch: BatchRecord): boolean =>
    clock.now() < batch.created + faults.plan.listDelayMs && faults.holds("listDelay", batch.input.sha256);
  return [...state.batches.values()].filter((batch) => batch.wire === wire && !hidden(batch)).reverse();
}

/** Records how far the batch came; what is done by now stays done. */
export async function cancelBatch(context: Context, runner: Runner, batch: BatchRecord): Promise<Refusal | undefined> {
  const { phase, done } = phaseOf(batch, context.pace, context.clock.now());
  if (batch.ended) return { status: 409, refused: `Cannot cancel a batch with status '${phase}'.` };
  if (batch.cancelled) return undefined;
  await context.state.record({ type: "cancelled", id: batch.id, cancelled: { at: context.clock.now(), done } });
  runner.wake(batch.id);
  return undefined;
}

function list(context: Context, call: Call): Reply {
  const page = pageOf(visibleBatches(context, call.wire), call.query, { usual: 20, most: 100 });
  const view = shown(page, (batch) => batchView(context, batch));
  return isRefusal(view) ? view : json(view);
}

async function create(context: Context, runner: Runner, call: Call): Promise<Reply> {
  const asked = readCreate(context, call);
  if (isRefusal(asked)) return asked;
  const { file, endpoint, metadata } = asked;
  const { bytes, lines, sha256, path } = file;
  const batch: BatchRecord = {
    id: context.state.newId("batch_"),
    wire: call.wire,
    endpoint,
    created: context.clock.now(),
    metadata,
    input: { bytes, lines, sha256, path, file: file.id },
  };
  await context.state.record({ type: "batch", batch });
  runner.start(batch);
  return json(batchView(context, batch));
}

interface Create {
  readonly file: FileRecord;
  readonly endpoint: string;
  readonly metadata: Json;
}

function readCreate(context: Context, call: Call): Create | Refusal {
  const body = parseJson(call.body.toString("utf8"));
  if (!isObject(body)) return refuse("We could not parse the JSON body of your request.");
  const endpoint = String(body.endpoint);
  if (!ENDPOINTS.includes(fullEndpoint(endpoint)) || (call.wire === "openai" && !endpoint.startsWith("/v1/"))) {
    return refuse(`Invalid 'endpoint': expected one of ${ENDPOINTS.join(", ")}.`, "endpoint", "invalid_value");
  }
  if (body.completion_window !== "24h") {
    return refuse("Invalid 'completion_window': only '24h' is supported.", "completion_window", "invalid_value");
  }
  const wrong = metadataRefusal(body.metadata);
  if (wrong) return wrong;
  const file = context.state.files.get(String(body.input_file_id));
  if (!file || file.wire !== call.wire) {
    return refuse(`No such File object: ${String(body.input_file_id)}`, "input_file_id");
  }
  if (file.purpose !== "batch") {
    return refuse("Invalid 'input_file_id': expected a file with purpose 'batch'.", "input_file_id", "invalid_value");
  }
  if (fileStatus(context, file) === "pending") {
    return refuse("The input file is not processed yet. Wait until its status is 'processed'.", "input_file_id");
  }
  return { file, endpoint, metadata: body.metadata ?? null };
}

/** The rule for `metadata` of whatever carries it. */
export function metadataRefusal(metadata: Json | undefined): Refusal | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  const pairs = isObject(metadata) ? Object.entries(metadata as JsonObject) : undefined;
  const fits = pairs?.every(([key, value]) => key.length <= 64 && typeof value === "string" && value.length <= 512);
  if (pairs && fits && pairs.length <= 16) return undefined;
  const rule = "expected at most 16 pairs of a key (64 characters at most) and a text (512 at most)";
  return refuse(`Invalid 'metadata': ${rule}.`, "metadata", "invalid_value");
}
