import { type Disk, readJsonl } from "corrigenda/files";
import type { WireRequest } from "corrigenda/provider";
import { billKey, readBill } from "corrigenda/provider/offline";

/** What the service billed for synchronous calls against what the client knows. All but the first three have to be 0. */
export interface CallsAudit {
  readonly requests: number;
  readonly billed: number;
  /** Bills beyond the first of a request: calls in flight at a fault. The ledger lists so many calls as unknown. */
  readonly billedAgain: number;
  readonly unknown: number;
  /** Requests without a bill, though answered. */
  readonly unbilled: number;
  /** Bills that neither a reply nor an unknown call of the ledger accounts for. */
  readonly unaccounted: number;
}

/** @param state the service's folder @param ledger the stage's ledger.jsonl @param wires each request once */
export async function auditCalls(
  state: Disk,
  { root, ledger }: { readonly root: Disk; readonly ledger: string },
  wires: Iterable<{ readonly key: string; readonly wire: WireRequest }>,
): Promise<CallsAudit> {
  const bills = new Map<string, number>();
  for await (const line of readBill(state)) {
    if (line.kind === "online") bills.set(line.key, (bills.get(line.key) ?? 0) + 1);
  }
  const unknownOf = new Map<string, number>();
  for await (const { value } of readJsonl(root, ledger)) {
    const { key, state: what, calls } = value as { key: string; state?: string; calls?: number };
    if (what === "unknown") unknownOf.set(key, calls ?? 0);
  }
  const sum = { requests: 0, billed: 0, billedAgain: 0, unknown: 0, unbilled: 0, unaccounted: 0 };
  for (const { key, wire } of wires) {
    const billed = bills.get(billKey(wire.endpoint, Buffer.from(wire.body))) ?? 0;
    const unknown = unknownOf.get(key) ?? 0;
    sum.requests += 1;
    sum.billed += billed;
    sum.unknown += unknown;
    sum.billedAgain += Math.max(0, billed - 1);
    if (billed === 0) sum.unbilled += 1;
    sum.unaccounted += Math.max(0, billed - 1 - unknown);
  }
  return sum;
}
