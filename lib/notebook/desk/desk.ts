import { type Declaration, isRemote, mayLeave } from "corrigenda/dataset";
import { guardPrompt } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { type Answered, type OnlineEvent, openCalls } from "corrigenda/online";
import {
  type ModelReply,
  type ModelRequest,
  type Prompt,
  priceUsd,
  requestKey,
  type WireRequest,
} from "corrigenda/provider";
import { isName } from "corrigenda/results";
import { keyedRng } from "corrigenda/rng";
import { openJournal } from "corrigenda/store";
import { type DeskBatch, openDeskBatches } from "./batch.ts";
import { mostUsd } from "./most.ts";
import { type DeskPlace, openPlace, type PlaceOptions } from "./place.ts";
import type { Spent } from "./purse.ts";

export interface DeskOptions extends PlaceOptions {
  /** The notebook's: what it paid for is counted below results/explore/<name>/, over all its kernels. */
  readonly name: string;
  /** US dollars that the notebook may cost in all. Raise it to go on. [0, inf) */
  readonly budgetUsd: number;
  /** Whose rows are asked about. */
  readonly dataset: Declaration;
  /** You have the right to send rows that may not leave this machine otherwise. */
  readonly iMaySend?: boolean;
  /** Told what a request's guard warns of. Default: console.warn */
  readonly warn?: (text: string) => void;
}

/** A reply, as it came and as its prompt reads it. */
export interface Said<Out> {
  readonly value: Out;
  readonly reply: ModelReply;
  readonly usd: number;
}

/** Where a notebook asks a model. Every reply is kept; none is paid for twice. */
export interface Desk extends AsyncDisposable {
  /** One row of a prompt. @throws StudyError: "budget" before anything is sent, "reply" where the answer cannot be read */
  ask<Row, Out>(prompt: Prompt<Row, Out>, row: Row): Promise<Said<Out>>;
  /** One request of any kind. Rejects where no further call can go out: budget, key, quota. */
  call(request: ModelRequest): Promise<Answered>;
  /** Many rows, at half the price, where the service has batches. */
  batch<Row, Out>(prompt: Prompt<Row, Out>, rows: readonly Row[]): Promise<DeskBatch<Row, Out>>;
  spent(): Promise<Spent & { readonly provider: string }>;
  close(): Promise<void>;
}

/** Calls of one request at most, where they break off: each may have been billed, so all are held beforehand. */
const ATTEMPTS = 3;
const CALLING = { concurrency: 8, timeoutMs: 600_000, maxAttempts: ATTEMPTS };

/** Opens a desk. Throws StudyError "refused" where the rows may not leave, "config" without a key. */
export async function openDesk(options: DeskOptions): Promise<Desk> {
  if (!isName(options.name))
    throw new StudyError("config", `"${options.name}" is no name of a notebook; use letters, digits and "-"`);
  const place = await openPlace(options);
  const { dataset, iMaySend = false, warn = console.warn } = options;
  const refusal = mayLeave(dataset, isRemote(place.provider), iMaySend);
  if (refusal) {
    await place[Symbol.asyncDispose]();
    const { message, facts } = refusal;
    throw new StudyError("refused", message.replace("add --i-may-send", "set iMaySend to true"), { facts });
  }
  const told = new Set<string>();
  const tell = (warning: string, kind = warning): void => {
    if (!told.has(kind)) warn(warning);
    told.add(kind);
  };
  const guarded = <Row, Out>(prompt: Prompt<Row, Out>) =>
    guardPrompt(prompt, { dataset, iMaySend, redact: false, provider: place.provider, now: place.clock.now() });
  const calls = await openDeskCalls(place);
  const close = async (): Promise<void> => {
    await calls.close();
    await place[Symbol.asyncDispose]();
  };
  const batches = openDeskBatches(place, tell);
  const call: Desk["call"] = async (request) => {
    const { checked, verdict } = guarded(ANY);
    const sent = checked.request(request);
    // Each row has other counts: the first one speaks for all.
    for (const warning of verdict()) tell(warning, warning.replace(/(?<= )\d+(?= )/g, "#"));
    return await calls.call(sent);
  };
  return {
    call,
    ask: async (prompt, row) => {
      const answered = await call(prompt.request(row));
      if (!answered.ok) throw answered.error;
      return { value: prompt.parse(answered.reply, row), reply: answered.reply, usd: answered.usd };
    },
    batch: (prompt, rows) => batches(guarded(prompt), rows),
    spent: async () => ({ provider: place.provider.name, ...(await place.purse.spent()) }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const ANY: Prompt<ModelRequest, ModelReply> = {
  name: "any",
  id: () => "any",
  request: (request) => request,
  parse: (reply) => reply,
};

/** Synchronous calls, each after the money for it is held. */
async function openDeskCalls(place: DeskPlace) {
  const { provider, disk, store, purse, clock } = place;
  const folder = `${place.folder}/calls`;
  const pricing = { provider: provider.name, batch: false, at: clock.now() };
  const journal = await openJournal<OnlineEvent>(disk, `${folder}/journal.jsonl`);
  const lost = new Map<string, number>();
  const calls = await openCalls({
    ...{ provider, store, journal, clock, ...CALLING, run: folder, rng: keyedRng("back-off", folder) },
    price: (model, usage) => priceUsd({ ...pricing, model, usage }),
    onEvent: (notice) => {
      if (notice.t === "lost") lost.set(notice.key, (lost.get(notice.key) ?? 0) + 1);
    },
  });
  const underWay = new Map<string, Promise<Answered>>();
  const ask = async (key: string, request: ModelRequest, wire: WireRequest): Promise<Answered> => {
    if ((await store.has([key]))[0]) return calls.ask(request);
    const most = mostUsd(request, wire, pricing);
    const held = await purse.hold(ATTEMPTS * most);
    let usd = 0;
    try {
      const answered = await calls.ask(request);
      usd = answered.usd;
      return answered;
    } finally {
      // A call without an answer may have been billed; one that was refused was not.
      await purse.settle(held, usd + (lost.get(key) ?? 0) * most);
      lost.delete(key);
    }
  };
  return {
    call: async (request: ModelRequest): Promise<Answered> => {
      const wire = provider.encode(request);
      const key = requestKey(provider, wire);
      // Equal requests at once are one call: what is held and paid for it must count once.
      const first = underWay.get(key);
      if (first) return await first;
      try {
        const asked = ask(key, request, wire);
        underWay.set(key, asked);
        return await asked;
      } finally {
        underWay.delete(key);
      }
    },
    close: async (): Promise<void> => {
      await calls.close();
      await journal.close();
    },
  };
}
