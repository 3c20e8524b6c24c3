import type { Json } from "corrigenda/json";

/** A paid reply on its way into the store. */
export interface NewReply {
  /** The request's key, 64 hex digits. */
  readonly key: string;
  /** Who pays: "<study>/<run>/<stage>". */
  readonly run: string;
  /** "online", or the id of the batch it came with. */
  readonly via: string;
  /** What it cost, in US dollars, at the price table's date. */
  readonly usd: number;
  /** JSON text as it came: a batch's result line, or online {"status","request_id","body"}. */
  readonly raw: string | Uint8Array;
}

/** A reply as kept. */
export interface StoredReply {
  readonly key: string;
  readonly run: string;
  readonly via: string;
  readonly usd: number;
  /** When it was kept, ms since 1970. */
  readonly at: number;
  readonly raw: Json;
}

/**
 * The response cache and cost ledger in one: each reply is one record that also says who paid what for it, so a reply
 * and its cost reach the disk together. Shared by all runs; one store per namespace ("live", "offline").
 */
export interface Store {
  /** Which keys have a reply, in the order given. */
  has(keys: readonly string[]): Promise<readonly boolean[]>;
  get(key: string): Promise<StoredReply | undefined>;
  /**
   * Returns when the replies are durable ("now", the default) or written ("soon": the next "now", also one without
   * replies, makes them durable). Concurrent calls share one fsync. What is already kept is skipped.
   */
  put(replies: readonly NewReply[], durable?: "now" | "soon"): Promise<void>;
  /** US dollars that a run has paid so far. */
  spentUsd(run: string): Promise<number>;
  /** The ledger of a run: every reply it paid for, oldest first. */
  paidBy(run: string): AsyncIterable<StoredReply>;
  close(): Promise<void>;
}

/** An append-only log of what a run did, fsynced before the deed. */
export interface Journal<Event> {
  /** Events that earlier processes left, in order; torn or foreign lines are passed over. */
  readonly past: readonly Event[];
  /** Returns when the event is durable. Concurrent calls share one fsync. */
  append(event: Event): Promise<void>;
  close(): Promise<void>;
}
