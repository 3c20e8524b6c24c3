import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { BatchApi } from "corrigenda/provider";
import type { ChunkMeta } from "./events.ts";
import { idTable } from "./id-table.ts";
import { readKeys } from "./requests.ts";

/** The requests of a submission by the ids that travelled, in some 70 bytes each. */
export interface RequestTable {
  readonly count: number;
  /** The place in the file of the request that travelled under this id, or -1. */
  find(wireId: string): number;
  /** The key of the request at a place. */
  key(place: number): string;
}

const KEY_BYTES = 32;

export async function loadRequests(disk: Disk, api: BatchApi, meta: ChunkMeta): Promise<RequestTable> {
  const ids = idTable();
  const keys = Buffer.alloc(meta.requests * KEY_BYTES);
  let count = 0;
  for await (const { id, key } of readKeys(disk, meta.stem)) {
    if (!ids.add(api.wireId(id, meta.key, count))) {
      const file = disk.resolve(`requests/${meta.stem.slice(0, 32)}.keys.jsonl`);
      throw new StudyError("files", `${file} was changed: it has ${id} twice. Plan the run again under another name`);
    }
    keys.write(key, count * KEY_BYTES, "hex");
    count += 1;
  }
  return {
    count,
    find: ids.find,
    key: (place) => keys.toString("hex", place * KEY_BYTES, (place + 1) * KEY_BYTES),
  };
}
