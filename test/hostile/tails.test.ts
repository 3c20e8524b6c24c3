import type { BatchEvent } from "corrigenda/batch";
import { isStudyError } from "corrigenda/error";
import { collect, type MemoryDisk, memoryDisk } from "corrigenda/files";
import { type OnlineEvent, unknownCalls } from "corrigenda/online";
import { openJournal, readJournal } from "corrigenda/store";
import { expect, test } from "vitest";
import { client, type Desk, desk } from "../batch/desk.ts";

const ROWS = [1, 2, 3];

/** A client that stops after the first event of a kind, as a kill would stop it; the desk finds what was created. */
async function stoppedAfter(t: BatchEvent["t"]): Promise<{ at: Desk; disk: MemoryDisk }> {
  const [at, disk] = [desk(3), memoryDisk()];
  at.api = { ...at.api, find: async ({ key }) => foundAt(at, key) };
  const { job } = await client(at, disk, {}, 0.01, (event) => {
    if (event.t === t) throw new Error("killed");
  });
  await job.plan(() => ROWS).catch(() => undefined);
  await job.advance("done").catch(() => undefined);
  return { at, disk };
}

function foundAt(at: Desk, key: string): string | undefined {
  const place = at.batches.findIndex(({ chunk }) => chunk.key === key);
  return place < 0 ? undefined : `batch-${place + 1}`;
}

/** The last record cut before each of its bytes, and altered at each. */
function spoiltTails(bytes: Buffer): { readonly how: string; readonly bytes: Buffer }[] {
  const start = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  return Array.from({ length: bytes.length - start }, (_, place) => {
    const at = start + place;
    const altered = Buffer.from(bytes);
    altered[at] = (altered[at] ?? 0) ^ (1 << (place % 7));
    return [
      { how: `cut before byte ${at}`, bytes: bytes.subarray(0, at) },
      { how: `byte ${at} altered: ${altered.subarray(start)}`, bytes: altered },
    ];
  }).flat();
}

const copyOf = async (disk: MemoryDisk): Promise<MemoryDisk> => {
  const copy = memoryDisk();
  const add = async (folder: string): Promise<void> => {
    for (const name of await disk.list(folder)) {
      const path = folder === "." ? name : `${folder}/${name}`;
      if (name.endsWith("/")) await add(path.slice(0, -1));
      else await copy.write(path, Buffer.concat(await collect(disk.read(path))));
    }
  };
  await add(".");
  return copy;
};

test.each(["planned", "uploaded", "create", "created", "ingested"] as const)(
  "a batch journal whose last record, %s, is cut or altered at any byte: every row has its value, no batch is started twice, or one sentence says what is wrong",
  async (t) => {
    const { at, disk } = await stoppedAfter(t);
    const journal = Buffer.concat(await collect(disk.read("journal.jsonl")));
    expect(journal.toString().trimEnd().split("\n").at(-1)).toContain(`"t":"${t}"`);
    const batches = at.batches.length;
    for (const { how, bytes } of spoiltTails(journal)) {
      const later = await copyOf(disk);
      await later.write("journal.jsonl", bytes);
      at.batches.length = batches;
      const end = await (async () => {
        const { job, values } = await client(at, later);
        await job.plan(() => ROWS);
        await job.advance("done");
        return values(ROWS);
      })().catch((error: unknown) => error);
      if (isStudyError(end)) expect(end.message, how).not.toMatch(/\n/);
      else expect(end, how).toEqual([1, 4, 9]);
      expect(at.batches.length, how).toBeLessThanOrEqual(1);
    }
  },
);

test("a journal of calls whose last record is cut or altered at any byte is read, and accounts for what it still says", async () => {
  const key = "0123456789abcdef".repeat(4);
  const written = memoryDisk();
  const { append } = await openJournal<OnlineEvent>(written, "journal.jsonl");
  const events: OnlineEvent[] = [
    { t: "call", key, attempt: 1, at: 1, estimateUsd: 0.5 },
    { t: "lost", key, attempt: 1 },
    { t: "call", key, attempt: 2, at: 2, estimateUsd: 0.5 },
  ];
  for (const event of events) await append(event);
  const journal = Buffer.concat(await collect(written.read("journal.jsonl")));
  for (const { how, bytes } of spoiltTails(journal)) {
    const disk = memoryDisk();
    await disk.write("journal.jsonl", bytes);
    const unknown = unknownCalls(await readJournal<OnlineEvent>(disk, "journal.jsonl"), () => false);
    // The last call counts or does not; the two before it always do.
    const calls = unknown[0]?.calls === 2 ? 2 : 1;
    expect(unknown, how).toEqual([{ key, calls, estimateUsd: calls * 0.5 }]);
  }
});
