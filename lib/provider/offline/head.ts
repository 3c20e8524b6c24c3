import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Call, Route, Routes } from "./http.ts";
import type { Wire } from "./wire.ts";

const NO_QUERY = new URLSearchParams();
const NO_BODY = Buffer.alloc(0);

/** Numbers requests, differently in each process. */
export function requestIds(): () => string {
  const run = randomUUID().slice(0, 8);
  let count = 0;
  return () => {
    count += 1;
    return `req_${run}${count.toString(36)}`;
  };
}

/** Reads a request's line and headers. */
export function readHead(request: IncomingMessage, requestId: string): Call {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const full = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1));
  const { method = "GET", headers } = request;
  return { method, headers, query, requestId, id: "", body: NO_BODY, ...placeOf(full, headers) };
}

/** What Azure's management API calls a resource. */
const RESOURCE =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.CognitiveServices\/accounts\/[^/]+/;

/**
 * Azure's paths are /openai/…, /openai/v1/… and /openai/deployments/{deployment}/…, all meaning /v1/…; those of its
 * management API, /subscriptions/…, become /management/….
 */
function placeOf(full: string, headers: IncomingHttpHeaders): { wire: Wire; path: string; deployment?: string } {
  if (RESOURCE.test(full)) return { wire: "azure", path: full.replace(RESOURCE, "/management") };
  if (!full.startsWith("/openai/")) {
    const anthropic = full.startsWith("/v1/messages") || headers["anthropic-version"] !== undefined;
    return { wire: anthropic ? "anthropic" : "openai", path: full };
  }
  const rest = full.slice("/openai".length);
  const [, deployment, inner] = /^\/deployments\/([^/]+)(\/.*)$/.exec(rest) ?? [];
  if (deployment !== undefined && inner !== undefined) {
    return { wire: "azure", path: `/v1${inner}`, deployment: decodeURIComponent(deployment) };
  }
  return { wire: "azure", path: rest.startsWith("/v1/") ? rest : `/v1${rest}` };
}

export function hasKey({ headers }: Call): boolean {
  const bearer = headers.authorization?.replace(/^Bearer\s*/i, "");
  return Boolean(bearer || headers["api-key"] || headers["x-api-key"]);
}

/** Finds the route of a call, and the id in its path. */
export type Matcher = (call: Call) => { readonly route: Route; readonly id: string } | undefined;

export function matcher(routes: Routes): Matcher {
  const exact = new Map(Object.entries(routes));
  const patterns = [...exact].flatMap(([pattern, route]) => {
    const [before, after] = pattern.split("{id}");
    return before === undefined || after === undefined ? [] : [{ before, after, route }];
  });
  return (call) => {
    const name = `${call.method} ${call.path}`;
    const route = exact.get(name);
    if (route) return { route, id: "" };
    for (const { before, after, route } of patterns) {
      if (!name.startsWith(before) || !name.endsWith(after)) continue;
      const id = name.slice(before.length, name.length - after.length);
      if (id !== "" && !id.includes("/")) return { route, id: decodeURIComponent(id) };
    }
    return undefined;
  };
}
