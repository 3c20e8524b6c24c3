import type { BatchPolicy } from "corrigenda/batch";
import type { Logger, Progress } from "corrigenda/cli";
import { type Declaration, isRemote, mayLeave } from "corrigenda/dataset";
import { type Disk, nodeDisk } from "corrigenda/files";
import {
  type Environment,
  keyless,
  offlineProvider,
  openProvider,
  type Provider,
  type ProviderConfig,
  type Simulator,
} from "corrigenda/provider";
import { startOfflineService } from "corrigenda/provider/offline";
import type { Stage } from "corrigenda/results";
import { openLocalStore, openShared, type Shared, type Store } from "corrigenda/store";
import { type Clock, realClock } from "corrigenda/time";
import { accountOf } from "./desk.ts";

/** `provider:` of a study's YAML after the flags: a real provider's config, or the offline service's. */
export type ProviderSettings = CallSettings & (ProviderConfig | OfflineSettings);

/** How requests travel. */
export interface CallSettings {
  /** Synchronous calls although the provider has batches: twice the price, answers now. */
  readonly online?: boolean;
  /** Synchronous calls in flight at most. Default 16. */
  readonly concurrency?: number;
  /** For one synchronous call. Default ten minutes. */
  readonly timeoutMs?: number;
}

export interface OfflineSettings {
  readonly name: "offline";
  readonly model?: string;
  /** A service that runs already (scripts/offline/serve.ts); default: one is started for this process. */
  readonly baseUrl?: string;
  /** Whose dialect is spoken. Default "openai". */
  readonly wire?: "openai" | "azure" | "anthropic";
  readonly transport?: "sdk" | "lean";
}

/** Where work happens: results/, the store, a provider, a clock, and whom to tell. */
export interface Workplace extends AsyncDisposable {
  readonly root: Disk;
  readonly provider: Provider;
  readonly settings: ProviderSettings;
  readonly store: Store;
  /** Where several machines work together; the store is then a part of it. */
  readonly shared: Shared | undefined;
  /** Whose limits hold here, and whose files and batches the provider can see; no key. */
  readonly account: string;
  readonly clock: Clock;
  readonly policy: Partial<BatchPolicy>;
  readonly log: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface WorkplaceOptions {
  /** The folder of results/, as given or relative to where the script was started. */
  readonly results: string;
  readonly provider: ProviderSettings;
  readonly simulators: readonly Simulator[];
  readonly env: Environment;
  /** Whose rows are asked about: where they may not leave this machine, that is said before a key is asked for. */
  readonly dataset?: Declaration;
  readonly iMaySend?: boolean;
  /** Other than real time only in trials. */
  readonly clock?: Clock;
  readonly around: {
    readonly log: Logger;
    readonly progress: Progress;
    readonly signal: AbortSignal;
    readonly disk: Disk;
    /** A Postgres address; absent: files in results/. */
    readonly store?: string;
  };
}

/** A service on this machine answers at once: no need to look only every minute. */
const LOCAL_POLICY: Partial<BatchPolicy> = { pollMs: 100, maxPollMs: 1_000, graceMs: 3_000 };

export async function openWorkplace(options: WorkplaceOptions): Promise<Workplace> {
  const { provider: settings, around, clock = realClock, dataset, iMaySend = false } = options;
  const refusal = dataset && mayLeave(dataset, isRemote(readingProvider(settings, options.env)), iMaySend);
  if (refusal) throw refusal;
  const root = nodeDisk(around.disk.resolve(options.results));
  const isOffline = settings.name === "offline";
  const open: AsyncDisposable[] = [];
  try {
    const { provider, url, close } = await connect(options, root, clock);
    open.push({ [Symbol.asyncDispose]: close });
    const kept = await openStore(root, settings.name, clock, around.store);
    open.push({ [Symbol.asyncDispose]: () => kept.store.close() });
    if (kept.shared) around.log.debug(`store: ${kept.shared.address}`);
    return {
      root,
      provider,
      settings: url === undefined ? settings : { ...settings, baseUrl: url },
      ...kept,
      account: accountOf(provider, options.env),
      clock,
      policy: isOffline && clock === realClock ? LOCAL_POLICY : {},
      log: around.log,
      progress: around.progress,
      signal: around.signal,
      [Symbol.asyncDispose]: () => closeAll(open),
    };
  } catch (error) {
    await closeAll(open);
    throw error;
  }
}

/** A provider that only encodes and decodes: for reading what is kept, with no key and no connection. */
export function readingProvider(
  settings: { readonly name: ProviderSettings["name"] },
  addresses: Environment = {},
): Provider {
  if (settings.name === "offline") return offlineProvider("http://127.0.0.1", (settings as { wire?: "openai" }).wire);
  return openProvider(settings as ProviderConfig, keyless(addresses));
}

/** Where replies are kept: what a script is given says it. */
export type KeptIn = Pick<WorkplaceOptions["around"], "store">;

/** What a finished run left: its provider, to encode and decode, and the store. No key, no connection. */
export async function openKept(
  root: Disk,
  settings: { readonly name: ProviderSettings["name"] },
  around: KeptIn = {},
): Promise<{ readonly provider: Provider; readonly store: Store } & AsyncDisposable> {
  const { store } = await openStore(root, settings.name, realClock, around.store);
  return { provider: readingProvider(settings), store, [Symbol.asyncDispose]: () => store.close() };
}

/** The stage's log.jsonl gets what the log says from now on. */
export async function attachLog(
  { root, log }: Pick<Workplace, "root" | "log">,
  stage: Pick<Stage, "path">,
): Promise<void> {
  log.attach(await root.append(stage.path("log.jsonl")));
}

/** Simulated replies never answer for a model: they have a store of their own. */
async function openStore(
  root: Disk,
  provider: ProviderSettings["name"],
  clock: Clock,
  address: string | undefined,
): Promise<{ readonly store: Store; readonly shared: Shared | undefined }> {
  const space = provider === "offline" ? "offline" : "live";
  const shared = address === undefined ? undefined : await openShared(address, space);
  return { store: shared?.store ?? (await openLocalStore(nodeDisk(root.resolve(`.store/${space}`)), clock)), shared };
}

async function connect(
  { provider: settings, simulators, env }: WorkplaceOptions,
  root: Disk,
  clock: Clock,
): Promise<{ provider: Provider; url?: string; close: () => Promise<void> }> {
  if (settings.name !== "offline") return { provider: openProvider(settings, env), close: async () => undefined };
  const { transport, timeoutMs } = settings;
  const options = { clock, ...(transport && { transport }), ...(timeoutMs !== undefined && { timeoutMs }) };
  if (settings.baseUrl !== undefined) {
    return { provider: offlineProvider(settings.baseUrl, settings.wire, options), close: async () => undefined };
  }
  const service = await startOfflineService({ disk: nodeDisk(root.resolve(".offline")), clock, simulators });
  const { url } = service;
  return { provider: offlineProvider(url, settings.wire, options), url, close: () => service.close() };
}

async function closeAll(open: readonly AsyncDisposable[]): Promise<void> {
  for (const one of [...open].reverse()) await one[Symbol.asyncDispose]();
}
