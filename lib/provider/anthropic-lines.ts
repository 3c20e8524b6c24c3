import type { Json } from "corrigenda/json";
import { refused } from "./openai-lines.ts";
import { record, text } from "./read-json.ts";
import type { BatchLine, WireRequest } from "./types.ts";

const PARAMS = '","params":';

/** One request as it is kept on disk, with the study's readable id. */
export function anthropicLine(id: string, wire: WireRequest): string {
  return `{"custom_id":${JSON.stringify(id)},"params":${wire.body}}`;
}

/** The line with another id. The mark cannot occur in the id itself: there its quotes are escaped. */
export function withId(line: string, id: string): string {
  return `{"custom_id":"${id}${line.slice(line.indexOf(PARAMS))}`;
}

/** At most 64 of [A-Za-z0-9_-]: the chunk's key leads, so that a lost batch is known by its first result. */
export function anthropicId(chunk: string, ordinal: number): string {
  return `${idPrefix(chunk)}${ordinal}`;
}

export function idPrefix(chunk: string): string {
  return `${chunk.slice(0, 24)}-`;
}

const REFUSALS = new Set(["invalid_request", "authentication", "permission", "not_found", "request_too_large"]);

export function readAnthropicLine(line: Json): BatchLine | undefined {
  const fields = record(line);
  const { custom_id: id } = fields;
  const result = record(fields.result);
  if (typeof id !== "string") return undefined;
  if (result.type === "succeeded" && Object.keys(record(result.message)).length > 0)
    return { id, ok: true, body: result.message as Json };
  if (result.type === "canceled" || result.type === "expired") return refused(id, true, [result.type], "");
  if (result.type !== "errored") return refused(id, true, ["result without a message"], "");
  const outer = record(result.error);
  const error = typeof outer.error === "object" ? record(outer.error) : outer;
  const type = text(error.type) ?? "error without a type";
  return refused(id, !REFUSALS.has(type.replace(/_error$/, "")), [type], text(error.message) ?? "");
}
