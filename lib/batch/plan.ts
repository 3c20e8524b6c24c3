import { requestKey } from "corrigenda/provider";
import { keyTable } from "corrigenda/store";
import type { ChunkMeta, PlanSummary } from "./events.ts";
import type { BatchOptions } from "./options.ts";
import { requestWriter } from "./requests.ts";

// Every row that waits here outlives the young objects around it, and the collector takes more memory for that: few.
const LOOKAHEAD = 4;

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
    ...api.limits,
    tokens: api.limits.enqueuedTokens ?? Number.POSITIVE_INFINITY,
  });
  const sum = { rows: 0, requests: 0, cached: 0, shared: 0, tokens: 0, usd: 0, usdLow: 0, usdHigh: 0 };
  const addAll = async (group: readonly Row[]): Promise<void> => {
    const wires = group.map((row) => provider.encode(prompt.request(row)));
    const keys = wires.map((wire) => requestKey(provider, wire));
    const kept = await store.has(keys);
    for (const [place, row] of group.entries()) {
      const wire = wires[place];
      const key = keys[place];
      if (!wire || !key) continue;
      sum.rows += 1;
      const isShared = seen.find(key) >= 0;
      if (!isShared) seen.add(key);
      if (isShared) sum.shared += 1;
      else if (kept[place]) sum.cached += 1;
      else {
        const { tokens, usd, usdLow, usdHigh } = estimate(wire);
        await writer.add(prompt.id(row), key, wire, { tokens, usd: usdHigh });
        sum.requests += 1;
        sum.tokens += tokens;
        sum.usd += usd;
        sum.usdLow += usdLow;
        sum.usdHigh += usdHigh;
      }
    }
  };
  try {
    for await (const group of groups(rows, LOOKAHEAD)) {
      options.signal?.throwIfAborted();
      await addAll(group);
    }
    return { chunks: await writer.finish(), summary: sum };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** Rows in arrays of up to `size`. */
export async function* groups<Row>(rows: Rows<Row>, size: number): AsyncGenerator<Row[]> {
  let group: Row[] = [];
  const isSync = Symbol.iterator in rows;
  if (isSync) {
    for (const row of rows) {
      group.push(row);
      if (group.length === size) {
        yield group;
        group = [];
      }
    }
  } else {
    for await (const row of rows) {
      group.push(row);
      if (group.length === size) {
        yield group;
        group = [];
      }
    }
  }
  if (group.length > 0) yield group;
}
