import { isStudyError, StudyError } from "corrigenda/error";
import { type Appender, type Disk, type Lock, lineBlocks, type Reader } from "corrigenda/files";
import { ENTRY_BYTES, isSound, type LaneIndex, laneIndex, runTag } from "./lane-index.ts";
import { decodeRecord, recordEncoder } from "./record.ts";
import { syncWritten } from "./sync-written.ts";
import type { NewReply, StoredReply } from "./types.ts";

/** Where an entry's offset stands in it. */
const OFFSET_BYTE = 16;

/** One append-only file of replies with its index. A lane has one writer at a time; more writers take more lanes. */
export interface Lane {
  readonly index: LaneIndex;
  /** The reply of an entry. */
  read(entry: number): Promise<StoredReply>;
  /** The replies that a run paid for. */
  paidBy(run: string): AsyncIterable<StoredReply>;
  /** Takes in what its writer has added. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** A lane that this process holds the lock of. */
export interface WritableLane extends Lane {
  /** Written when it returns; with `sync` durable, and so is all that was written before. */
  append(replies: readonly NewReply[], options: { readonly at: number; readonly sync: boolean }): Promise<void>;
}

// The index may lag behind: whoever opens the lane reads the records behind its end, and these few take no time.
const INDEX_STEP = 256;

/** Opens lane `name` for reading; its index is brought up to date in memory. */
export async function openLane(disk: Disk, name: string): Promise<Lane> {
  const index = laneIndex();
  let end = await loadIndex(disk, name, index);
  await syncWritten(disk, dataFile(name));
  const refresh = async (): Promise<void> => {
    const size = (await disk.size(dataFile(name))) ?? 0;
    if (size <= end) return;
    end = await scanOn(disk, name, index, size);
    await syncWritten(disk, dataFile(name));
  };
  return { ...laneOver(disk, name, index, () => end), refresh };
}

/** Opens lane `name` for writing under a lock that the caller took. */
export async function openWritableLane(disk: Disk, name: string, lock: Lock): Promise<WritableLane> {
  const file: Appender = await disk.append(dataFile(name));
  const index = laneIndex();
  await loadIndex(disk, name, index);
  await file.sync(); // what an earlier process wrote counts as kept from now on
  await disk.write(indexFile(name), index.encode(0));
  const indexAppender = await disk.append(indexFile(name), "bytes");
  let saved = index.keys.count;
  let isSynced = true; // the index is never ahead of what would survive a power cut
  const saveIndex = async (): Promise<void> => {
    const entries = index.encode(saved);
    saved = index.keys.count;
    await indexAppender.write(entries);
  };
  const tagOf = lastKept(runTag);
  const encode = recordEncoder();
  const reading = laneOver(disk, name, index, () => file.size);
  return {
    ...reading,
    refresh: async () => undefined, // nobody else writes here
    append: async (replies, { at, sync }) => {
      const { bytes, lengths } = encode(replies, at);
      let offset = file.size;
      await file.write(bytes);
      if (sync) await file.sync();
      isSynced = sync;
      replies.forEach((reply, place) => {
        index.add({ key: reply.key, offset, tag: tagOf(reply.run), usd: reply.usd });
        offset += lengths[place] ?? 0;
      });
      if (isSynced && index.keys.count - saved >= INDEX_STEP) await saveIndex();
    },
    close: async () => {
      await reading.close();
      await file.close();
      if (isSynced) await saveIndex();
      await indexAppender.close();
      await lock.release();
    },
  };
}

/** A pure function that remembers its last value: one run's replies come one after the other. */
function lastKept<In, Out>(compute: (input: In) => Out): (input: In) => Out {
  let last: { readonly input: In; readonly output: Out } | undefined;
  return (input) => {
    if (last?.input !== input) last = { input, output: compute(input) };
    return last.output;
  };
}

function laneOver(disk: Disk, name: string, index: LaneIndex, end: () => number): Omit<Lane, "refresh"> {
  let reader: Promise<Reader> | undefined;
  return {
    index,
    read: async (entry) => {
      reader ??= disk.reader(dataFile(name));
      const from = index.offset(entry);
      const to = entry + 1 < index.keys.count ? index.offset(entry + 1) : end();
      const line = Buffer.from(await (await reader).readAt(from, to - from)).toString("utf8");
      const [record] = line.split("\n", 1);
      const reply = decodeRecord(record ?? "");
      if (!reply) {
        const file = disk.resolve(dataFile(name));
        throw new StudyError(
          "files",
          `${file} holds no reply at byte ${from}; remove ${disk.resolve(indexFile(name))}`,
          {
            facts: { file },
          },
        );
      }
      return reply;
    },
    paidBy: async function* (run) {
      const tag = runTag(run);
      let first = 0;
      while (first < index.keys.count && index.tag(first) !== tag) first += 1;
      if (first === index.keys.count) return;
      const needle = `"run":${JSON.stringify(run)},`;
      for await (const lines of lineBlocks(disk.read(dataFile(name), index.offset(first), end()))) {
        for (const line of lines) {
          if (!line.includes(needle)) continue;
          const reply = decodeRecord(line.toString("utf8"));
          if (reply?.run === run) yield reply;
        }
      }
    },
    close: async () => (await reader)?.close(),
  };
}

/** Loads the index file and adds the records behind its end (all, where it is absent or does not fit). Returns the data's end. */
async function loadIndex(disk: Disk, name: string, index: LaneIndex): Promise<number> {
  const bytes = await indexBytes(disk, name);
  const size = (await disk.size(dataFile(name))) ?? 0; // after the index: its last writer wrote the data first
  if (bytes && (await fits(disk, name, bytes, size))) index.decode(bytes);
  return scanOn(disk, name, index, size);
}

/** Adds the records behind the index's last one. Returns the data's end. */
function scanOn(disk: Disk, name: string, index: LaneIndex, size: number): Promise<number> {
  const last = index.keys.count - 1;
  return scan(disk, name, { index, from: last < 0 ? 0 : index.offset(last), skipFirst: last >= 0, size });
}

interface Scan {
  readonly index: LaneIndex;
  readonly from: number;
  /** The record at `from` is in the index already. */
  readonly skipFirst: boolean;
  readonly size: number;
}

async function scan(disk: Disk, name: string, { index, from, skipFirst, size }: Scan): Promise<number> {
  if (size === 0) return 0;
  let offset = from;
  let skip = skipFirst;
  let end = from;
  for await (const lines of lineBlocks(disk.read(dataFile(name), from, size))) {
    for (const line of lines) {
      const reply = skip ? undefined : decodeRecord(line.toString("utf8"));
      if (reply) index.add({ key: reply.key, offset, tag: runTag(reply.run), usd: reply.usd });
      offset += line.length + 1;
      if (reply || skip || offset <= size) end = Math.min(offset, size); // a torn tail is not data
      skip = false;
    }
  }
  return end;
}

/** The whole entries of the index file; undefined where there are none, or its writer has just replaced it. */
async function indexBytes(disk: Disk, name: string): Promise<Uint8Array | undefined> {
  const entries = Math.floor(((await disk.size(indexFile(name))) ?? 0) / ENTRY_BYTES);
  if (entries === 0) return undefined;
  return disk.readAt(indexFile(name), 0, entries * ENTRY_BYTES).catch((error: unknown) => {
    if (isStudyError(error, "files")) return undefined;
    throw error;
  });
}

/** Whether the index is whole, its offsets rise (a power cut can leave a hole) and its last entry points at that entry's record. */
async function fits(disk: Disk, name: string, bytes: Uint8Array, size: number): Promise<boolean> {
  if (!isSound(bytes)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = -1;
  for (let at = OFFSET_BYTE; at < bytes.byteLength; at += ENTRY_BYTES) {
    const next = view.getFloat64(at, true);
    if (!(next > offset)) return false;
    offset = next;
  }
  if (!Number.isInteger(offset) || offset >= size) return false;
  const tail = laneIndex();
  tail.decode(bytes.subarray(bytes.byteLength - ENTRY_BYTES));
  for await (const [line] of lineBlocks(disk.read(dataFile(name), offset, size))) {
    const reply = line && decodeRecord(line.toString("utf8"));
    return reply !== undefined && tail.keys.find(reply.key) === 0;
  }
  return false;
}

function dataFile(name: string): string {
  return `${name}.jsonl`;
}

function indexFile(name: string): string {
  return `${name}.idx`;
}
