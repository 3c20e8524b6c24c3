import { type Disk, readJsonl } from "corrigenda/files";
import type { Provider } from "corrigenda/provider";
import { billKey, readBill } from "corrigenda/provider/offline";
import { trialWires } from "./questions.ts";

/** What the service billed for a run of trial questions against what the client knows. The last three have to be 0. */
export interface CallsAudit {
  readonly requests: number;
  readonly billed: number;
  /** Bills beyond the first of a request: calls in flight at a fault. */
  readonly billedAgain: number;
  /** Calls of unknown fate in the ledger. */
  readonly unknown: number;
  /** Rows of the table without an answer, or too few or too many rows. */
  readonly unanswered: number;
  /** Requests that were answered without a bill. */
  readonly unbilled: number;
  /** Bills that neither a reply nor an unknown call of the ledger accounts for. */
  readonly unaccounted: number;
}

export interface AuditedRun {
  readonly name: string;
  readonly requests: number;
  readonly provider: Provider;
}

/** @param state the service's folder @param root results/ of the run "trial/<name>", which asked `trialWires` */
export async function auditCalls(
  state: Disk,
  root: Disk,
  { name, requests, provider }: AuditedRun,
): Promise<CallsAudit> {
  const bills = new Map<string, number>();
  for await (const line of readBill(state)) {
    if (line.kind === "online") bills.set(line.key, (bills.get(line.key) ?? 0) + 1);
  }
  const unknownOf = new Map<string, number>();
  for await (const { value } of readJsonl(root, `trial/${name}/collect/ledger.jsonl`)) {
    const { key, state: what, calls } = value as { key: string; state?: string; calls?: number };
    if (what === "unknown") unknownOf.set(key, calls ?? 0);
  }
  let [answered, rows] = [0, 0];
  for await (const { value } of readJsonl(root, `trial/${name}/collect/collect.jsonl`)) {
    rows += 1;
    if ((value as { ok?: boolean }).ok) answered += 1;
  }
  const sum = { requests, billed: 0, billedAgain: 0, unknown: 0, unbilled: 0, unaccounted: 0 };
  for (const { key, wire } of trialWires(provider, name, requests)) {
    const billed = bills.get(billKey(wire.endpoint, Buffer.from(wire.body))) ?? 0;
    const unknown = unknownOf.get(key) ?? 0;
    sum.billed += billed;
    sum.unknown += unknown;
    sum.billedAgain += Math.max(0, billed - 1);
    if (billed === 0) sum.unbilled += 1;
    sum.unaccounted += Math.max(0, billed - 1 - unknown);
  }
  return { ...sum, unanswered: Math.max(rows, requests) - answered };
}
