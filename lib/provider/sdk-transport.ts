import { isStudyError } from "corrigenda/error";
import { whenAborted } from "./abort.ts";
import { answerError, networkError } from "./api-error.ts";
import { type Lazy, lazily } from "./lazy.ts";
import type { Post } from "./lean-transport.ts";
import { replyWithoutKey, withoutKey } from "./own-key.ts";
import { replyText } from "./reply-text.ts";
import type { HttpReply } from "./types.ts";

/** What the OpenAI and the Anthropic SDK have in common here. */
export interface SdkClient {
  post(
    path: string,
    options: { body: string; headers: Record<string, string>; maxRetries: number; signal?: AbortSignal },
  ): { asResponse(): Promise<Response> };
}

export interface SdkFetch {
  /** Given to an SDK as its fetch. */
  readonly fetch: typeof globalThis.fetch;
  /** The service's answer behind an error that the SDK threw, without the key; undefined where none came. */
  answer(error: unknown): HttpReply | undefined;
  /** The key that the SDK sends: what the service says is kept without it. */
  readonly key: string;
}

/**
 * A fetch that waits as long as the SDK does (Node's own gives up after 300 s) and keeps the bodies of error replies,
 * which the SDKs parse and drop. Redirects are not followed: fetch would take a key's own header along to another host.
 */
export function sdkFetch(timeoutMs: number, key: string): SdkFetch {
  const undici = lazily(async () => {
    const { Agent, fetch } = await import("undici");
    return { fetch, dispatcher: new Agent({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs }) };
  });
  const refusals = new WeakMap<Headers, HttpReply>();
  const send = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    // A global FormData means nothing to undici's own fetch: uploads take Node's.
    if (init.body instanceof FormData) return globalThis.fetch(url, { ...init, redirect: "manual" });
    const { fetch, dispatcher } = await undici();
    return fetch(url as string, { ...init, redirect: "manual", dispatcher } as never) as unknown as Promise<Response>;
  };
  const recording = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const reply = await send(url, init);
    if (reply.status < 300) return reply;
    const text = withoutKey(await replyText(reply), key);
    const copy = new Response(text === "" ? null : text, { status: reply.status, headers: reply.headers });
    const said = { status: reply.status, headers: Object.fromEntries(copy.headers), text };
    refusals.set(copy.headers, replyWithoutKey(said, key));
    return copy;
  };
  return {
    key,
    // The SDKs look at a fetch's Response to learn which FormData it takes.
    fetch: Object.assign(recording, { Response }),
    answer: (error) => {
      const headers = (error as { headers?: unknown } | undefined)?.headers;
      return headers instanceof Headers ? refusals.get(headers) : undefined;
    },
  };
}

/** `complete` through an official SDK: it authenticates and connects; the bytes are ours and it retries nothing. */
export function sdkTransport(provider: string, client: Lazy<SdkClient>, sdk: SdkFetch): Post {
  return async (path, body, signal) => {
    const open = await client();
    const own = new AbortController(); // the SDKs never take their listeners off a signal
    const forget = signal && whenAborted(signal, () => own.abort(signal.reason));
    try {
      const headers = { "content-type": "application/json" };
      const call = open.post(path, { body, headers, maxRetries: 0, signal: own.signal });
      const reply = await call.asResponse();
      const said = { status: reply.status, headers: Object.fromEntries(reply.headers), text: await replyText(reply) };
      return replyWithoutKey(said, sdk.key);
    } catch (error) {
      const answer = sdk.answer(error);
      if (answer) return answer;
      throw networkError(provider, "answer a request", error);
    } finally {
      forget?.();
    }
  };
}

/** Runs an SDK call; what it throws becomes a StudyError. */
export async function asked<T>(provider: string, sdk: SdkFetch, doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isStudyError(error)) throw error;
    const answer = sdk.answer(error);
    throw answer ? answerError(provider, doing, answer) : networkError(provider, doing, error);
  }
}
