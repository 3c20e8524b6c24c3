import type { Json } from "corrigenda/json";
import { type Clock, realClock } from "corrigenda/time";
import { azureClient } from "./azure.ts";
import { type Environment, needed, OPENAI_URL, serviceUrl } from "./create.ts";
import { tuningApi } from "./finetune-api.ts";
import { openAiClient } from "./openai.ts";
import { sdkFetch } from "./sdk-transport.ts";
import type { ServiceOptions } from "./service.ts";
import type { TuningService } from "./training.ts";

/** A training or validation file on its way to a service. */
export interface TuningFile {
  /** Holds a hash of what it is for: a lost upload, and the job made from it, are found by it. */
  readonly name: string;
  readonly bytes: number;
  blob(): Promise<Blob>;
}

/** What a job is to be; what is absent is left to the service. */
export interface TuningRequest {
  readonly model: string;
  /** Ids of files. */
  readonly training: string;
  readonly validation?: string;
  /** 1 to 64 characters, part of the tuned model's name. */
  readonly suffix: string;
  readonly seed: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  /** Kept by the job where the service keeps metadata (OpenAI). */
  readonly mark: string;
}

export interface TuningJob {
  readonly id: string;
  readonly status: "waiting" | "succeeded" | "failed" | "cancelled";
  /** The service's own word. */
  readonly detail: string;
  /** The tuned model, once there is one. */
  readonly model?: string;
  /** Billed tokens: every epoch. */
  readonly trainedTokens?: number;
  /** Why it failed. */
  readonly reason?: string;
}

export interface TuningEvent {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
  readonly level: string;
  readonly message: string;
  /** Of type metrics: step, total_steps, train_loss, valid_loss … */
  readonly data?: Json;
}

/** Supervised fine-tuning at a service. Nothing is retried inside. */
export interface TuningApi {
  /** "offline", or the service's name. */
  readonly provider: string;
  readonly service: TuningService;
  readonly base: string;
  /** Through the Files API, purpose fine-tune; the file's id. */
  upload(file: TuningFile): Promise<string>;
  /** Azure: the service fetches the file from a URL, whose signature is in no error. */
  importFile(name: string, url: string): Promise<string>;
  findFile(name: string): Promise<string | undefined>;
  /** Throws where the service could not read the file. */
  isReady(file: string): Promise<boolean>;
  /** Starts a job: the one call that spends money. "network" where it may have been started, "refused" where the service no longer tunes. */
  create(request: TuningRequest): Promise<string>;
  /** A job from this file that has not failed and was not cancelled. */
  findJob(training: string): Promise<string | undefined>;
  job(id: string): Promise<TuningJob>;
  /** What was told since the first event that `isKnown`, oldest first. */
  events(id: string, isKnown: (event: string) => boolean): Promise<readonly TuningEvent[]>;
  cancel(id: string): Promise<void>;
}

export interface TuningConfig {
  readonly service: TuningService;
  /** Default: what the environment says, and OpenAI's own address. */
  readonly baseUrl?: string;
}

/** A service from the environment, which alone holds keys. Throws StudyError "config". */
export function openTuning({ service, baseUrl }: TuningConfig, env: Environment, clock: Clock = realClock): TuningApi {
  if (service === "openai") {
    const apiKey = needed("OPENAI_API_KEY", "your key", env);
    return apiOf(service, {
      apiKey,
      clock,
      baseUrl: serviceUrl(baseUrl ?? (env.OPENAI_BASE_URL || OPENAI_URL)),
    });
  }
  const apiKey = needed("AZURE_OPENAI_API_KEY", "your key", env);
  const endpoint = serviceUrl(baseUrl ?? needed("AZURE_OPENAI_ENDPOINT", "the resource's URL", env));
  const apiVersion = env.AZURE_OPENAI_API_VERSION || undefined;
  return apiOf(service, { apiKey, clock, baseUrl: endpoint, ...(apiVersion !== undefined && { apiVersion }) });
}

/** The offline service at a loopback URL, in either dialect. */
export function offlineTuning(url: string, service: TuningService, clock: Clock = realClock): TuningApi {
  const root = serviceUrl(url).replace(/\/+$/, "");
  const as = { name: "offline", base: `offline/${service}` };
  return apiOf(service, { apiKey: "offline", clock, as, baseUrl: service === "azure" ? root : `${root}/v1` });
}

const TIMEOUT_MS = 10 * 60_000;

function apiOf(service: TuningService, options: ServiceOptions & { readonly apiVersion?: string }): TuningApi {
  const sdk = sdkFetch(options.timeoutMs ?? TIMEOUT_MS, options.apiKey);
  const client = service === "azure" ? azureClient(options, sdk) : openAiClient(options, sdk);
  const { name: provider, base } = options.as ?? { name: service, base: options.baseUrl };
  return tuningApi({ provider, service, base, client, sdk });
}
