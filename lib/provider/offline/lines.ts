import type { Answered } from "./answer.ts";
import { errorBody, type Refusal, type Wire } from "./wire.ts";

/** A result line for a request that succeeded. The reply's body is spliced in as it is, not parsed again. */
export function okLine(wire: Wire, id: string, key: string, said: Answered): string {
  const custom = JSON.stringify(id);
  if (wire === "anthropic") return `{"custom_id":${custom},"result":{"type":"succeeded","message":${said.body}}}`;
  return `{"id":"batch_req_${key.slice(0, 24)}","custom_id":${custom},"response":{"status_code":200,"request_id":"req_${key.slice(24, 48)}","body":${said.body}},"error":null}`;
}

/** A result line for a request that the service answered with an error. */
export function failedLine(wire: Wire, id: string, key: string, refusal: Refusal): string {
  const requestId = `req_${key.slice(24, 48)}`;
  if (wire === "anthropic") {
    const error = errorBody(wire, refusal, requestId);
    return JSON.stringify({ custom_id: id, result: { type: "errored", error } });
  }
  const response = {
    status_code: refusal.status,
    request_id: requestId,
    body: errorBody(wire, refusal, requestId),
  };
  return JSON.stringify({ id: `batch_req_${key.slice(0, 24)}`, custom_id: id, response, error: null });
}

/** A result line for a request that was never run. */
export function goneLine(wire: Wire, id: string, why: "expired" | "cancelled"): string {
  if (wire === "anthropic") {
    return JSON.stringify({ custom_id: id, result: { type: why === "expired" ? "expired" : "canceled" } });
  }
  const error =
    why === "expired"
      ? {
          code: "batch_expired",
          message: "This request could not be executed before the completion window expired.",
        }
      : { code: "batch_cancelled", message: "This request was not executed because the batch was cancelled." };
  return JSON.stringify({ id: `batch_req_${id.slice(0, 24)}`, custom_id: id, response: null, error });
}

/** A line that counts as completed and holds nothing. */
export function zeroLine(id: string, key: string): string {
  const response = { status_code: 0, request_id: "", body: null };
  return JSON.stringify({ id: `batch_req_${key.slice(0, 24)}`, custom_id: id, response, error: null });
}
