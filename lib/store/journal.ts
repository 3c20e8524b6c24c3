import { type Appender, type Disk, readJsonl } from "corrigenda/files";
import { groupCommit } from "./group-commit.ts";
import type { Journal } from "./types.ts";

/** Opens a journal and reads what is there. The file is made by the first append. */
export async function openJournal<Event extends object>(disk: Disk, path: string): Promise<Journal<Event>> {
  const past = await readJournal<Event>(disk, path);
  let file: Appender | undefined;
  const commit = groupCommit<Event>(async (events) => {
    file ??= await disk.append(path);
    await file.write(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
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

/** The events of a journal, for those who only look. Empty when there is none; torn lines are passed over. */
export async function readJournal<Event extends object>(disk: Disk, path: string): Promise<Event[]> {
  const events: Event[] = [];
  if ((await disk.size(path)) === undefined) return events;
  for await (const { value } of readJsonl(disk, path)) {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) events.push(value as Event);
  }
  return events;
}
