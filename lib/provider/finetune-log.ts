import { type Disk, readJsonl } from "corrigenda/files";
import type { Json } from "corrigenda/json";
import type { TuningEvent } from "./finetune.ts";
import type { TuningEntry, TuningPlace } from "./finetune-protocol.ts";

/** journal.jsonl and events.jsonl of a job, both only ever appended to. */
export interface TuningLog {
  readonly journal: TuningPlace["journal"];
  /** Events that are kept, in order. */
  readonly events: readonly TuningEvent[];
  addEvents(events: readonly TuningEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens both below a folder; lines that a kill tore are passed over. */
export async function openTuningLog(disk: Disk, folder: string): Promise<TuningLog> {
  const [journal, events] = [`${folder}/journal.jsonl`, `${folder}/events.jsonl`];
  const entries = (await linesOf(disk, journal)) as unknown as TuningEntry[];
  const told = (await linesOf(disk, events)) as unknown as TuningEvent[];
  const [journalFile, eventsFile] = [await disk.append(journal), await disk.append(events)];
  return {
    journal: {
      entries,
      add: async (entry) => {
        await journalFile.write(`${JSON.stringify(entry)}\n`);
        await journalFile.sync();
        entries.push(entry);
      },
    },
    events: told,
    addEvents: async (more) => {
      await eventsFile.write(more.map((event) => `${JSON.stringify(event)}\n`).join(""));
      await eventsFile.sync();
      told.push(...more);
    },
    close: async () => {
      await journalFile.close();
      await eventsFile.close();
    },
  };
}

async function linesOf(disk: Disk, path: string): Promise<Json[]> {
  const lines: Json[] = [];
  if ((await disk.size(path)) === undefined) return lines;
  for await (const { value } of readJsonl(disk, path)) if (value !== undefined) lines.push(value);
  return lines;
}
