import { StudyError } from "corrigenda/error";
import { parseJson } from "corrigenda/json";
import type { ProviderName } from "corrigenda/text";
import { record, text } from "./read-json.ts";
import { redact } from "./redact.ts";
import type { HttpReply } from "./types.ts";

/** The variable that holds a provider's key. */
export const KEY_VARIABLE: Readonly<Record<string, string>> & Readonly<Record<ProviderName, string>> = {
  openai: "OPENAI_API_KEY",
  azure: "AZURE_OPENAI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
  compatible: "COMPATIBLE_API_KEY",
};

const QUOTA_CODES = new Set([
  "insufficient_quota",
  "billing_hard_limit_reached",
  "billing_not_active",
  "billing_error",
]);

/**
 * A service's refusal as an error. `facts`: status, code, retryAfterMs, requestId. "quota" where trying again does not
 * help before someone pays, "provider" otherwise.
 * @param doing what was asked, as it ends the sentence: "create a batch"
 */
export function answerError(provider: string, doing: string, reply: HttpReply): StudyError {
  const { code, message } = errorBody(reply.text);
  const facts = {
    status: reply.status,
    code,
    retryAfterMs: retryAfterMs(reply.headers),
    requestId: reply.headers["x-request-id"] ?? reply.headers["request-id"],
  };
  const name = code === undefined || code === `${reply.status}` ? `${reply.status}` : `${reply.status} ${code}`;
  if (isQuota(reply.status, code, message))
    return new StudyError("quota", `${provider} has no credit or quota left (${name}): add credit, then run again`, {
      facts,
    });
  if (reply.status === 401 || reply.status === 403) {
    const variable = KEY_VARIABLE[provider] ?? "the provider's key";
    return new StudyError("provider", `${provider} did not accept the key (${name}): set ${variable} in .env`, {
      facts,
    });
  }
  const why = message === "" ? "" : `: ${message}`;
  return new StudyError("provider", `${provider} answered ${name} when asked to ${doing}${why}`, { facts });
}

/** No answer came: whether the service acted is unknown. */
export function networkError(provider: string, doing: string, cause: unknown): StudyError {
  const code = errorCode(cause);
  const why = code === undefined ? "" : ` (${code})`;
  return new StudyError("network", `no answer from ${provider} when asked to ${doing}${why}`, {
    cause,
    facts: { code },
  });
}

/**
 * Retry-After in ms, in any of its forms: `retry-after-ms`, seconds (also 1.5), a date (counted from the reply's own).
 * Undefined for what is none of these ("Infinity", negative numbers).
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number | undefined {
  const ms = Number(headers["retry-after-ms"] ?? Number.NaN);
  if (ms >= 0 && Number.isFinite(ms)) return ms;
  const value = headers["retry-after"]?.trim();
  if (value === undefined || value === "") return undefined;
  const seconds = Number(value);
  if (!Number.isNaN(seconds)) return seconds >= 0 && Number.isFinite(seconds) ? seconds * 1000 : undefined;
  const wait = Date.parse(value) - Date.parse(headers.date ?? "");
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** `code` (OpenAI, Azure) or `type` (Anthropic), and a message of at most 200 characters without keys. */
export function errorBody(body: string): { readonly code: string | undefined; readonly message: string } {
  const whole = record(parseJson(body));
  const error = record(typeof whole.error === "object" ? whole.error : whole);
  const code = text(error.code) ?? text(error.type);
  return { code, message: redact(text(error.message) ?? text(whole.error) ?? "").slice(0, 200) };
}

function isQuota(status: number, code: string | undefined, message: string): boolean {
  return status === 402 || QUOTA_CODES.has(code ?? "") || /credit balance is too low/i.test(message);
}

/** The system's code (ECONNRESET, UND_ERR_SOCKET, …), at whatever depth it hides. */
function errorCode(cause: unknown): string | undefined {
  for (let error = cause, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    const code = (error as NodeJS.ErrnoException).code;
    if (typeof code === "string") return code;
    if (error.name === "AbortError" || error.name === "APIUserAbortError") return "aborted";
    if (/time(d )?out/i.test(error.message)) return "timeout";
  }
  return undefined;
}
