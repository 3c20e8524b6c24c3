import { type Disk, readJsonl } from "corrigenda/files";
import type { Usage } from "corrigenda/provider";
import { pastEvents } from "./state.ts";

/** What the service would charge for, and what it was asked to start. */
export type BillLine =
  | {
      readonly kind: "online";
      /** Clock milliseconds since 1970. */
      readonly at: number;
      /** @see billKey */
      readonly key: string;
      readonly model: string;
      readonly usage: Usage;
    }
  | {
      readonly kind: "batch";
      readonly at: number;
      readonly batch: string;
      readonly custom_id: string;
      readonly key: string;
      readonly model: string;
      readonly usage: Usage;
    }
  | {
      readonly kind: "batch_created";
      readonly at: number;
      readonly batch: string;
      readonly wire: string;
      readonly input_sha256: string;
      /** Request lines in the input. */
      readonly ids: number;
    }
  | {
      readonly kind: "batch_ended";
      readonly at: number;
      readonly batch: string;
      readonly status: string;
      readonly done: number;
      readonly failed: number;
    }
  | {
      readonly kind: "tuning_created";
      readonly at: number;
      readonly job: string;
      readonly wire: string;
      readonly model: string;
      readonly training_sha256: string;
      /** Billed if it is let run to its end: every epoch. */
      readonly tokens: number;
    }
  | { readonly kind: "tuning_cancelled"; readonly at: number; readonly job: string }
  | { readonly kind: "deployed"; readonly at: number; readonly deployment: string; readonly sku: string }
  | { readonly kind: "undeployed"; readonly at: number; readonly deployment: string };

export const BILL_LOG = "bill.jsonl";

/** Where the bill of a batch lies. It appears whole, before the batch is seen to have ended. */
export function batchBill(batch: string): string {
  return `bills/${batch}.jsonl`;
}

/**
 * The bill of a state folder: batches as they were created and ended, then what each batch's requests cost, then the
 * online requests. Also readable while a service runs over the folder.
 */
export async function* readBill(disk: Disk): AsyncGenerator<BillLine> {
  for await (const event of pastEvents(disk)) {
    if (event.type === "batch") {
      const { id, created, wire, input } = event.batch;
      yield { kind: "batch_created", at: created, batch: id, wire, input_sha256: input.sha256, ids: input.lines };
    }
    if (event.type === "ended") {
      const { at, status, done, failed } = event.ended;
      yield { kind: "batch_ended", at, batch: event.id, status, done, failed };
    }
    if (event.type === "tuning") {
      const { id: job, created, wire, model, training, tokens, epochs } = event.job;
      const billed = { model, training_sha256: training.sha256, tokens: tokens * epochs };
      yield { kind: "tuning_created", at: created, job, wire, ...billed };
    }
    if (event.type === "tuning_cancelled") yield { kind: "tuning_cancelled", at: event.at, job: event.id };
    if (event.type === "deployment") {
      const { id: deployment, created, sku } = event.deployment;
      yield { kind: "deployed", at: created, deployment, sku };
    }
    if (event.type === "deployment_deleted") yield { kind: "undeployed", at: event.at, deployment: event.id };
  }
  for (const name of await disk.list("bills")) yield* linesOf(disk, `bills/${name}`);
  if ((await disk.size(BILL_LOG)) !== undefined) yield* linesOf(disk, BILL_LOG);
}

async function* linesOf(disk: Disk, path: string): AsyncGenerator<BillLine> {
  for await (const line of readJsonl(disk, path)) {
    if (line.value !== undefined) yield line.value as unknown as BillLine;
  }
}
