import type { Estimate, PlanSummary } from "corrigenda/batch";
import { type ModelRequest, requestKey, type WireRequest } from "corrigenda/provider";
import { keyTable } from "corrigenda/store";
import type { Workplace } from "./workplace.ts";

/** Requests of which the store is asked at a time: it may be on another machine. */
const LOOK_AHEAD = 500;

export interface Surveyed<Row> {
  readonly rows: AsyncIterable<Row> | Iterable<Row>;
  readonly request: (row: Row) => ModelRequest;
  readonly estimate: (wire: WireRequest) => Estimate;
}

/** Counts and prices what the store cannot answer. */
export async function survey<Row>(
  { provider, store }: Pick<Workplace, "provider" | "store">,
  { rows, request, estimate }: Surveyed<Row>,
): Promise<PlanSummary> {
  const sum = { rows: 0, requests: 0, cached: 0, shared: 0, tokens: 0, usd: 0, usdLow: 0, usdHigh: 0 };
  const seen = keyTable();
  let group: { readonly key: string; readonly wire: WireRequest }[] = [];
  const count = async (): Promise<void> => {
    const asked = group;
    group = [];
    const kept = await store.has(asked.map(({ key }) => key));
    for (const [place, { wire }] of asked.entries()) {
      if (kept[place]) sum.cached += 1;
      else add(sum, estimate(wire));
    }
  };
  for await (const row of rows) {
    const wire = provider.encode(request(row));
    const key = requestKey(provider, wire);
    sum.rows += 1;
    if (seen.find(key) >= 0) sum.shared += 1;
    else {
      seen.add(key);
      group.push({ key, wire });
      if (group.length >= LOOK_AHEAD) await count();
    }
  }
  await count();
  return sum;
}

function add(sum: { -readonly [Part in keyof PlanSummary]: number }, one: Estimate): void {
  sum.requests += 1;
  for (const part of ["tokens", "usd", "usdLow", "usdHigh"] as const) sum[part] += one[part];
}
