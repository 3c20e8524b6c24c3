import type { Json } from "corrigenda/json";
import { record, text } from "./read-json.ts";
import { redact } from "./redact.ts";
import type { BatchLine, WireRequest } from "./types.ts";

/** One line of a batch's input file. */
export function openAiLine(id: string, wire: WireRequest): string {
  return `{"custom_id":${JSON.stringify(id)},"method":"POST","url":"${wire.endpoint}","body":${wire.body}}`;
}

/** One line of an output or error file (both come in one shape). @see facts in the service's guide on batches */
export function readOpenAiLine(line: Json): BatchLine | undefined {
  const { custom_id: id, response, error } = record(line);
  if (typeof id !== "string") return undefined;
  const reply = record(response);
  const status = typeof reply.status_code === "number" ? reply.status_code : undefined;
  if (error !== null && error !== undefined) {
    const { code, message } = readError(error);
    return refused(id, !REFUSAL_CODE.test(code ?? ""), [code ?? "error without a code"], message);
  }
  if (status === 200) {
    if (Object.keys(record(reply.body)).length > 0) return { id, ok: true, body: reply.body as Json };
    return { id, ok: false, again: true, reason: "200 without a body" };
  }
  const body = record(reply.body);
  const { code, message } = readError(body.error ?? null);
  return refused(id, isPassing(status), [`${status ?? "no status"}`, ...(code === undefined ? [] : [code])], message);
}

/** Codes of lines without an HTTP answer that say the request itself is at fault; expiry, cancellation and load do not. */
const REFUSAL_CODE = /invalid|unsupported|not_found|content_filter|context_length|too_large|duplicate|mismatch/;

/** Status 0 and none: the request was never answered. */
function isPassing(status: number | undefined): boolean {
  return status === undefined || status === 0 || status >= 500 || status === 408 || status === 409 || status === 429;
}

function readError(error: Json): { readonly code: string | undefined; readonly message: string } {
  const fields = record(error);
  return { code: text(fields.code) ?? text(fields.type), message: text(fields.message) ?? "" };
}

/** A failed line; its reason is short and holds no key. */
export function refused(id: string, again: boolean, words: readonly string[], message: string): BatchLine {
  const why = redact(message).slice(0, 200);
  return { id, ok: false, again, reason: why === "" ? words.join(" ") : `${words.join(" ")}: ${why}` };
}
