import { requestKey, type WireRequest } from "corrigenda/provider";
import { keyTable } from "corrigenda/store";
import type { ChunkMeta, PlanSummary } from "./events.ts";
import type { BatchOptions } from "./options.ts";
import { requestWriter } from "./requests.ts";

export interface Plan {
  readonly summary: PlanSummary;
  readonly chunks: readonly ChunkMeta[];
}

/** Requests of which the store is asked at a time: it may be on another machine. */
const LOOK_AHEAD = 32;

type Rows<Row> = AsyncIterable<Row> | Iterable<Row>;

/**
 * Writes the requests that the store cannot answer into files, each key once. Nothing is sent. Memory: 24 bytes a
 * request and the ids of the open file.
 */
export async function writePlan<Row, Out>(rows: Rows<Row>, options: BatchOptions<Row, Out>): Promise<Plan> {
  const { prompt, provider, store, disk, estimate } = options;
  const api = provider.batch;
  if (!api) throw new TypeError(`${provider.name} has no batches`);
  const seen = keyTable();
  const writer = requestWriter(disk, api, {
    bytes: api.limits.bytes,
    requests: Math.min(api.limits.requests, options.policy?.maxRequests ?? Number.POSITIVE_INFINITY),
    tokens: api.limits.enqueuedTokens ?? Number.POSITIVE_INFINITY,
  });
  const sum = { rows: 0, requests: 0, cached: 0, shared: 0, tokens: 0, usd: 0, usdLow: 0, usdHigh: 0 };
  // Few rows at a time: what waits here outlives other young objects, for which the collector would take more memory.
  let group: { readonly id: string; readonly key: string; readonly wire: WireRequest }[] = [];
  const look = async (): Promise<void> => {
    const asked = group;
    group = [];
    const kept = await store.has(asked.map(({ key }) => key));
    for (const [place, one] of asked.entries()) {
      if (kept[place]) sum.cached += 1;
      else await add(one);
    }
  };
  const add = async ({ id, key, wire }: (typeof group)[number]): Promise<void> => {
    const { tokens, usd, usdLow, usdHigh } = estimate(wire);
    await writer.add(id, key, wire, { tokens, usd: usdHigh });
    sum.requests += 1;
    sum.tokens += tokens;
    sum.usd += usd;
    sum.usdLow += usdLow;
    sum.usdHigh += usdHigh;
  };
  try {
    for await (const row of rows) {
      options.signal?.throwIfAborted();
      const wire = provider.encode(prompt.request(row));
      const key = requestKey(provider, wire);
      sum.rows += 1;
      if (seen.find(key) >= 0) {
        sum.shared += 1;
        continue;
      }
      seen.add(key);
      group.push({ id: prompt.id(row), key, wire });
      if (group.length >= LOOK_AHEAD) await look();
    }
    await look();
    return { chunks: await writer.finish(), summary: sum };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
