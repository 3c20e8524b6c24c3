import type { Disk } from "corrigenda/files";
import { memoryDisk, nodeDisk } from "corrigenda/files";
import {
  type Environment,
  offlineProvider,
  openProvider,
  type Provider,
  type ProviderConfig,
  type Simulator,
} from "corrigenda/provider";
import { startOfflineService } from "corrigenda/provider/offline";
import { openLocalStore, type Store } from "corrigenda/store";
import { type Clock, realClock } from "corrigenda/time";
import { openPurse, type Purse } from "./purse.ts";

/** Where a desk's requests go, and where what they leave is kept. */
export interface DeskPlace extends AsyncDisposable {
  readonly provider: Provider;
  readonly disk: Disk;
  /** A disk that begins in a folder of it; the same folder is the same disk. */
  readonly below: (folder: string) => Disk;
  /** "explore/<name>" */
  readonly folder: string;
  readonly store: Store;
  readonly purse: Purse;
  readonly clock: Clock;
}

export interface PlaceOptions {
  readonly name: string;
  readonly provider: ProviderConfig | { readonly name: "offline" };
  readonly budgetUsd: number;
  readonly simulators?: readonly Simulator[];
  readonly env: Environment;
  /** The folder of results/, seen from the notebook's. */
  readonly results?: string;
}

/** Offline: a service of its own and a disk in memory, so that a notebook shows the same each time. */
export async function openPlace({
  provider: config,
  results = "../results",
  ...options
}: PlaceOptions): Promise<DeskPlace> {
  const { name, budgetUsd, env, simulators = [] } = options;
  const clock = realClock;
  const folder = `explore/${name}`;
  const isOffline = config.name === "offline";
  const disk = isOffline ? memoryDisk() : nodeDisk(nodeDisk(results).resolve("."));
  const purse = await openPurse(disk, folder, budgetUsd, clock);
  const service = isOffline ? await startOfflineService({ disk: memoryDisk(), clock, simulators }) : undefined;
  const provider = config.name === "offline" ? offlineProvider(service?.url ?? "") : openProvider(config, env);
  const folders = new Map<string, Disk>();
  const inMemory = (inner: string): Disk => {
    const kept = folders.get(inner) ?? memoryDisk();
    folders.set(inner, kept);
    return kept;
  };
  const store = await openLocalStore(isOffline ? memoryDisk() : nodeDisk(disk.resolve(".store/live")), clock);
  return {
    ...{ provider, disk, folder, store, purse, clock },
    below: (inner) => (isOffline ? inMemory(inner) : nodeDisk(disk.resolve(inner))),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await service?.close();
    },
  };
}
