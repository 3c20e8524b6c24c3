import type { StudyError } from "corrigenda/error";
import type { Json, JsonObject } from "corrigenda/json";
import { answerError, type HttpReply } from "corrigenda/provider";

/**
 * What a refusal means for the request and the run.
 * - again: worth another try. throttled: too fast, try later. overloaded: both.
 * - refused: this request will never do; the others go on.
 * - fatal: no request will do; the run stops.
 */
export type Verdict = "again" | "throttled" | "overloaded" | "refused" | "fatal";

export interface Refusal {
  readonly verdict: Verdict;
  readonly http: HttpReply;
  readonly error: StudyError;
}

// OpenAI's 429 for a request that exceeds the limit all by itself: waiting does not help.
const TOO_LARGE = /request too large/i;

/** Undefined where the reply is one to keep. */
export function refusalIn(provider: string, http: HttpReply): Refusal | undefined {
  if (http.status >= 200 && http.status < 300) return undefined;
  const error = answerError(provider, "answer a request", http);
  return { verdict: verdictOf(error.code === "quota", http), http, error };
}

function verdictOf(noCredit: boolean, { status, text }: HttpReply): Verdict {
  if (noCredit || status === 401 || status === 403) return "fatal";
  if (status === 429) return TOO_LARGE.test(text) ? "refused" : "throttled";
  if (status === 529) return "overloaded";
  return status === 408 || status === 409 || status === 425 || status >= 500 ? "again" : "refused";
}

/** Some gateways send an upstream's error with status 200: the same reply with the status it should have had. */
export function disguisedError(http: HttpReply, body: Json): HttpReply | undefined {
  const error = isObject(body) ? body.error : undefined;
  if (!isObject(error)) return undefined;
  const status = Number(error.code);
  return { ...http, status: status >= 400 && status < 600 ? status : 502 };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
