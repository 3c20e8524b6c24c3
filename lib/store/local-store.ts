import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { Clock } from "corrigenda/time";
import { groupCommit } from "./group-commit.ts";
import { type Lane, openLane, openWritableLane, type WritableLane } from "./lane.ts";
import { runTag } from "./lane-index.ts";
import { priced } from "./record.ts";
import type { NewReply, Store, StoredReply } from "./types.ts";
import { exactUsd } from "./usd.ts";

const LANE = /^lane-\d{3}\.jsonl$/;
const MAX_LANES = 1000;
/** What other processes have kept is looked for at most so often: between two looks an answer takes no time. */
const LOOK_MS = 100;

/**
 * The store as files in a folder: lane-NNN.jsonl (the truth: one record a line, fsynced), lane-NNN.idx (rebuilt when
 * absent). Any number of processes read; each writer holds the lock of its own lane. What is not found is looked for among
 * what others have kept since, so that a process that stays open does not pay for it again.
 */
export async function openLocalStore(disk: Disk, clock: Clock): Promise<Store> {
  const lanes = new Map<string, Lane>();
  const retired: Lane[] = [];
  const look = async (): Promise<void> => {
    for (const file of await disk.list(".")) {
      const name = file.replace(".jsonl", "");
      if (!LANE.test(file)) continue;
      const known = lanes.get(name);
      if (known) await known.refresh();
      else {
        const lane = await openLane(disk, name);
        if (lanes.has(name))
          await lane.close(); // taken for writing meanwhile
        else lanes.set(name, lane);
      }
    }
  };
  await look();
  let [lookedAt, looking] = [clock.now(), undefined as Promise<void> | undefined];
  // One look at a time: two that read the same growth would count it twice.
  const lookAgain = async (): Promise<void> => {
    if (!looking && Math.abs(clock.now() - lookedAt) < LOOK_MS) return;
    looking ??= look().finally(() => {
      [lookedAt, looking] = [clock.now(), undefined];
    });
    await looking;
  };
  let writing: Promise<WritableLane> | undefined;
  const writable = (): Promise<WritableLane> => {
    writing ??= takeLane(disk, { lanes, retired });
    return writing;
  };

  const entriesOf = function* (key: string): Generator<{ lane: Lane; entry: number }> {
    for (const lane of lanes.values()) {
      for (let entry = lane.index.keys.find(key); entry >= 0; entry = lane.index.keys.find(key, entry))
        yield { lane, entry };
    }
  };
  const isKnown = (key: string): boolean => {
    for (const lane of lanes.values()) if (lane.index.keys.find(key) >= 0) return true;
    return false;
  };
  const get = async (key: string): Promise<StoredReply | undefined> => {
    if (!isKnown(key)) {
      await lookAgain();
      if (!isKnown(key)) return undefined;
    }
    for (const { lane, entry } of entriesOf(key)) {
      const reply = await lane.read(entry);
      if (reply.key === key) return reply;
    }
    return undefined;
  };
  const isKept = async (reply: NewReply): Promise<boolean> => {
    for (const { lane, entry } of entriesOf(reply.key)) {
      const kept = await lane.read(entry);
      if (kept.run === reply.run && kept.via === reply.via) return true;
    }
    return false;
  };
  let unsynced = false;
  const commit = groupCommit<{ readonly replies: readonly NewReply[]; readonly durable: "now" | "soon" }>(
    async (groups) => {
      const fresh: NewReply[] = [];
      const inGroup = new Map<string, NewReply>();
      for (const { replies } of groups)
        for (const reply of replies) {
          if (isSame(inGroup.get(reply.key), reply) || (isKnown(reply.key) && (await isKept(reply)))) continue;
          inGroup.set(reply.key, reply);
          fresh.push(priced(reply));
        }
      const sync = groups.some(({ durable }) => durable === "now");
      if (fresh.length === 0 && !(sync && unsynced)) return;
      unsynced = true;
      await (await writable()).append(fresh, { at: clock.now(), sync });
      unsynced = !sync;
    },
  );
  return {
    has: async (keys) => {
      if (!keys.every(isKnown)) await lookAgain();
      return keys.map(isKnown);
    },
    get,
    put: (replies, durable = "now") => commit.add({ replies, durable }),
    spentUsd: async (run) => {
      const tag = runTag(run);
      await lookAgain();
      return exactUsd(lanes.values().reduce((sum, lane) => sum + (lane.index.spent.get(tag) ?? 0), 0));
    },
    paidBy: async function* (run) {
      await lookAgain();
      for (const lane of lanes.values()) yield* lane.paidBy(run);
    },
    close: async () => {
      await commit.drain();
      await looking?.catch(() => undefined); // told to whoever looked
      for (const lane of [...lanes.values(), ...retired]) await lane.close();
    },
  };
}

function isSame(a: NewReply | undefined, b: NewReply): boolean {
  return a !== undefined && a.run === b.run && a.via === b.via;
}

interface Lanes {
  readonly lanes: Map<string, Lane>;
  /** Reading twins that were replaced; some reads may still be under way in them. */
  readonly retired: Lane[];
}

/** Locks the first lane that no live process writes (a new one if need be) and puts it in place of its reading twin. */
async function takeLane(disk: Disk, { lanes, retired }: Lanes): Promise<WritableLane> {
  for (let number = 0; number < MAX_LANES; number++) {
    const name = `lane-${String(number).padStart(3, "0")}`;
    const lock = await disk.lock(`${name}.lock`).catch((error: unknown) => {
      if (error instanceof StudyError && error.code === "locked") return undefined;
      throw error;
    });
    if (!lock) continue;
    const lane = await openWritableLane(disk, name, lock);
    const twin = lanes.get(name);
    if (twin) retired.push(twin);
    lanes.set(name, lane);
    return lane;
  }
  throw new StudyError("locked", `${disk.resolve(".")} has ${MAX_LANES} writers already; wait for some of them`);
}
