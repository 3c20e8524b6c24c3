/** Which service is being played: it decides paths, error bodies and headers. */
export type Wire = "openai" | "azure" | "anthropic";

/** A request the service does not serve, as a value. */
export interface Refusal {
  readonly status: number;
  /** The sentence in the error body. */
  readonly refused: string;
  readonly code?: string;
  readonly param?: string;
  /** Error type where it is not the usual one of its status. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refuse(refused: string, param?: string, code?: string): Refusal {
  return { status: 400, refused, ...(param && { param }), ...(code && { code }) };
}

export function isRefusal(value: object): value is Refusal {
  return "refused" in value;
}

export function notFound(what: string, id: string): Refusal {
  return { status: 404, refused: `No such ${what} object: ${id}`, param: "id" };
}

/** The error body, as an object, in the shape of its service. */
export function errorBody(wire: Wire, refusal: Refusal, requestId: string): object {
  const message = refusal.refused;
  if (wire === "anthropic") {
    const type = refusal.type ?? ANTHROPIC_TYPES[refusal.status] ?? "api_error";
    return { type: "error", error: { type, message }, request_id: requestId };
  }
  const code = refusal.code ?? null;
  const param = refusal.param ?? null;
  const type = refusal.type ?? OPENAI_TYPES[refusal.status] ?? "invalid_request_error";
  if (wire === "azure") return { error: { code: code ?? String(refusal.status), message, param, type } };
  return { error: { message, type, param, code } };
}

const OPENAI_TYPES: Readonly<Record<number, string>> = { 429: "requests", 500: "server_error", 503: "server_error" };

/** @see https://docs.anthropic.com/en/api/errors */
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};
