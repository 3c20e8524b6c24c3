import { StudyError } from "corrigenda/error";
import { sha256 } from "corrigenda/json";
import { type EncodedCalls, type OnlineEvent, openEncodedCalls, type Question, type Settled } from "corrigenda/online";
import { type Environment, KEY_VARIABLE, type Provider } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import type { Hold, Shared, SharedBudget, SharedJournal, SharedRates } from "corrigenda/store";
import type { Clock } from "corrigenda/time";
import { callManner, serviceOf } from "./calls.ts";
import type { SharedSettings } from "./shared-call.ts";

/** A lease under way in this process. */
export interface Held extends Hold {
  /** It has passed to another: nothing of it may be sent any more. */
  isLost: boolean;
}

/** Where the calls of one run go out, whatever leases they came with: one pace, one budget, one journal. */
export interface Desk {
  /** Requests that wait or are in flight. */
  readonly waiting: number;
  readonly concurrency: number;
  /** Why nothing more is sent. */
  readonly stopped: { readonly error: unknown } | undefined;
  /** Never rejects. Its call goes out only while the lease is held. */
  ask(question: Question, held: Held): Promise<Settled>;
  /** Says that it is alive; how many times in a row it had no work. */
  beat(): number;
  close(): Promise<void>;
}

export interface DeskOptions extends SharedSettings {
  readonly shared: Shared;
  readonly provider: Provider;
  /** "<study>/<run>/<stage>". */
  readonly run: string;
  readonly clock: Clock;
  /** Whose limits hold here; no key. */
  readonly account: string;
  readonly warn: (text: string) => void;
}

export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { shared, provider, run, clock, settings, maxCostUsd, account, warn } = options;
  const holders = new Map<string, Held>();
  const journal = await shared.journal<OnlineEvent>(run, "unread");
  const rates = shared.rates(serviceOf(provider, account), clock.scale ?? 1);
  const budget = maxCostUsd === undefined ? undefined : shared.budget({ payer: payerOf(run), maxUsd: maxCostUsd });
  const manner = callManner({ provider, clock, settings }, warn);
  const calls = await openEncodedCalls({
    ...{ ...manner, store: shared.store, run, rng: keyedRng("back-off", run, account), rates },
    ...(budget && { purse: budget }),
    journal: { past: [], append: fenced(journal, holders), close: journal.close },
  });
  return deskOver({ calls, journal, rates, budget, holders, concurrency: manner.concurrency });
}

/** A call's intent is written only while its lease is held: the last look before money is spent. */
function fenced(journal: SharedJournal<OnlineEvent>, holders: ReadonlyMap<string, Held>) {
  return async (event: OnlineEvent): Promise<void> => {
    const held = event.t === "call" ? holders.get(event.key) : undefined;
    if (event.t === "call" && !held) throw new StudyError("locked", "this request belongs to no lease");
    if (held && (held.isLost || !(await journal.append(event, held)))) {
      held.isLost = true;
      throw new StudyError("locked", "the lease of this request has passed to another process");
    }
    if (!held) await journal.append(event);
  };
}

interface DeskParts {
  readonly calls: EncodedCalls;
  readonly journal: SharedJournal<OnlineEvent>;
  readonly rates: SharedRates;
  readonly budget: SharedBudget | undefined;
  readonly holders: Map<string, Held>;
  readonly concurrency: number;
}

function deskOver({ calls, journal, rates, budget, holders, concurrency }: DeskParts): Desk {
  let [waiting, idle] = [0, 0];
  const underWay = new Map<string, Promise<Settled>>();
  return {
    get waiting() {
      return waiting;
    },
    concurrency,
    get stopped() {
      return calls.stopped;
    },
    ask: ({ key, ...question }, held) => {
      holders.set(key, held);
      // A lease that lapsed here and was taken here again: its requests still wait.
      const first = underWay.get(key);
      if (first) return first;
      waiting += 1;
      const settled = calls.ask({ key, ...question }).then((end) => {
        underWay.delete(key);
        holders.delete(key);
        waiting -= 1;
        return end;
      });
      underWay.set(key, settled);
      return settled;
    },
    beat: () => {
      budget?.beat();
      idle = waiting > 0 ? 0 : idle + 1;
      return idle;
    },
    close: async () => {
      await calls.close();
      await journal.close();
      await rates.close();
      await budget?.close();
    },
  };
}

/** Who has a budget: the whole run, whatever its stages. */
export function payerOf(folder: string): string {
  return folder.split("/").slice(0, 2).join("/");
}

const PRINT_DIGITS = 16;

/** Limits, files and batches belong to an account: its key's hash, salted with the address and cut short, names it. */
export function accountOf({ name, base }: Pick<Provider, "name" | "base">, env: Environment): string {
  const key = env[KEY_VARIABLE[name] ?? ""] ?? "";
  return key === "" ? "none" : sha256(`corrigenda batch ${base} ${key}`).slice(0, PRINT_DIGITS);
}
