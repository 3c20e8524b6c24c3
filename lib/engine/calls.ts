import { StudyError } from "corrigenda/error";
import type { OnlineEvent, OnlineNotice } from "corrigenda/online";
import { type Provider, priceUsd, type Usage } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { readJournal } from "corrigenda/store";
import { spentElsewhere } from "./spent.ts";
import type { Workplace } from "./workplace.ts";

const CONCURRENCY = 16;
const TIMEOUT_MS = 600_000;

/** What rate limits belong to: an account at a service. */
export function serviceOf({ name, base }: Pick<Provider, "name" | "base">, account: string): string {
  return `${name} ${base} ${account}`.trim();
}

/** What a service's batch queue belongs to: a model of an account. */
export function queueOf(provider: Pick<Provider, "name" | "base">, account: string, model: string): string {
  return `${serviceOf(provider, account)} ${model}`;
}

/** How synchronous calls are priced. */
export function callPricing({ provider, clock }: Pick<Workplace, "provider" | "clock">) {
  return { provider: provider.name, batch: false, at: clock.now() };
}

/** How they are sent, from whatever process: price, pace, patience, and the warning of a pause. */
export function callManner(
  place: Pick<Workplace, "provider" | "clock" | "settings">,
  warn: (text: string) => void,
  onEvent: (notice: OnlineNotice) => void = () => undefined,
) {
  const { provider, clock, settings } = place;
  const pricing = callPricing(place);
  return {
    ...{ provider, clock },
    price: (model: string, usage: Usage) => priceUsd({ ...pricing, model, usage }),
    concurrency: settings.concurrency ?? CONCURRENCY,
    timeoutMs: settings.timeoutMs ?? TIMEOUT_MS,
    onEvent: (notice: OnlineNotice) => {
      onEvent(notice);
      if (notice.t === "pause") warn(`${notice.why}: no calls for ${Math.ceil(notice.ms / 1000)} s`);
    },
  };
}

/** How the stage of `folder` sends them: all of `openCalls` and `runOnline` but the journal and the work itself. */
export async function callSettings(
  place: Workplace,
  folder: string,
  {
    maxCostUsd,
    onEvent,
  }: { readonly maxCostUsd?: number | undefined; readonly onEvent: (notice: OnlineNotice) => void },
) {
  const { provider, store, clock, signal, log, shared } = place;
  const rates = shared?.rates(serviceOf(provider, place.account), clock.scale ?? 1);
  return {
    ...callManner(place, log.warn, onEvent),
    ...{ store, signal, run: folder, rng: keyedRng("back-off", folder) },
    spentElsewhereUsd: await spentElsewhere(place, folder),
    ...(maxCostUsd !== undefined && { maxCostUsd }),
    ...(rates && { rates }),
  };
}

/** Models without a price are counted as $0, which is said. Throws StudyError "config" where a limit could not be kept. */
export function tellUnpriced(
  { log }: Pick<Workplace, "log">,
  unpriced: ReadonlySet<string>,
  maxCostUsd: number | undefined,
): void {
  const models = [...unpriced].join(", ");
  if (models === "") return;
  if (maxCostUsd !== undefined) {
    throw new StudyError(
      "config",
      `no price is known for ${models}, so --max-cost cannot be kept; leave it out or name a priced model`,
    );
  }
  log.warn(`no price is known for ${models}: its cost is counted as $0`);
}

/** What the calls of the stage of `folder` wrote down, in this run's files and in the shared store. */
export async function callEvents({ root, shared }: Workplace, folder: string): Promise<readonly OnlineEvent[]> {
  const own = await readJournal<OnlineEvent>(root, `${folder}/journal.jsonl`);
  return shared ? [...own, ...(await shared.events<OnlineEvent>(folder))] : own;
}
