import type { StudyError } from "corrigenda/error";
import { type BatchEvent, type ChunkState, foldEvents, isEnqueued } from "./events.ts";
import { openContext, step } from "./job.ts";
import type { ChunkOptions, Others } from "./options.ts";
import { unknownBatches } from "./settle.ts";
import { submitChunk } from "./submit.ts";

/** What a look at a chunk found; "elsewhere": its batch belongs to another account, "unknown": its service has no such batch. */
export type Look = "moved" | "still" | "done" | "elsewhere" | "unknown";

/** A chunk of a job that several processes share, with what takes its place until all of it is kept. */
export interface HeldChunk {
  /** Brings it on, as far as it goes now; after a kill at any point another process goes on. */
  look(): Promise<Look>;
  /** Between two looks: only time that this process has slept through counts as waiting. */
  rest(ms: number): Promise<void>;
  /** Request files of the chunk and of its successors. */
  stems(): readonly string[];
  /** Says what "unknown" means. */
  unknown(): StudyError;
}

export interface HeldOptions extends ChunkOptions {
  readonly others: Others;
  /** The submission that is held. */
  readonly chunk: string;
  /** All of the job's events so far, whoever wrote them. */
  readonly events: () => Promise<readonly BatchEvent[]>;
  /** Puts the request files of a chunk onto the disk. */
  readonly fetch: (stem: string) => Promise<void>;
}

export function openHeldChunk(options: HeldOptions): HeldChunk {
  const context = openContext(options);
  const { state } = context;
  const line = (): ChunkState[] => {
    const chunks: ChunkState[] = [];
    for (let next: string | undefined = options.chunk; next !== undefined; ) {
      const chunk = state.chunks.get(next);
      if (chunk) chunks.push(chunk);
      next = chunk?.next;
    }
    return chunks;
  };
  const openOne = (): ChunkState | undefined => line().find(({ phase }) => phase !== "ingested");
  return {
    unknown: () =>
      unknownBatches(
        context,
        line().filter(({ phase }) => phase !== "ingested"),
      ),
    rest: (ms) => context.steady.sleep(ms, options.signal),
    stems: () => line().map(({ meta }) => meta.stem),
    look: async () => {
      // What others created must not be adopted, and what they may spend counts.
      if (openOne()?.phase !== "created") Object.assign(state, foldEvents(await options.events()));
      const chunk = openOne();
      if (!chunk) return "done";
      const isOurs = chunk.account === options.others.account;
      const isQueued = isEnqueued(chunk);
      if (!isOurs && isQueued) return "elsewhere";
      if (!isQueued && !(await options.others.reserve(chunk.meta))) return "still";
      await options.fetch(chunk.meta.stem);
      // Another account's file is no use here: it is uploaded again, which costs nothing.
      const moved =
        !isOurs && chunk.phase === "uploaded" ? await submitChunk(context, chunk) : await step(context, chunk);
      if (openOne() === undefined) return "done";
      if (context.waiting.get(chunk.meta.key)?.isUnknown) return "unknown";
      return moved ? "moved" : "still";
    },
  };
}
