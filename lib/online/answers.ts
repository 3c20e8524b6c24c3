import { type StudyError, toStudyError } from "corrigenda/error";
import { type ModelRequest, type Outcome, type Prompt, type Provider, requestKey } from "corrigenda/provider";
import { bodyOf, keyTable, type StoredReply } from "corrigenda/store";
import { type CallContext, type Kept, readBody } from "./call.ts";
import type { Question, Schedule, Settled } from "./schedule.ts";

/** What became of a row; `stopped`: nothing yet, the run ended first. */
export type Result<Row, Out> =
  | { readonly t: "outcome"; readonly outcome: Outcome<Row, Out> }
  | { readonly t: "stopped"; readonly error: unknown };

/** Where requests find their replies. */
export interface AnswerSources extends Pick<CallContext, "provider" | "store"> {
  /** Requests that another process asked in vain. */
  readonly failed?: ReadonlyMap<string, StudyError>;
}

export interface AnswerOptions<Row, Out> extends AnswerSources {
  readonly prompt: Prompt<Row, Out>;
}

/** A request on its way to its reply. */
export interface Asking {
  readonly key: string;
  /** Never rejects. */
  readonly settled: Promise<Settled>;
}

/** Answers requests, from the store where a reply is kept, else by asking; equal requests under way wait for one reply. */
export function asking(
  { provider, store, failed }: AnswerSources,
  schedule: Schedule,
): (request: ModelRequest) => Asking {
  const underWay = new Map<string, Promise<Settled>>();
  const settle = async (question: Question): Promise<Settled> => {
    try {
      const stored = await store.get(question.key);
      if (stored) return { t: "kept", kept: readStored(stored, provider) };
      const error = failed?.get(question.key);
      return error ? { t: "failed", error } : await schedule.ask(question);
    } catch (error) {
      schedule.stop(error); // the store is broken, and so is the run
      return { t: "stopped", error };
    } finally {
      underWay.delete(question.key);
    }
  };
  return (request) => {
    const wire = provider.encode(request);
    const key = requestKey(provider, wire);
    const same = underWay.get(key);
    if (same) return { key, settled: same };
    const settled = settle({ key, wire, maxOutputTokens: request.maxOutputTokens });
    underWay.set(key, settled);
    return { key, settled };
  };
}

/** Answers rows. To be called in row order: the first of several rows that share a reply carries its cost. */
export function answersTo<Row, Out>(
  options: AnswerOptions<Row, Out>,
  schedule: Schedule,
): (row: Row) => Promise<Result<Row, Out>> {
  const { prompt } = options;
  const ask = asking(options, schedule);
  const charged = keyTable();
  return (row) => {
    const { key, settled } = ask(prompt.request(row));
    const asked = { id: prompt.id(row), key, row };
    const isFirst = charged.find(key) < 0;
    if (isFirst) charged.add(key);
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
