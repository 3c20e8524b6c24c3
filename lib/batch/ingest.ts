import { lineBlocks } from "corrigenda/files";
import { type Json, parseJson } from "corrigenda/json";
import type { BatchApi, BatchState, ModelReply, Provider, Usage } from "corrigenda/provider";
import type { NewReply, Store } from "corrigenda/store";
import type { ChunkMeta } from "./events.ts";
import type { RequestTable } from "./request-table.ts";

// What waits to be written outlives other young objects, for which the collector would take more memory.
const PUT_BYTES = 256 << 10;

/** What became of a chunk's requests, by ordinal. */
export interface Tally {
  readonly fate: Uint8Array;
  /** Why, for those that failed or are worth another try. */
  readonly reasons: Map<number, string>;
  /** Lines that belong to no request of the chunk. */
  readonly odd: string[];
  ok: number;
  inputTokens: number;
  outputTokens: number;
  usd: number;
}

/** Fates in a Tally. */
export const fates = { unseen: 0, ok: 1, failed: 2, again: 3 } as const;

export interface IngestOptions {
  readonly provider: Provider;
  readonly api: BatchApi;
  readonly store: Store;
  readonly run: string;
  readonly price: (model: string, usage: Usage) => number | undefined;
  readonly meta: ChunkMeta;
  readonly batch: string;
  readonly requests: RequestTable;
}

export function newTally(requests: number): Tally {
  const fate = new Uint8Array(requests);
  return { fate, reasons: new Map(), odd: [], ok: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
}

/**
 * Streams a batch's results into the store, line by line; what is in the tally already is passed over, so that a cut
 * download can start again. Memory: one block of results.
 */
export async function ingestResults(options: IngestOptions, tally: Tally): Promise<void> {
  const { api, store, batch, requests } = options;
  let replies: NewReply[] = [];
  let places: number[] = [];
  let bytes = 0;
  let writing = Promise.resolve();
  const put = async (durable: "now" | "soon"): Promise<void> => {
    const [group, at] = [replies, places];
    [replies, places, bytes] = [[], [], 0];
    await writing; // one group is written while the next is read
    writing = store.put(group, durable).then(() => {
      for (const place of at) tally.fate[place] = fates.ok;
      tally.ok += at.length;
    });
    writing.catch(() => undefined); // the next put, or the end, throws it
  };
  /** What a request's line so far was: of an id's lines the first reply counts, else the first line. */
  const taken = new Uint8Array(requests.count);
  tally.odd.length = 0;
  const take = (line: Buffer): void => {
    if (line.length === 0) return;
    const value = parseJson(line.toString("utf8"));
    const read = value === undefined ? undefined : api.read(value);
    const place = read ? requests.find(read.id) : -1;
    const before = taken[place];
    if (!read || place < 0 || before === fates.ok || (before === fates.failed && !read.ok)) {
      tally.odd.push(line.toString("utf8").slice(0, 10_000));
      return;
    }
    taken[place] = read.ok ? fates.ok : fates.failed;
    if (tally.fate[place] === fates.ok) return;
    if (!read.ok) {
      tally.fate[place] = read.again ? fates.again : fates.failed;
      tally.reasons.set(place, read.reason);
      return;
    }
    const usd = priceOf(options, read.body, tally);
    replies.push({ key: requests.key(place), run: options.run, via: batch, usd, raw: line });
    places.push(place);
    bytes += line.length;
  };
  try {
    for await (const lines of lineBlocks(api.results(batch))) {
      for (const line of lines) {
        take(line);
        if (bytes > PUT_BYTES) await put("soon");
      }
    }
  } finally {
    await put("now"); // also of a download that broke off: it was paid, and is counted
    await writing;
  }
}

/** The cost of one reply; a reply without readable usage is kept all the same and costs what can be told: nothing. */
function priceOf({ provider, price, meta }: IngestOptions, body: Json, tally: Tally): number {
  const reply = readReply(provider, body);
  if (!reply) return 0;
  const usd = price(reply.model, reply.usage) ?? price(meta.model, reply.usage) ?? 0;
  tally.inputTokens += reply.usage.input;
  tally.outputTokens += reply.usage.output;
  tally.usd += usd;
  return usd;
}

function readReply(provider: Provider, body: Json): ModelReply | undefined {
  try {
    return provider.decode(body);
  } catch {
    return undefined; // the outcome of this row says what is wrong with the reply
  }
}

/** Settles what the results did not mention, by how the batch ended. @param isGone the service has deleted the results */
export function settle(tally: Tally, state: BatchState, isGone: boolean): void {
  for (const { line, code, message } of state.errors) {
    const place = (line ?? 0) - 1;
    if (place < 0 || place >= tally.fate.length || tally.fate[place] === fates.ok) continue;
    tally.fate[place] = fates.failed;
    tally.reasons.set(place, `${code}: ${message}`);
  }
  const [first] = state.errors;
  const reason = first
    ? `batch ${state.status}: ${first.code}: ${first.message}`
    : isGone
      ? "the service no longer has the results"
      : `batch ${state.status} without this request`;
  for (let place = 0; place < tally.fate.length; place++) {
    if (tally.fate[place] !== fates.unseen) continue;
    tally.fate[place] = fates.again;
    tally.reasons.set(place, reason);
  }
}

/** Codes that say: too much is enqueued. The same file can be handed in later. */
export function isQuotaRefusal(state: BatchState): boolean {
  return state.status === "failed" && state.errors.some(({ code }) => code === "token_limit_exceeded");
}
