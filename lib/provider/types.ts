import type { StudyError } from "corrigenda/error";
import type { Json, JsonObject } from "corrigenda/json";
import type { Rng } from "corrigenda/rng";

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What a study asks of a model; a provider encodes it for its wire. */
export interface ModelRequest {
  /** Model id as the service names it (Azure: the deployment). */
  readonly model: string;
  readonly messages: readonly Message[];
  /** Wire format where a provider speaks both. Default: the provider's own. */
  readonly format?: "chat" | "responses";
  /** Strict structured output. @see https://platform.openai.com/docs/guides/structured-outputs */
  readonly schema?: { readonly name: string; readonly schema: JsonObject };
  /** [0, 2]; not for reasoning models. */
  readonly temperature?: number;
  /** Reasoning models only. */
  readonly effort?: "low" | "medium" | "high";
  readonly maxOutputTokens?: number;
  /** Numbers intended repeats of one request, from 0 (default). */
  readonly sample?: number;
}

/** A request as it travels: the body's text is final, so equal texts are equal requests. */
export interface WireRequest {
  /** Path such as "/v1/responses". */
  readonly endpoint: string;
  readonly model: string;
  /** JSON text of the body. */
  readonly body: string;
  readonly sample: number;
}

/** Tokens of one reply. `input` includes cached ones on every provider. */
export interface Usage {
  readonly input: number;
  readonly cached: number;
  /** Tokens written to the prompt cache (Anthropic), part of `input`. */
  readonly cacheWrite: number;
  /** Includes reasoning tokens. */
  readonly output: number;
  readonly reasoning: number;
}

/** A reply as studies read it. */
export interface ModelReply {
  readonly text: string;
  /** The model that answered, as the service names it. */
  readonly model: string;
  readonly finish: "stop" | "length" | "refusal" | "other";
  readonly usage: Usage;
  readonly fingerprint?: string;
  readonly id?: string;
}

/** What came back over HTTP. Any status is a reply; no reply at all throws StudyError "network". */
export interface HttpReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it came. */
  readonly text: string;
}

export interface Limits {
  /** Requests and tokens a minute, before the service's headers say otherwise. */
  readonly rpm?: number;
  readonly tpm?: number;
}

/** All that a study writes to use a model. */
export interface Prompt<Row, Out> {
  readonly name: string;
  request(row: Row): ModelRequest;
  /** Readable, unique within a stage: the custom_id of the request. */
  id(row: Row): string;
  /** Throws StudyError "reply" (or any error) where the reply is not what was asked for. */
  parse(reply: ModelReply, row: Row): Out;
}

/**
 * A row that could not be done is a value; a broken run throws. Every row comes out exactly once.
 * `usd`: what the row's reply cost, whoever paid it and when, so that a table made again from kept replies is the same;
 * 0 where an earlier row of the stage shares the reply. Who paid is in the ledger.
 */
export type Outcome<Row, Out> =
  | {
      readonly ok: true;
      readonly id: string;
      readonly key: string;
      readonly row: Row;
      readonly value: Out;
      readonly reply: ModelReply;
      readonly usd: number;
    }
  | {
      readonly ok: false;
      readonly id: string;
      readonly key: string;
      readonly row: Row;
      readonly error: StudyError;
      readonly reply?: ModelReply;
      readonly usd: number;
    };

/** What a new provider must implement. */
export interface Provider {
  readonly name: string;
  /** Base URL or deployment: part of every request's key. The offline provider's is constant. */
  readonly base: string;
  readonly limits: Limits;
  /** Pure. */
  encode(request: ModelRequest): WireRequest;
  /** Reads a response body of status 200. Pure; throws StudyError "reply" where it is not one. */
  decode(body: Json): ModelReply;
  complete(wire: WireRequest, signal?: AbortSignal): Promise<HttpReply>;
  embed?(texts: readonly string[]): Promise<Float32Array[]>;
  readonly batch?: BatchApi;
}

/** Up to `limits.requests` requests for one model and endpoint, in one file. */
export interface Chunk {
  /** sha256 (64 hex) over the requests' ids and keys and the number of the submission. */
  readonly key: string;
  readonly requests: number;
  readonly bytes: number;
  /** Estimated input tokens. */
  readonly tokens: number;
  readonly model: string;
  readonly endpoint: string;
  /** The request lines as BatchApi.line made them, newline-terminated. */
  blob(): Promise<Blob>;
}

export interface BatchLimits {
  readonly requests: number;
  readonly bytes: number;
  /** Input tokens in all open batches of a model together, where the account's tier is known. */
  readonly enqueuedTokens?: number;
}

export interface BatchState {
  readonly status: "waiting" | "completed" | "failed" | "expired" | "cancelled";
  /** The service's own word, for the log. */
  readonly detail: string;
  readonly counts: { readonly total: number; readonly done: number; readonly failed: number };
  /** False while a finished batch's output file is still to appear. */
  readonly ready: boolean;
  /** Why a batch failed as a whole; `line` from 1 where one request is to blame. */
  readonly errors: readonly { readonly code: string; readonly message: string; readonly line?: number }[];
}

/** One line of a batch's results. */
export type BatchLine =
  | { readonly id: string; readonly ok: true; readonly body: Json }
  /** `again`: worth another submission (expired, 429, 5xx); otherwise the request itself is refused. */
  | { readonly id: string; readonly ok: false; readonly again: boolean; readonly reason: string };

export interface BatchApi {
  readonly limits: BatchLimits;
  /** One request line (no newline) as it is kept on disk, with the study's readable id. Pure. */
  line(id: string, wire: WireRequest): string;
  /**
   * The custom_id that travels: the readable id, or, where the service limits ids and has no other mark to find a lost
   * batch by (Anthropic), chunk key and ordinal. `ordinal` is the line's place in its chunk, from 0. Pure.
   */
  wireId(id: string, chunk: string, ordinal: number): string;
  /** Uploads the chunk's file where the service has files; its id. Safe to repeat. */
  upload(chunk: Chunk): Promise<string | undefined>;
  /** Starts the batch: the one call that spends money. Never retried inside. */
  create(chunk: Chunk, file: string | undefined): Promise<string>;
  /**
   * Looks for a batch that a lost create may have started: its id, "wait" (ask again later), or undefined (none seen).
   * `known`: batches that belong to other chunks, so that they are not waited for.
   */
  find(
    chunk: Chunk,
    since: number,
    file: string | undefined,
    known?: ReadonlySet<string>,
  ): Promise<string | "wait" | undefined>;
  state(id: string): Promise<BatchState>;
  /** The bytes of the output file and the error file, as they come; empty where there are none. */
  results(id: string): AsyncIterable<Uint8Array>;
  cancel(id: string): Promise<void>;
  /** Reads one parsed result line; undefined where it is not one. Pure. */
  read(line: Json): BatchLine | undefined;
}

/**
 * Answers a request offline with the reply's text, or undefined where the request is not its study's (the first
 * simulator that answers wins). Pure: all its chance comes from `rng`, which is seeded by the request.
 */
export type Simulator = (request: SimulatedRequest, rng: Rng) => string | undefined;

export interface SimulatedRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  /** Name of the requested output schema, by which a study knows its own requests. */
  readonly schemaName?: string;
  readonly temperature?: number;
}
