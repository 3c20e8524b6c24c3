import type { ChunkMeta } from "corrigenda/batch";
import type { Disk } from "corrigenda/files";

/** A chunk of two requests. */
export const chunk = (key: string): ChunkMeta => ({
  ...{ key, stem: key, requests: 2, bytes: 20, tokens: 5, usd: 1, model: "m", endpoint: "/v1/responses" },
  ...{ attempt: 1, serial: 1 },
});

const EMPTY = { cached: 0, shared: 0, tokens: 0, usd: 0, usdLow: 0, usdHigh: 0 };

/** The plan of some chunks. */
export const planned = (...keys: readonly string[]): object => ({
  ...{ t: "planned", at: 0, chunks: keys.map(chunk) },
  summary: { ...EMPTY, rows: keys.length * 2, requests: keys.length * 2 },
});

export const created = (key: string, batch: string): object => ({ t: "created", at: 1, chunk: key, batch });

export const ingested = (key: string, batch: string, ok: number): object => ({
  ...{ t: "ingested", at: 2, chunk: key, batch, status: "completed", ok, failed: 2 - ok, usd: 1 },
});

export async function writeJournal(root: Disk, folder: string, events: readonly object[]): Promise<void> {
  await root.write(`${folder}/journal.jsonl`, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
}
