import { randomUUID } from "node:crypto";
import {
  type BatchEvent,
  type BatchJob,
  type ChunkState,
  isEnqueued,
  keysPath,
  linesPath,
  type Until,
} from "corrigenda/batch";
import { StudyError } from "corrigenda/error";
import { type Disk, nodeDisk } from "corrigenda/files";
import type { Claim, Journal, SharedJournal } from "corrigenda/store";
import { workBatches } from "./batch-worker.ts";
import { queueOf } from "./calls.ts";
import { encodeChunk } from "./shared-chunk.ts";
import { onlyOwn, type SharedPlace } from "./shared-online.ts";

type SharedJob = Pick<BatchJob<unknown, unknown>, "reload" | "open" | "chunks" | "progress">;

const POLL_MS = 400;
/** The journal is read again when a lease has ended, and else after so many polls. */
const READ_AFTER = 8;
const PUT_LEASES = 20;

/** A batch job whose chunks all workers of a shared store bring to their end; this process plans, works too and reads. */
export interface SharedBatch {
  /** In Postgres. What is planned becomes work only with its request files. */
  readonly journal: Journal<BatchEvent>;
  advance(job: SharedJob, until: Until, terms: Terms): Promise<"done" | "open">;
  close(): Promise<void>;
}

export interface Terms {
  readonly policy: Parameters<typeof encodeChunk>[0]["policy"];
  /** The journal was read again. */
  readonly onRead: () => void;
}

/** Where the journal of a stage is kept: a stage begun in files goes on in files. Throws StudyError "config" for another store. */
export function isShared(local: readonly BatchEvent[], address: string | undefined, folder: string): boolean {
  const mark = local.find((event) => event.t === "shared");
  if (mark === undefined) return address !== undefined && local.length === 0;
  if (mark.store === address) return true;
  throw new StudyError(
    "config",
    `the batches of ${folder} are kept in ${mark.store}: give that store (--store or CORRIGENDA_STORE) to go on`,
    { facts: { store: mark.store } },
  );
}

/** Opens the job of a stage; waits while another process hands out its work. @param local the stage's own journal, which gets a copy */
export async function openSharedBatch(
  place: SharedPlace,
  folder: string,
  local: Journal<BatchEvent>,
): Promise<SharedBatch> {
  const { shared, signal, log, root } = place;
  if (local.past.length === 0) {
    await local.append({ t: "shared", at: place.clock.now(), store: shared.address });
  }
  const claim = await shared.claim(folder, signal, () =>
    log.warn(`${folder}: another process hands out its work; waiting`),
  );
  const journal: SharedJournal<BatchEvent> = await shared.journal<BatchEvent>(folder).catch(async (error: unknown) => {
    await claim.release();
    throw error;
  });
  const disk = nodeDisk(root.resolve(folder));
  let copied = local.past.filter(({ t }) => t !== "shared").length;
  const read = async (job: SharedJob): Promise<void> => {
    const events = await shared.events<BatchEvent>(folder);
    job.reload(events);
    await Promise.all(events.slice(copied).map((event) => local.append(event)));
    copied = Math.max(copied, events.length);
  };
  return {
    journal: {
      ...journal,
      append: async (event) => {
        if (event.t === "planned") await putFiles(place, folder, disk, event.chunks);
        await claim.check();
        await journal.append(event);
      },
    },
    advance: (job, until, terms) =>
      new Advance({ place, folder, disk, claim, job, terms, read: () => read(job).then(terms.onRead) }).run(until),
    close: async () => {
      await journal.close();
      await claim.release();
    },
  };
}

async function putFiles(
  { shared }: SharedPlace,
  folder: string,
  disk: Disk,
  chunks: Extract<BatchEvent, { t: "planned" }>["chunks"],
): Promise<void> {
  for (const { stem } of chunks)
    for (const path of [linesPath(stem), keysPath(stem)]) await shared.files.put(folder, path, disk.read(path));
}

interface AdvanceOptions {
  readonly place: SharedPlace;
  readonly folder: string;
  readonly disk: Disk;
  readonly claim: Claim;
  readonly job: SharedJob;
  readonly terms: Terms;
  readonly read: () => Promise<void>;
}

class Advance {
  readonly #options: AdvanceOptions;

  constructor(options: AdvanceOptions) {
    this.#options = options;
  }

  /** Whatever stops this process takes back what nobody holds; "submitted" and "once" leave it to the workers. */
  async run(until: Until): Promise<"done" | "open"> {
    const { place, folder, claim, job, read } = this.#options;
    const { signal, log, shared } = place;
    const leases = await shared.leases("batches");
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal, claim.lost]);
    let [working, waiting] = [Promise.resolve(), Promise.resolve()];
    let isWell = false;
    try {
      await read();
      await leases.withdraw(folder); // put anew: address and limits may be others now
      await this.#putLeases();
      working = this.#work(either, until === "once");
      if (until !== "once") waiting = this.#wait(until, either);
      await (until === "once" ? working : Promise.race([working, waiting]));
      signal.throwIfAborted();
      claim.lost.throwIfAborted();
      isWell = true;
    } catch (error) {
      if (claim.lost.aborted) throw claim.lost.reason;
      throw signal.aborted ? stopped(job, error) : error;
    } finally {
      stop.abort();
      await Promise.allSettled([working, waiting]); // nothing is put after it was taken back
      const left = isWell || claim.lost.aborted ? 0 : await leases.withdraw(folder);
      if (left > 0)
        log.warn(`${folder}: other workers finish the batches they hold (${left}); the same command goes on`);
      await read().catch((error: unknown) => (isWell ? Promise.reject(error) : undefined));
    }
    return job.open().length === 0 ? "done" : "open";
  }

  async #wait(until: Until, signal: AbortSignal): Promise<void> {
    const { place, folder, job, read } = this.#options;
    const { shared } = place;
    const leases = await shared.leases("batches");
    for (let [polls, before] = [0, -1]; ; polls++) {
      const open = (await leases.open(folder)).leases;
      if (open !== before || polls % READ_AFTER === 0 || until === "submitted") await read();
      before = open;
      if (open === 0 && job.open().length === 0) return;
      if (open === 0) await this.#putLeases();
      if (until === "submitted" && !(await this.#mayGoOn())) return;
      await shared.clock.sleep(POLL_MS, signal);
    }
  }

  /** Whether more can be handed in now. */
  async #mayGoOn(): Promise<boolean> {
    const { place, job } = this.#options;
    const { provider, shared, account } = place;
    const limit = provider.batch?.limits.enqueuedTokens ?? Number.POSITIVE_INFINITY;
    const waiting = job.open().filter((chunk) => !isEnqueued(chunk));
    for (const { meta } of waiting) {
      const queue = queueOf(provider, account, meta.model);
      if (await shared.queue.hasRoom({ queue, tokens: meta.tokens, limit })) return true;
    }
    return false;
  }

  /** A lease for each open submission that none covers. */
  async #putLeases(): Promise<void> {
    const { place, folder, claim, job, terms } = this.#options;
    const { shared, settings, provider, clock } = place;
    const leases = await shared.leases("batches");
    const covered = new Set<string>();
    const all = job.chunks();
    for await (const key of leases.openKeys(folder))
      for (let next: string | undefined = key; next !== undefined; next = all.get(next)?.next) covered.add(next);
    const free = job.open().filter(({ meta }) => !covered.has(meta.key));
    const scale = clock.scale === undefined ? {} : { scale: clock.scale };
    const data = (chunk: string) =>
      encodeChunk({ settings, base: provider.base, chunk, policy: terms.policy, ...scale });
    for (let at = 0; at < free.length; at += PUT_LEASES)
      await leases.put(
        folder,
        free.slice(at, at + PUT_LEASES).map(({ meta }: ChunkState) => ({
          ...{ data: data(meta.key), keys: [meta.key], requests: meta.requests },
        })),
        claim,
      );
  }

  #work(signal: AbortSignal, once: boolean): Promise<void> {
    const { place, folder, disk } = this.#options;
    const { shared, log, account, root } = place;
    const others = `.worker/${randomUUID()}`;
    return workBatches({
      ...{ shared, log, signal, once, stopsWith: folder, account: () => account },
      disk: (run) => (run === folder ? disk : nodeDisk(root.resolve(`${others}/${run}`))),
      keeps: (run) => run === folder,
      provider: onlyOwn(place),
    }).finally(() => root.remove(others));
  }
}

function stopped(job: SharedJob, cause: unknown): StudyError {
  const open = job.progress().batches;
  const sentence = `stopped; ${open} open batches go on at the service: run the same command to go on`;
  return new StudyError("stopped", sentence, { cause, facts: { open } });
}
