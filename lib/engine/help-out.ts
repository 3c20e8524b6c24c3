import { randomUUID } from "node:crypto";
import type { Logger } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { type Disk, nodeDisk } from "corrigenda/files";
import {
  type Environment,
  offlineProvider,
  openProvider,
  type Provider,
  type ProviderConfig,
} from "corrigenda/provider";
import { openShared } from "corrigenda/store";
import type { Clock } from "corrigenda/time";
import { workBatches } from "./batch-worker.ts";
import { accountOf } from "./desk.ts";
import { work } from "./worker.ts";
import type { ProviderSettings } from "./workplace.ts";

/** A process that helps with other processes' runs. */
export interface Helper {
  /** The Postgres that they share. */
  readonly store: string;
  /** Which runs: real ones, or those that ask an offline service on this machine. */
  readonly space: "live" | "offline";
  /** Keys, and addresses that are not the providers' own. */
  readonly env: Environment;
  readonly concurrency?: number | undefined;
  /** Where the request files of batches lie while they are worked on. */
  readonly disk: Disk;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Works on whatever runs of the shared store are open, until the signal ends it. */
export async function help({ store, space, env, concurrency, disk, log, signal }: Helper): Promise<void> {
  const shared = await openShared(store, space);
  const files = `.worker/${randomUUID()}`;
  try {
    log.info(`working for ${shared.address}`);
    const own = {
      ...{ shared, log, concurrency },
      provider: (settings: ProviderSettings, clock: Clock) => ownProvider(settings, env, clock),
      account: (provider: Provider) => accountOf(provider, env),
    };
    const batches = {
      keeps: () => false,
      disk: (run: string) => nodeDisk(disk.resolve(`${files}/${run}`)),
    };
    await both(signal, [
      (either) => work({ ...own, signal: either }),
      (either) => workBatches({ ...own, ...batches, signal: either }),
    ]);
  } finally {
    await disk.remove(files);
    await shared.close();
  }
}

/** Until both have ended: where one fails, the other ends softly. */
async function both(signal: AbortSignal, deeds: readonly ((signal: AbortSignal) => Promise<void>)[]): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const ends = await Promise.allSettled(deeds.map((deed) => deed(either).finally(() => stop.abort())));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/**
 * The provider of a run with this machine's key, at the address that this machine's environment gives: a key is sent
 * nowhere because the database says so. An offline service has no key, and is asked on this machine alone.
 */
export function ownProvider(settings: ProviderSettings, env: Environment, clock: Clock): Provider {
  if (settings.name !== "offline") {
    const { baseUrl, concurrency, online, ...config } = settings;
    return openProvider(config as ProviderConfig, env);
  }
  const { baseUrl = "", wire, transport, timeoutMs } = settings;
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : "";
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host))
    throw new StudyError("config", `its offline service is not on this machine: ${host || "no address"}`);
  const options = { clock, ...(transport && { transport }), ...(timeoutMs !== undefined && { timeoutMs }) };
  return offlineProvider(baseUrl, wire, options);
}
