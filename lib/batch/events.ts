/** A file of requests on disk, and one submission of it. */
export interface ChunkMeta {
  /** sha256 over the file's stem and `serial`: what marks the batch at the service. */
  readonly key: string;
  /** requests/<stem>.jsonl: sha256 over its ids and keys. */
  readonly stem: string;
  readonly requests: number;
  readonly bytes: number;
  /** Estimated input tokens. */
  readonly tokens: number;
  /** Upper end of the cost estimate, US dollars. */
  readonly usd: number;
  readonly model: string;
  readonly endpoint: string;
  /** From 1: how often these requests have been tried, a refusal for quota not counted. */
  readonly attempt: number;
  /** From 1: how often this file has been handed in. */
  readonly serial: number;
}

/** What a plan found, and what it would cost in US dollars: as expected, and where input and replies are all short or all long. */
export interface PlanSummary {
  readonly rows: number;
  /** Requests to send. */
  readonly requests: number;
  /** Rows whose request is answered in the store already. */
  readonly cached: number;
  /** Rows that share another row's request. */
  readonly shared: number;
  readonly tokens: number;
  readonly usd: number;
  readonly usdLow: number;
  readonly usdHigh: number;
}

/** The journal of a batch job. Each intent stands before its deed; `at` is ms since 1970. */
export type BatchEvent =
  | { readonly t: "planned"; readonly at: number; readonly summary: PlanSummary; readonly chunks: readonly ChunkMeta[] }
  /** From here on the journal is kept in a Postgres; what follows is a copy, for lists. */
  | { readonly t: "shared"; readonly at: number; readonly store: string }
  /** @property account whose file and batch it will be, where several may work on a job: a fingerprint, no key */
  | { readonly t: "upload"; readonly at: number; readonly chunk: string; readonly account?: string }
  | { readonly t: "uploaded"; readonly at: number; readonly chunk: string; readonly file?: string }
  | { readonly t: "create"; readonly at: number; readonly chunk: string }
  | { readonly t: "refused"; readonly at: number; readonly chunk: string; readonly reason: string }
  | {
      readonly t: "created";
      readonly at: number;
      readonly chunk: string;
      readonly batch: string;
      readonly adopted?: true;
    }
  /** A request that will not be tried again. */
  | { readonly t: "failed"; readonly at: number; readonly id: string; readonly key: string; readonly reason: string }
  /** A result line that belongs to no request of the batch, kept as it came. */
  | { readonly t: "odd"; readonly at: number; readonly batch: string; readonly line: string }
  | {
      readonly t: "ingested";
      readonly at: number;
      readonly chunk: string;
      readonly batch: string;
      /** How the batch ended. */
      readonly status: string;
      readonly ok: number;
      readonly failed: number;
      readonly usd: number;
      /** The submission that takes what is missing. */
      readonly retry?: ChunkMeta;
    };

export type ChunkPhase = "planned" | "uploading" | "uploaded" | "creating" | "created" | "ingested";

export interface ChunkState {
  readonly meta: ChunkMeta;
  readonly phase: ChunkPhase;
  readonly file?: string | undefined;
  /** Of the file and the batch, where several accounts may work on the job. */
  readonly account?: string | undefined;
  /** The submission that took what was missing. */
  readonly next?: string;
  /** When the first create of unknown fate was journalled. */
  readonly createAt?: number | undefined;
  readonly uploadedAt?: number;
  readonly batch?: string;
  readonly ok: number;
  readonly failed: number;
  readonly usd: number;
}

/** Folds events into the state they left. */
export function foldEvents(events: readonly BatchEvent[]): JobState {
  const state: JobState = { plan: undefined, chunks: new Map(), failed: new Map() };
  for (const event of events) applyEvent(state, event);
  return state;
}

/** What a journal says so far. */
export interface JobState {
  plan: PlanSummary | undefined;
  /** In order of submission. */
  chunks: Map<string, ChunkState>;
  /** Reasons by request key. */
  failed: Map<string, string>;
}

export function applyEvent(state: JobState, event: BatchEvent): void {
  switch (event.t) {
    case "planned":
      state.plan = event.summary;
      state.chunks = new Map(event.chunks.map((meta) => [meta.key, newChunk(meta)]));
      return;
    case "failed":
      state.failed.set(event.key, event.reason);
      return;
    case "odd":
    case "shared":
      return;
    default: {
      const chunk = state.chunks.get(event.chunk);
      if (!chunk) return;
      state.chunks.set(event.chunk, nextState(chunk, event));
      if (event.t === "ingested" && event.retry) state.chunks.set(event.retry.key, newChunk(event.retry));
    }
  }
}

/** True from the moment a batch may exist until its results are kept. */
export function isEnqueued({ phase }: ChunkState): boolean {
  return phase === "creating" || phase === "created";
}

function newChunk(meta: ChunkMeta): ChunkState {
  return { meta, phase: "planned", ok: 0, failed: 0, usd: 0 };
}

type ChunkEvent = Extract<BatchEvent, { chunk: string }>;

function nextState(chunk: ChunkState, event: ChunkEvent): ChunkState {
  switch (event.t) {
    case "upload":
      return { ...chunk, phase: "uploading", account: event.account };
    case "uploaded":
      return { ...chunk, phase: "uploaded", file: event.file, uploadedAt: event.at };
    case "create":
      return { ...chunk, phase: "creating", createAt: chunk.createAt ?? event.at };
    case "refused":
      return { ...chunk, phase: "uploaded", createAt: undefined };
    case "created":
      return { ...chunk, phase: "created", batch: event.batch };
    case "ingested":
      return {
        ...{ ...chunk, phase: "ingested", ok: event.ok, failed: event.failed, usd: event.usd },
        ...(event.retry && { next: event.retry.key }),
      };
    default:
      return chunk; // an event of a later version
  }
}
