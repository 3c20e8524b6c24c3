import { type Disk, nodeDisk } from "corrigenda/files";
import { type Calls, type OnlineEvent, openCalls } from "corrigenda/online";
import { type Provider, priceUsd } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import { realClock } from "corrigenda/time";

export interface KeptCalls {
  readonly disk: Disk;
  readonly provider: Provider;
  /** In flight at most. */
  readonly concurrency: number;
  /** Names the journal and who pays. */
  readonly name: string;
}

/** Calls with store and journal, as a real run makes them, closed after use. */
export async function keptCalls(
  { disk, provider, concurrency, name }: KeptCalls,
  use: (ask: Calls["ask"]) => Promise<void>,
): Promise<void> {
  const store = await openLocalStore(nodeDisk(disk.resolve("store")), realClock);
  const journal = await openJournal<OnlineEvent>(disk, `journal-${name}.jsonl`);
  const pricing = { provider: "openai", batch: false, at: realClock.now() };
  const calls = await openCalls({
    ...{ provider, store, journal, run: `bench/kept/${name}`, clock: realClock, rng: keyedRng(name) },
    price: (model, usage) => priceUsd({ ...pricing, model, usage }),
    ...{ concurrency, timeoutMs: 600_000 },
  });
  await use(calls.ask);
  for (const one of [calls, journal, store]) await one.close();
}
