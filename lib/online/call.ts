import { isStudyError, type StudyError, toStudyError } from "corrigenda/error";
import { type Json, parseJson } from "corrigenda/json";
import type { HttpReply, ModelReply, Provider, Usage, WireRequest } from "corrigenda/provider";
import type { Journal, Store } from "corrigenda/store";
import type { Clock } from "corrigenda/time";
import type { OnlineEvent } from "./ledger.ts";
import { disguisedError, type Refusal, refusalIn } from "./verdict.ts";

/** US dollars for a reply, or undefined where the model has no price. */
export type Price = (model: string, usage: Usage) => number | undefined;

/** Where calls go and leave their traces. */
export interface CallContext {
  readonly provider: Provider;
  readonly store: Store;
  readonly journal: Journal<OnlineEvent>;
  /** Who pays: "<study>/<run>/<stage>". */
  readonly run: string;
  readonly price: Price;
  readonly clock: Clock;
}

/** One request to be paid for. */
export interface Call {
  readonly key: string;
  readonly wire: WireRequest;
  /** From 1, over all tries of this process. */
  readonly attempt: number;
  readonly estimateUsd: number | undefined;
}

/** A reply on disk, and as the provider reads it. */
export interface Kept {
  readonly reply: ModelReply | StudyError;
  readonly usd: number;
}

export type Answer =
  | { readonly t: "kept"; readonly kept: Kept; readonly http: HttpReply }
  | ({ readonly t: "refused" } & Refusal)
  /** No answer came. `sent`: the service may have acted all the same. */
  | { readonly t: "lost"; readonly sent: boolean };

/** One call: intent to the journal, request to the service, reply to the store; each on disk before the next step. */
export async function callOnce(context: CallContext, call: Call, signal: AbortSignal): Promise<Answer> {
  const { provider, journal } = context;
  const { key, attempt, estimateUsd } = call;
  const at = context.clock.now();
  await journal.append({ t: "call", key, attempt, at, ...(estimateUsd !== undefined && { estimateUsd }) });
  let http: HttpReply;
  try {
    http = await provider.complete(call.wire, signal);
  } catch (error) {
    if (!isStudyError(error, "network") && !signal.aborted) throw error;
    return await lose(context, call, !neverSent(error));
  }
  const refusal = refusalIn(provider.name, http);
  if (refusal) return await refuse(context, call, refusal);
  const body = parseJson(http.text);
  // A body that breaks off is a cut connection that went unnoticed.
  if (body === undefined) return await lose(context, call, true);
  const reply = readBody(provider, body);
  const disguised = reply instanceof Error ? disguisedError(http, body) : undefined;
  const inner = disguised && refusalIn(provider.name, disguised);
  return inner ? await refuse(context, call, inner) : await keep(context, call, reply, http);
}

/** A body as the provider reads it; its error where it cannot. */
export function readBody(provider: Provider, body: Json): ModelReply | StudyError {
  try {
    return provider.decode(body);
  } catch (error) {
    return toStudyError(error, "reply", `unreadable reply from ${provider.name}`);
  }
}

async function keep(context: CallContext, call: Call, reply: Kept["reply"], http: HttpReply): Promise<Answer> {
  const { store, run, price } = context;
  const usd = reply instanceof Error ? (call.estimateUsd ?? 0) : costOf(price, call.wire.model, reply);
  const id = JSON.stringify(http.headers["x-request-id"] ?? http.headers["request-id"] ?? null);
  const raw = `{"status":${http.status},"request_id":${id},"body":${http.text}}`;
  await store.put([{ key: call.key, run, via: "online", usd, raw }]);
  return { t: "kept", kept: { reply, usd }, http };
}

async function refuse(context: CallContext, { key, attempt }: Call, refusal: Refusal): Promise<Answer> {
  await context.journal.append({ t: "refused", key, attempt, status: refusal.http.status });
  return { t: "refused", ...refusal };
}

async function lose(context: CallContext, { key, attempt }: Call, sent: boolean): Promise<Answer> {
  await context.journal.append(sent ? { t: "lost", key, attempt } : { t: "refused", key, attempt, status: 0 });
  return { t: "lost", sent };
}

/** The model that answered may be dated, or stand behind a deployment's name: whichever has a price. */
function costOf(price: Price, model: string, reply: ModelReply): number {
  return price(reply.model, reply.usage) ?? price(model, reply.usage) ?? 0;
}

const NO_CONNECTION = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** True where no connection came about, so that the service cannot have acted. */
function neverSent(error: unknown): boolean {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 6; inner = inner.cause, depth++) {
    if (NO_CONNECTION.has(String((inner as NodeJS.ErrnoException).code))) return true;
  }
  return false;
}
