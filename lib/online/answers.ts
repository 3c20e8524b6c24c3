import { toStudyError } from "corrigenda/error";
import { type Outcome, type Prompt, type Provider, requestKey } from "corrigenda/provider";
import { bodyOf, keyTable, type StoredReply } from "corrigenda/store";
import { type CallContext, type Kept, readBody } from "./call.ts";
import type { Question, Schedule, Settled } from "./schedule.ts";

/** What became of a row; `stopped`: nothing yet, the run ended first. */
export type Result<Row, Out> =
  | { readonly t: "outcome"; readonly outcome: Outcome<Row, Out> }
  | { readonly t: "stopped"; readonly error: unknown };

export interface AnswerOptions<Row, Out> extends Pick<CallContext, "provider" | "store"> {
  readonly prompt: Prompt<Row, Out>;
}

/**
 * Answers rows, from the store where a reply is kept, else by asking; rows with the same request wait for the same
 * reply. To be called in row order: the first of several rows that share a reply carries its cost.
 */
export function answersTo<Row, Out>(
  { provider, store, prompt }: AnswerOptions<Row, Out>,
  schedule: Schedule,
): (row: Row) => Promise<Result<Row, Out>> {
  const underWay = new Map<string, Promise<Settled>>();
  const charged = keyTable();
  const settle = async (question: Question): Promise<Settled> => {
    try {
      const stored = await store.get(question.key);
      return stored ? { t: "kept", kept: readStored(stored, provider) } : await schedule.ask(question);
    } catch (error) {
      schedule.stop(error); // the store is broken, and so is the run
      return { t: "stopped", error };
    } finally {
      underWay.delete(question.key);
    }
  };
  const settledOnce = (question: Question): Promise<Settled> => {
    const same = underWay.get(question.key);
    if (same) return same;
    const settled = settle(question);
    underWay.set(question.key, settled);
    return settled;
  };
  return (row) => {
    const request = prompt.request(row);
    const wire = provider.encode(request);
    const asked = { id: prompt.id(row), key: requestKey(provider, wire), row };
    const isFirst = charged.find(asked.key) < 0;
    if (isFirst) charged.add(asked.key);
    const settled = settledOnce({ key: asked.key, wire, maxOutputTokens: request.maxOutputTokens });
    return settled.then((end) =>
      end.t === "stopped" ? end : { t: "outcome", outcome: outcomeOf(asked, end, prompt, isFirst) },
    );
  };
}

function readStored(stored: StoredReply, provider: Provider): Kept {
  try {
    return { reply: readBody(provider, bodyOf(stored, provider)), usd: stored.usd };
  } catch (error) {
    return { reply: toStudyError(error, "reply", "unreadable kept reply"), usd: stored.usd };
  }
}

function outcomeOf<Row, Out>(
  asked: { readonly id: string; readonly key: string; readonly row: Row },
  end: Exclude<Settled, { t: "stopped" }>,
  prompt: Prompt<Row, Out>,
  isFirst: boolean,
): Outcome<Row, Out> {
  if (end.t === "failed") return { ok: false, ...asked, error: end.error, usd: 0 };
  const { reply } = end.kept;
  const usd = isFirst ? end.kept.usd : 0;
  if (reply instanceof Error) return { ok: false, ...asked, error: reply, usd };
  try {
    return { ok: true, ...asked, value: prompt.parse(reply, asked.row), reply, usd };
  } catch (cause) {
    return { ok: false, ...asked, error: toStudyError(cause, "reply", asked.id), reply, usd };
  }
}
