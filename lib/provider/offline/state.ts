import { randomUUID } from "node:crypto";
import { type Disk, readJsonl } from "corrigenda/files";
import type { Json } from "corrigenda/json";
import type { Usage } from "corrigenda/provider";
import { durableLog } from "./log.ts";
import type { Wire } from "./wire.ts";
import type { Content } from "./writer.ts";

/** A stored file; its bytes lie at `path`. */
export interface FileRecord extends Content {
  readonly id: string;
  readonly wire: Wire;
  readonly path: string;
  readonly filename: string;
  readonly purpose: string;
  /** Times are clock milliseconds since 1970. */
  readonly created: number;
}

/** A batch as created; what happens to it later comes as events. */
export interface BatchRecord {
  readonly id: string;
  readonly wire: Wire;
  readonly endpoint: string;
  readonly created: number;
  readonly metadata: Json;
  /** The request lines. Anthropic's have no file id. */
  readonly input: Content & { readonly path: string; readonly file?: string };
  accepted?: Accepted;
  cancelled?: Cancelled;
  ended?: Ended;
}

/** The input was found valid and work began. */
export interface Accepted {
  readonly at: number;
  readonly total: number;
  /** Input tokens, reserved until the batch ends. */
  readonly tokens: number;
  readonly model: string;
  /** Requests done when the batch will expire; absent where it will not. */
  readonly expireAfter?: number;
}

export interface Cancelled {
  readonly at: number;
  /** Requests that were done by then. */
  readonly done: number;
}

export interface BatchProblem {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly param: string | null;
}

export interface Ended {
  readonly at: number;
  readonly status: "completed" | "failed" | "expired" | "cancelled";
  readonly total: number;
  readonly done: number;
  /** Requests without a reply, those that were never run included. */
  readonly failed: number;
  /** Requests that were never run: expired or cancelled. */
  readonly gone: number;
  /** Ids of the output files. */
  readonly output?: string;
  readonly error?: string;
  readonly problems: readonly BatchProblem[];
  readonly usage: Usage;
}

/** A fine-tuning job as created: what becomes of it, and when, follows from it and the clock. */
export interface TuningRecord {
  readonly id: string;
  readonly wire: Wire;
  readonly created: number;
  readonly model: string;
  readonly suffix: string | null;
  readonly seed: number;
  readonly epochs: number;
  readonly metadata: Json;
  readonly training: { readonly file: string; readonly sha256: string; readonly examples: number };
  /** Tokens of the training file, once through. */
  readonly tokens: number;
  readonly validation: string | null;
  /** Why it will fail when its files are validated. */
  readonly problem: { readonly code: string; readonly message: string; readonly param: string } | null;
  cancelled?: number;
}

/** A model that was deployed through Azure's management API; its id is its name. */
export interface DeploymentRecord {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly sku: string;
  readonly capacity: number;
}

export type StateEvent =
  | { readonly type: "tuning"; readonly job: TuningRecord }
  | { readonly type: "tuning_cancelled"; readonly id: string; readonly at: number }
  | { readonly type: "deployment"; readonly deployment: DeploymentRecord }
  | { readonly type: "deployment_deleted"; readonly id: string; readonly at: number }
  | { readonly type: "file"; readonly file: FileRecord }
  | { readonly type: "file_deleted"; readonly id: string }
  | { readonly type: "batch"; readonly batch: BatchRecord }
  | { readonly type: "accepted"; readonly id: string; readonly accepted: Accepted }
  | { readonly type: "cancelled"; readonly id: string; readonly cancelled: Cancelled }
  | {
      readonly type: "ended";
      readonly id: string;
      readonly ended: Ended;
      readonly files: readonly FileRecord[];
      /** Requests of the batch that a planned fault struck, by the first 16 digits of their keys. */
      readonly struck: readonly string[];
    };

/** Files, batches, fine-tuning jobs and deployments, folded from an append-only log. */
export interface State {
  readonly files: ReadonlyMap<string, FileRecord>;
  /** Oldest first. */
  readonly batches: ReadonlyMap<string, BatchRecord>;
  /** Oldest first. */
  readonly tuning: ReadonlyMap<string, TuningRecord>;
  readonly deployments: ReadonlyMap<string, DeploymentRecord>;
  /** A fresh id with this prefix. */
  newId(prefix: string): string;
  /** Makes the event durable, then applies it. */
  record(event: StateEvent): Promise<void>;
  close(): Promise<void>;
}

export const STATE_LOG = "state.jsonl";

/** Opens the state kept on a disk. @param onPast sees each earlier event once */
export async function openState(disk: Disk, onPast: (event: StateEvent) => void): Promise<State> {
  const files = new Map<string, FileRecord>();
  const batches = new Map<string, BatchRecord>();
  const tuning = new Map<string, TuningRecord>();
  const deployments = new Map<string, DeploymentRecord>();
  const apply = (event: StateEvent): void => {
    if (event.type === "file") files.set(event.file.id, event.file);
    else if (event.type === "file_deleted") files.delete(event.id);
    else if (event.type === "batch") batches.set(event.batch.id, { ...event.batch });
    else if (event.type === "tuning") tuning.set(event.job.id, { ...event.job });
    else if (event.type === "tuning_cancelled") {
      const job = tuning.get(event.id);
      if (job) job.cancelled = event.at;
    } else if (event.type === "deployment") deployments.set(event.deployment.id, event.deployment);
    else if (event.type === "deployment_deleted") deployments.delete(event.id);
    else {
      const batch = batches.get(event.id);
      if (!batch) return;
      if (event.type === "accepted") batch.accepted = event.accepted;
      else if (event.type === "cancelled") batch.cancelled = event.cancelled;
      else {
        batch.ended = event.ended;
        for (const file of event.files) files.set(file.id, file);
      }
    }
  };
  for await (const event of pastEvents(disk)) {
    apply(event);
    onPast(event);
  }
  const log = durableLog(await disk.append(STATE_LOG));
  const record = async (event: StateEvent): Promise<void> => {
    await log.add(JSON.stringify(event));
    apply(event);
  };
  // Random, so that a client's note of a batch in a folder since deleted finds nothing in a new one.
  const newId = (prefix: string): string => prefix + randomUUID().replaceAll("-", "").slice(0, 24);
  return { files, batches, tuning, deployments, newId, record, close: log.close };
}

/** The events of a folder's log, oldest first; torn lines are passed over. */
export async function* pastEvents(disk: Disk): AsyncGenerator<StateEvent> {
  if ((await disk.size(STATE_LOG)) === undefined) return;
  for await (const line of readJsonl(disk, STATE_LOG)) {
    if (line.value !== undefined) yield line.value as unknown as StateEvent;
  }
}
