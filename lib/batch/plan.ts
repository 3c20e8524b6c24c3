import { requestKey } from "corrigenda/provider";
import { keyTable } from "corrigenda/store";
import type { ChunkMeta, PlanSummary } from "./events.ts";
import type { BatchOptions } from "./options.ts";
import { requestWriter } from "./requests.ts";

export interface Plan {
  readonly summary: PlanSummary;
  readonly chunks: readonly ChunkMeta[];
}

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
  // One row at a time: what waits here outlives other young objects, for which the collector would take more memory.
  const add = async (row: Row): Promise<void> => {
    const wire = provider.encode(prompt.request(row));
    const key = requestKey(provider, wire);
    sum.rows += 1;
    if (seen.find(key) >= 0) {
      sum.shared += 1;
      return;
    }
    seen.add(key);
    const [isKept] = await store.has([key]);
    if (isKept) {
      sum.cached += 1;
      return;
    }
    const { tokens, usd, usdLow, usdHigh } = estimate(wire);
    await writer.add(prompt.id(row), key, wire, { tokens, usd: usdHigh });
    sum.requests += 1;
    sum.tokens += tokens;
    sum.usd += usd;
    sum.usdLow += usdLow;
    sum.usdHigh += usdHigh;
  };
  try {
    for await (const row of rows) {
      options.signal?.throwIfAborted();
      await add(row);
    }
    return { chunks: await writer.finish(), summary: sum };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
