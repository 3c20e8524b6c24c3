import { crc32 } from "node:zlib";
import { type Appender, type Disk, readJsonl } from "corrigenda/files";
import type { JsonObject } from "corrigenda/json";
import { groupCommit } from "./group-commit.ts";
import { syncWritten } from "./sync-written.ts";
import type { Journal } from "./types.ts";

/** Opens a journal and reads what is there. The file is made by the first append. */
export async function openJournal<Event extends object>(disk: Disk, path: string): Promise<Journal<Event>> {
  const past = await readJournal<Event>(disk, path);
  if (past.length > 0) await syncWritten(disk, path);
  let file: Appender | undefined;
  const commit = groupCommit<Event>(async (events) => {
    file ??= await disk.append(path);
    await file.write(events.map((event) => `${lineOf(event)}\n`).join(""));
    await file.sync();
  });
  return {
    past,
    append: (event) => commit.add(event),
    close: async () => {
      await commit.drain();
      await file?.close();
    },
  };
}

/** The events of a journal, for those who only look. Empty when there is none; torn and altered lines are passed over. */
export async function readJournal<Event extends object>(disk: Disk, path: string): Promise<Event[]> {
  const events: Event[] = [];
  if ((await disk.size(path)) === undefined) return events;
  for await (const { value } of readJsonl(disk, path)) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) continue;
    const { crc, ...event } = value as JsonObject;
    if (crc === undefined || crc === crc32(JSON.stringify(event))) events.push(event as Event);
  }
  return events;
}

/** Each event carries its sum: what a failing disk has altered must not be acted on. */
function lineOf(event: object): string {
  const text = JSON.stringify(event);
  return `${text.slice(0, -1)},"crc":${crc32(text)}}`;
}
