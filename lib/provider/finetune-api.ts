import { isStudyError, StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import type { OpenAI } from "openai";
import type { FineTuningJob, JobCreateParams } from "openai/resources/fine-tuning/jobs";
import { answerError, errorBody, networkError } from "./api-error.ts";
import { createdId } from "./create-error.ts";
import type { TuningApi, TuningEvent, TuningFile, TuningJob, TuningRequest } from "./finetune.ts";
import { withoutSas } from "./finetune-blob.ts";
import type { Lazy } from "./lazy.ts";
import { valueWithoutKey } from "./own-key.ts";
import { record, text } from "./read-json.ts";
import { redact } from "./redact.ts";
import { asked, type SdkFetch } from "./sdk-transport.ts";
import type { TuningService } from "./training.ts";

export interface TuningApiOptions {
  readonly provider: string;
  readonly service: TuningService;
  readonly base: string;
  readonly client: Lazy<OpenAI>;
  readonly sdk: SdkFetch;
}

const ONCE = { maxRetries: 0 };
/** Above it Azure's uploads fail and say nothing. */
const MOST_UPLOAD_BYTES: Readonly<Record<TuningService, number>> = { azure: 150 * 2 ** 20, openai: 512 * 2 ** 20 };

/** Files and fine-tuning jobs of OpenAI and Azure OpenAI through their SDK. */
export function tuningApi(options: TuningApiOptions): TuningApi {
  const { provider, service, base, client, sdk } = options;
  const ask = <T>(doing: string, call: (open: OpenAI) => Promise<T>): Promise<T> =>
    asked(provider, sdk, doing, async () => call(await client()));
  return {
    ...{ provider, service, base },
    upload: (file) => upload(options, file),
    importFile: (name, url) => importFile(options, name, url),
    findFile: (name) =>
      ask("list files", async ({ files }) => {
        for await (const file of files.list({ purpose: "fine-tune" }, ONCE))
          if (file.filename === name && !/error|failed|deleted/i.test(`${file.status}`)) return file.id;
        return undefined;
      }),
    isReady: async (id) => {
      const { status } = await ask("show a file", ({ files }) => files.retrieve(id, ONCE));
      return isReady(options, id, `${status}`.toLowerCase());
    },
    create: (request) => create(options, request),
    findJob: (training) =>
      ask("list jobs", async ({ fineTuning }) => {
        for await (const job of fineTuning.jobs.list({ limit: 100 }, ONCE))
          if (job.training_file === training && !/failed|cancelled/i.test(job.status)) return job.id;
        return undefined;
      }),
    job: async (id) => {
      const job = await ask("show a job", ({ fineTuning }) => fineTuning.jobs.retrieve(id, ONCE));
      return readJob(valueWithoutKey(job, sdk.key));
    },
    events: async (id, isKnown) => {
      const events = await ask("list a job's events", (open) => eventsOf(open, id, isKnown));
      return valueWithoutKey(events, sdk.key);
    },
    cancel: async (id) => {
      await ask("cancel a job", ({ fineTuning }) => fineTuning.jobs.cancel(id, ONCE));
    },
  };
}

async function upload({ provider, service, client, sdk }: TuningApiOptions, file: TuningFile): Promise<string> {
  if (file.bytes > MOST_UPLOAD_BYTES[service])
    throw new StudyError("config", `${file.name} is too large for ${service}'s Files API: use --blob-sas`);
  const body = new File([await file.blob()], file.name);
  const { files } = await client();
  const made = await asked(provider, sdk, "take a file", () =>
    files.create({ file: body, purpose: "fine-tune" }, ONCE),
  );
  return createdId(provider, "take a file", made);
}

/** @see https://learn.microsoft.com/rest/api/azureopenai/files/import */
async function importFile({ provider, client, sdk }: TuningApiOptions, name: string, url: string): Promise<string> {
  const body = { purpose: "fine-tune", filename: name, content_url: url };
  try {
    const open = await client();
    const made = await asked(provider, sdk, "import a file", () =>
      open.post<{ id: string }>("/files/import", { ...ONCE, body }),
    );
    return createdId(provider, "import a file", made);
  } catch (error) {
    // The answer may quote the URL; the cause holds the request.
    if (!isStudyError(error)) throw new StudyError("network", `no answer from ${provider} when asked to import a file`);
    throw new StudyError(error.code, withoutSas(error.message, url), { facts: error.facts });
  }
}

/** OpenAI's jobs wait for their files themselves; Azure's are refused before the file is processed. */
function isReady({ provider, service }: TuningApiOptions, id: string, status: string): boolean {
  if (!/error|failed|delet/.test(status)) return service === "openai" || status === "processed";
  throw new StudyError(
    "provider",
    `${provider} could not read the uploaded file ${id} (${status}): prepare again, then upload`,
    { facts: { code: `file_${status}` } },
  );
}

async function create({ provider, service, client, sdk }: TuningApiOptions, request: TuningRequest): Promise<string> {
  const { model, training, validation, suffix, seed, mark } = request;
  const { epochs, batchSize, learningRate } = request;
  const hyperparameters = {
    ...(epochs !== undefined && { n_epochs: epochs }),
    ...(batchSize !== undefined && { batch_size: batchSize }),
    ...(learningRate !== undefined && { learning_rate_multiplier: learningRate }),
  };
  const body: JobCreateParams = {
    ...{ model, training_file: training, suffix, seed },
    ...(validation !== undefined && { validation_file: validation }),
    // Azure's dated versions know neither `method` nor `metadata`.
    ...(service === "azure"
      ? { hyperparameters }
      : { method: { type: "supervised", supervised: { hyperparameters } }, metadata: { corrigenda: mark } }),
  };
  const open = await client();
  const job = await open.fineTuning.jobs.create(body, ONCE).catch((error: unknown) => {
    throw createFault(provider, model, sdk, error);
  });
  return createdId(provider, "create a fine-tuning job", job);
}

const CLOSED =
  /(?:not (?:be |currently )?(?:available|supported?|allowed)|no longer|cannot be created|deprecated|wind)/i;

/** 408 and 5xx may come from a gateway after the service has acted: they count as no answer. */
function createFault(provider: string, model: string, sdk: SdkFetch, cause: unknown): StudyError {
  const doing = "create a fine-tuning job";
  const answer = sdk.answer(cause);
  if (!answer) return networkError(provider, doing, cause);
  const { status } = answer;
  if (status === 408 || status >= 500) return networkError(provider, doing, answerError(provider, doing, answer));
  const { code, message } = errorBody(answer.text);
  const isTuning = /fine-?tun|training job/i.test(message) && (status === 403 || CLOSED.test(message));
  if (![400, 403, 404].includes(status) || !isTuning) return answerError(provider, doing, answer);
  const name = code === undefined ? `${status}` : `${status} ${code}`;
  return new StudyError(
    "refused",
    `${provider} does not let this account fine-tune ${model} (${name}: ${message.replace(/\.$/, "")}); nothing was started. Name another --model, or prepare for the other service: --target`,
    { facts: { status, code } },
  );
}

const STATUS: Readonly<Record<string, TuningJob["status"]>> = {
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
  canceled: "cancelled",
};

/** Pure. */
function readJob(job: FineTuningJob): TuningJob {
  const fields = record(job as unknown as Json);
  const detail = text(fields.status) ?? "unknown";
  const model = text(fields.fine_tuned_model);
  const tokens = fields.trained_tokens;
  const reason = text(record(fields.error).message);
  return {
    ...{ id: job.id, status: STATUS[detail.toLowerCase()] ?? "waiting", detail },
    ...(model !== undefined && { model }),
    ...(typeof tokens === "number" && { trainedTokens: tokens }),
    ...(reason !== undefined && reason !== "" && { reason: redact(reason).slice(0, 300) }),
  };
}

/** Listed newest first: pages are read until one holds what is known. */
async function eventsOf(open: OpenAI, id: string, isKnown: (event: string) => boolean): Promise<TuningEvent[]> {
  const found: TuningEvent[] = [];
  for await (const event of open.fineTuning.jobs.listEvents(id, { limit: 100 }, ONCE)) {
    if (isKnown(event.id)) break;
    const { level, message, created_at, data } = event;
    const whole = record(data as Json | undefined);
    const metrics = Object.keys(whole).length === 0 ? {} : { data: whole };
    found.push({ id: event.id, at: created_at * 1000, level, message: redact(message), ...metrics });
  }
  return found.reverse();
}
