import type { Anthropic } from "@anthropic-ai/sdk";
import type { MessageBatch } from "@anthropic-ai/sdk/resources/messages/batches";
import { lineBlocks } from "corrigenda/files";
import { type Json, parseJson } from "corrigenda/json";
import { anthropicId, anthropicLine, idPrefix, readAnthropicLine, withId } from "./anthropic-lines.ts";
import { createdId, createError } from "./create-error.ts";
import type { Lazy } from "./lazy.ts";
import { CLOCK_SKEW_MS, streamed } from "./openai-batch.ts";
import { count, record, text } from "./read-json.ts";
import { asked, type SdkFetch } from "./sdk-transport.ts";
import type { BatchApi, BatchLimits, BatchState, Chunk } from "./types.ts";

export interface AnthropicBatchOptions {
  readonly provider: string;
  readonly client: Lazy<Anthropic>;
  readonly sdk: SdkFetch;
  readonly limits: BatchLimits;
}

const ONCE = { maxRetries: 0 };
const PATH = "/v1/messages/batches";

/** Message batches: no files and no metadata, so ids carry the chunk's key. */
export function anthropicBatch(options: AnthropicBatchOptions): BatchApi {
  const { provider, client, sdk } = options;
  const ask = <T>(doing: string, call: () => Promise<T>): Promise<T> => asked(provider, sdk, doing, call);
  return {
    limits: options.limits,
    line: anthropicLine,
    wireId: (_id, chunk, ordinal) => anthropicId(chunk, ordinal),
    read: readAnthropicLine,
    upload: async () => undefined,
    create: async (chunk) => {
      const body = await requestsBody(chunk);
      const headers = { "content-type": "application/json" };
      const open = await client();
      const batch = await open.post<MessageBatch>(PATH, { ...ONCE, body, headers }).catch((error: unknown) => {
        throw createError(provider, sdk, error);
      });
      return createdId(provider, "create a batch", batch);
    },
    find: (chunk, since, _file, known) => ask("list batches", () => find(options, { chunk, since, known })),
    state: async (id) =>
      messageBatchState(
        await ask("show a batch", async () => (await client()).messages.batches.retrieve(id, {}, ONCE)),
      ),
    results: (id) => results(options, id),
    cancel: async (id) => {
      await ask("cancel a batch", async () => (await client()).messages.batches.cancel(id, {}, ONCE));
    },
  };
}

/** The chunk's lines as one JSON text with ids that travel; the limits keep it to some 32 MB. */
async function requestsBody(chunk: Chunk): Promise<string> {
  const requests: string[] = [];
  for await (const block of lineBlocks(blobBytes(await chunk.blob()))) {
    for (const line of block)
      if (line.length > 0) requests.push(withId(line.toString("utf8"), anthropicId(chunk.key, requests.length)));
  }
  return `{"requests":[${requests.join(",")}]}`;
}

async function* blobBytes(blob: Blob): AsyncGenerator<Uint8Array> {
  yield* blob.stream();
}

interface Wanted {
  readonly chunk: Chunk;
  readonly since: number;
  readonly known: ReadonlySet<string> | undefined;
}

/**
 * A batch shows whose it is only when it has ended, by the ids of its results. While an unknown one of the right size is
 * still open the answer is "wait".
 */
async function find(options: AnthropicBatchOptions, wanted: Wanted): Promise<string | "wait" | undefined> {
  const oldest = wanted.since - CLOCK_SKEW_MS;
  let open = false;
  const { messages } = await options.client();
  const first = await messages.batches.list({ limit: 100 }, ONCE);
  for await (const page of first.iterPages()) {
    const young = page.data.filter((batch) => Date.parse(batch.created_at) >= oldest);
    for (const batch of young) {
      const total = totalOf(batch); // 0 where it is not counted yet
      if (wanted.known?.has(batch.id) || (total !== 0 && total !== wanted.chunk.requests)) continue;
      if (batch.processing_status !== "ended" || batch.results_url === null) open ||= batch.archived_at === null;
      else if ((await firstId(options, batch.id))?.startsWith(idPrefix(wanted.chunk.key))) return batch.id;
    }
    if (young.length === 0) break;
  }
  return open ? "wait" : undefined;
}

/** The sum of the counts is the number of requests at every moment. */
function totalOf(batch: MessageBatch): number {
  return Object.values(batch.request_counts).reduce((sum: number, n) => sum + count(n as Json), 0);
}

/** The custom_id of a batch's first result; the rest of the stream is not read. */
async function firstId(options: AnthropicBatchOptions, id: string): Promise<string | undefined> {
  for await (const [line] of lineBlocks(results(options, id)))
    return line && text(record(parseJson(line.toString("utf8"))).custom_id);
  return undefined;
}

/** Pure. Counts other than `processing` are zero until the whole batch has ended. */
export function messageBatchState(batch: MessageBatch): BatchState {
  const { canceled, errored, expired, succeeded } = batch.request_counts;
  const ended = batch.processing_status === "ended";
  const status = canceled > 0 ? "cancelled" : expired > 0 ? "expired" : "completed";
  return {
    status: ended ? status : "waiting",
    detail: batch.processing_status,
    counts: { total: totalOf(batch), done: count(succeeded), failed: count(errored + canceled + expired) },
    ready: ended && (batch.results_url ?? "") !== "",
    errors: [],
  };
}

/** By the batch's id, not by the URL in its reply: the key goes to the configured host only. */
async function* results({ provider, client, sdk }: AnthropicBatchOptions, id: string): AsyncGenerator<Uint8Array> {
  const path = `${PATH}/${encodeURIComponent(id)}/results`;
  const headers = { accept: "application/binary" };
  const open = await client();
  const call = (): Promise<Response> => open.get(path, { ...ONCE, headers, __binaryResponse: true }).asResponse();
  yield* streamed(provider, sdk, await asked(provider, sdk, "send a batch's results", call));
}
