import { StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import type { Clock } from "corrigenda/time";
import type { OpenAI } from "openai";
import type { Batch } from "openai/resources/batches";
import { createdId, createError } from "./create-error.ts";
import type { Lazy } from "./lazy.ts";
import { openAiLine, readOpenAiLine } from "./openai-lines.ts";
import { bytesWithoutKey, valueWithoutKey } from "./own-key.ts";
import { count, list, record, text } from "./read-json.ts";
import { redact } from "./redact.ts";
import { asked, type SdkFetch } from "./sdk-transport.ts";
import type { BatchApi, BatchLimits, BatchState, Chunk } from "./types.ts";

export interface OpenAiBatchOptions {
  readonly provider: string;
  readonly client: Lazy<OpenAI>;
  readonly sdk: SdkFetch;
  readonly limits: BatchLimits;
  readonly clock: Clock;
  /** Azure: a file can be used only when the service has processed it. */
  readonly processesFiles: boolean;
}

const ONCE = { maxRetries: 0 };
const NEWLINE = 10;
/** The service's clock and ours may differ by this much. */
export const CLOCK_SKEW_MS = 5 * 60_000;
/** A machine's clock can be set wrong by a time zone or a day. */
const WRONG_CLOCK_MS = 26 * 3_600_000;

/** Batches of OpenAI and Azure OpenAI: a file of requests in, a file of replies and a file of errors out. */
export function openAiBatch(options: OpenAiBatchOptions): BatchApi {
  const { provider, client, sdk } = options;
  const ask = <T>(doing: string, call: () => Promise<T>): Promise<T> => asked(provider, sdk, doing, call);
  return {
    limits: options.limits,
    line: openAiLine,
    wireId: (id) => id,
    read: readOpenAiLine,
    upload: (chunk) => upload(options, chunk),
    create: async (chunk, file) => {
      const body = {
        input_file_id: file ?? "",
        endpoint: chunk.endpoint as "/v1/responses", // Azure's paths are not in the SDK's list
        completion_window: "24h" as const,
        metadata: { chunk: chunk.key },
      };
      const open = await client();
      const batch = await open.batches.create(body, ONCE).catch((error: unknown) => {
        throw createError(provider, sdk, error);
      });
      return createdId(provider, "create a batch", batch);
    },
    find: (chunk, since, file) =>
      ask("list batches", async () => find(await client(), { chunk: chunk.key, since, file })),
    state: async (id) => {
      const batch = await ask("show a batch", async () => (await client()).batches.retrieve(id, ONCE));
      return batchState(valueWithoutKey(batch, sdk.key));
    },
    results: (id) => results(options, id),
    cancel: async (id) => {
      await ask("cancel a batch", async () => (await client()).batches.cancel(id, ONCE));
    },
  };
}

/** The chunk's key is in the file's name: it can be read in the service's list of files. */
async function upload({ provider, client, sdk, clock, processesFiles }: OpenAiBatchOptions, chunk: Chunk) {
  const blob = await chunk.blob();
  const { files } = await client();
  const made = await asked(provider, sdk, "take a file", () =>
    files.create({ file: new File([blob], `corrigenda-${chunk.key}.jsonl`), purpose: "batch" }, ONCE),
  );
  const id = createdId(provider, "take a file", made);
  if (!processesFiles) return id;
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, 10_000)) {
    const file = await asked(provider, sdk, "show a file", () => files.retrieve(id, ONCE));
    const status = `${file.status}`.toLowerCase();
    if (status === "processed") return id;
    if (status === "error" || status === "failed" || status === "deleted")
      throw new StudyError(
        "provider",
        `${provider} could not read the uploaded file ${id} (${status}): upload it again`,
        {
          facts: { code: `file_${status}` },
        },
      );
    await clock.sleep(waitMs);
  }
}

/**
 * Newest first; a page that is too old as a whole ends the search. What is older than the intent and has the chunk's mark
 * is an earlier run's, which may have handed in the same requests; the file alone is surely ours, however wrong our clock.
 */
async function find(client: OpenAI, wanted: { chunk: string; since: number; file: string | undefined }) {
  const oldest = wanted.since - CLOCK_SKEW_MS;
  const end = wanted.file === undefined ? oldest : oldest - WRONG_CLOCK_MS;
  const first = await client.batches.list({ limit: 100 }, ONCE);
  for await (const page of first.iterPages()) {
    const match = page.data.find(
      (batch) =>
        (wanted.file !== undefined && batch.input_file_id === wanted.file) ||
        (batch.metadata?.chunk === wanted.chunk && !(timeOf(batch.created_at) < oldest)),
    );
    if (match) return match.id;
    if (page.data.every((batch) => timeOf(batch.created_at) < end)) return undefined;
  }
  return undefined;
}

/** Unix seconds, or ISO text from older Azure versions, in ms. */
function timeOf(created: unknown): number {
  return typeof created === "number" ? created * 1000 : Date.parse(`${created}`);
}

const STATUS: Readonly<Record<string, BatchState["status"]>> = {
  completed: "completed",
  failed: "failed",
  expired: "expired",
  cancelled: "cancelled",
};

/** Pure. `output_file_id` may appear some time after the status "completed". */
export function batchState(batch: Batch): BatchState {
  const fields = record(batch as unknown as Json);
  const detail = text(fields.status) ?? "unknown";
  const status = STATUS[detail.toLowerCase()] ?? "waiting";
  const counts = record(fields.request_counts);
  const [total, done, failed] = [count(counts.total), count(counts.completed), count(counts.failed)];
  // Counts may come late as well: of a completed batch only "all failed" says that no output is to come.
  const isEmpty = status === "completed" ? total > 0 && failed >= total : done === 0;
  return {
    status,
    detail,
    counts: { total, done, failed },
    ready: status !== "waiting" && (status === "failed" || isEmpty || (text(fields.output_file_id) ?? "") !== ""),
    errors: list(record(fields.errors).data).map((item) => {
      const { code, message, line } = record(item);
      return {
        code: text(code) ?? "unknown",
        message: redact(text(message) ?? "").slice(0, 500),
        ...(typeof line === "number" && { line }),
      };
    }),
  };
}

/** Output file, then error file, streamed; a newline between them even where the first lacks its last one. */
async function* results({ provider, client, sdk }: OpenAiBatchOptions, id: string): AsyncGenerator<Uint8Array> {
  const { batches, files } = await client();
  const batch = await asked(provider, sdk, "show a batch", () => batches.retrieve(id, ONCE));
  for (const file of [batch.output_file_id, batch.error_file_id]) {
    if (!file) continue;
    const reply = await asked(provider, sdk, "send a result file", () => files.content(file, ONCE));
    yield* streamed(provider, sdk, reply);
  }
}

/** A reply's bytes as they come, closed by a newline, without the key. */
export function streamed(provider: string, sdk: SdkFetch, reply: Response): AsyncGenerator<Uint8Array> {
  return bytesWithoutKey(bytesOf(provider, sdk, reply), sdk.key);
}

async function* bytesOf(provider: string, sdk: SdkFetch, reply: Response): AsyncGenerator<Uint8Array> {
  let last = NEWLINE;
  const bytes = (reply.body ?? new Blob([]).stream()).getReader();
  try {
    for (;;) {
      const { done, value } = await asked(provider, sdk, "send a result file", () => bytes.read());
      if (done) break;
      last = value.at(-1) ?? last;
      yield value;
    }
  } finally {
    await bytes.cancel().catch(() => undefined); // a connection that is already broken cannot be closed better
  }
  if (last !== NEWLINE) yield Uint8Array.of(NEWLINE);
}
