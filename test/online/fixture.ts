import { StudyError } from "corrigenda/error";
import { type Json, type JsonObject, parseJson } from "corrigenda/json";
import { type OnlineEvent, type OnlineNotice, type OnlineOptions, runOnline } from "corrigenda/online";
import type { HttpReply, ModelReply, Outcome, Prompt, Provider, WireRequest } from "corrigenda/provider";
import { requestKey } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import type { Journal, NewReply, Store, StoredReply } from "corrigenda/store";
import { type VirtualClock, virtualClock } from "corrigenda/time";

export const RUN = "toy/a/ask";
/** A dollar per 1,000 output tokens: replies have 10, so each costs one cent. */
export const price = (_model: string, usage: { output: number }): number => usage.output / 1000;

/** What outlives a process: replies and events. */
export interface Kept {
  readonly replies: StoredReply[];
  readonly events: OnlineEvent[];
}

export const nothingKept = (): Kept => ({ replies: [], events: [] });

/** Durable a while after the call, as on a disk. */
const disk = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await undefined;
};

export function storeOn(kept: Kept, now: () => number = () => 0): Store {
  const index = new Map(kept.replies.map((reply) => [reply.key, reply]));
  return {
    has: async (keys) => keys.map((key) => index.has(key)),
    get: async (key) => index.get(key),
    put: async (replies: readonly NewReply[]) => {
      await disk();
      for (const { key, run, via, usd, raw } of replies) {
        if (index.has(key)) continue;
        const stored = { key, run, via, usd, at: now(), raw: JSON.parse(String(raw)) as Json };
        index.set(key, stored);
        kept.replies.push(stored);
      }
    },
    spentUsd: async (run) => kept.replies.reduce((sum, reply) => sum + (reply.run === run ? reply.usd : 0), 0),
    paidBy: async function* (run) {
      yield* kept.replies.filter((reply) => reply.run === run);
    },
    close: async () => {},
  };
}

export function journalOn(kept: Kept): Journal<OnlineEvent> {
  return {
    past: [...kept.events],
    append: async (event) => {
      await disk();
      kept.events.push(event);
    },
    close: async () => {},
  };
}

/** A service by script. `content` is what the row asks, `nth` counts the calls for it from 1. */
export type Script = (content: string, nth: number, signal?: AbortSignal) => HttpReply | Promise<HttpReply>;

export interface Service extends Provider {
  /** The contents asked for, in the order the calls came in. */
  readonly asked: string[];
  /** Calls that were billed, by key. */
  readonly bill: Map<string, number>;
}

export function service(script: Script, limits: Provider["limits"] = {}): Service {
  const asked: string[] = [];
  const bill = new Map<string, number>();
  const self = {
    name: "toy",
    base: "http://toy",
    limits,
    asked,
    bill,
    encode: ({ model, messages, maxOutputTokens = null }) => {
      const body = JSON.stringify({ model, content: messages[0]?.content ?? "", maxOutputTokens });
      return { endpoint: "/ask", model, body, sample: 0 };
    },
    decode: (body): ModelReply => {
      const { text, output } = body as JsonObject;
      if (typeof text !== "string") throw new StudyError("reply", "no text");
      const usage = { input: 5, cached: 0, cacheWrite: 0, output: Number(output), reasoning: 0 };
      return { text, model: "toy-1", finish: "stop", usage };
    },
    complete: async (wire: WireRequest, signal?: AbortSignal): Promise<HttpReply> => {
      const { content } = parseJson(wire.body) as { content: string };
      asked.push(content);
      const reply = await script(content, asked.filter((one) => one === content).length, signal);
      if (reply.status === 200) {
        const key = requestKey(self, wire);
        bill.set(key, (bill.get(key) ?? 0) + 1);
      }
      return reply;
    },
  } satisfies Service;
  return self;
}

export const answer = (text: string, headers: Record<string, string> = {}): HttpReply => ({
  status: 200,
  headers,
  text: JSON.stringify({ text, output: 10 }),
});

export const refusal = (status: number, headers: Record<string, string> = {}, code = "some_code"): HttpReply => ({
  status,
  headers,
  text: JSON.stringify({ error: { code, message: "no" } }),
});

export const cut = (): never => {
  throw new StudyError("network", "no answer from toy");
};

/** Never answers, but listens to its signal. */
export const hang = (signal?: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(new StudyError("network", "aborted", { cause: signal.reason })));
  });

export const prompt: Prompt<string, string> = {
  name: "toy",
  request: (row) => ({ model: "toy-1", messages: [{ role: "user", content: row }], maxOutputTokens: 10 }),
  id: (row) => `row ${row}`,
  parse: ({ text }) => text.toUpperCase(),
};

export interface Ran {
  readonly outcomes: Outcome<string, string>[];
  readonly kept: Kept;
  readonly notices: OnlineNotice[];
  /** Virtual ms that the run took. */
  readonly ms: number;
  readonly error: unknown;
}

export type Changes = Partial<OnlineOptions<string, string>> & { readonly kept?: Kept };

/** Options of a small run, over what earlier ones kept. */
export function toyOptions(
  rows: OnlineOptions<string, string>["rows"],
  provider: Provider,
  { kept = nothingKept(), clock = virtualClock(1_000_000), ...changes }: Changes = {},
): OnlineOptions<string, string> {
  const [store, journal] = [storeOn(kept, clock.now), journalOn(kept)];
  const fixed = { rows, prompt, provider, store, journal, run: RUN, price, clock };
  return { ...fixed, rng: keyedRng(7), concurrency: 4, timeoutMs: 60_000, ...changes };
}

/** Runs rows to the end or to the error that ends it, in virtual time. */
export async function ran(
  rows: OnlineOptions<string, string>["rows"],
  provider: Provider,
  { kept = nothingKept(), virtual = virtualClock(1_000_000), ...changes }: Changes & { virtual?: VirtualClock } = {},
): Promise<Ran> {
  const begin = virtual.now();
  const notices: OnlineNotice[] = [];
  const outcomes: Outcome<string, string>[] = [];
  const onEvent = (notice: OnlineNotice): void => {
    notices.push(notice);
  };
  const all = runOnline(toyOptions(rows, provider, { kept, clock: virtual, onEvent, ...changes }));
  const take = async (): Promise<void> => {
    for await (const outcome of all) outcomes.push(outcome);
  };
  const error = await virtual.run(
    take().then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
  );
  return { outcomes, kept, notices, ms: virtual.now() - begin, error };
}

export const numbers = (n: number): string[] => Array.from({ length: n }, (_, i) => `r${i}`);
export const values = ({ outcomes }: Ran): (string | undefined)[] =>
  outcomes.map((outcome) =>
    outcome.ok ? outcome.value : `${outcome.error.code} ${outcome.error.facts.status ?? ""}`.trim(),
  );
