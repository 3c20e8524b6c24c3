import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { sha256 } from "corrigenda/json";
import type { Context } from "./context.ts";
import { hasKey, type Matcher, matcher, readHead, requestIds } from "./head.ts";
import type { Call, Reply, Route, Routes } from "./http.ts";
import { type Troubles, troublesOf } from "./trouble.ts";
import { errorBody, isRefusal, type Refusal } from "./wire.ts";

const MOST_JSON_BYTES = 32 * 2 ** 20;
/** Longer than clients keep idle connections, so that the service never closes one under a request. */
const KEEP_ALIVE_MS = 120_000;

/** The HTTP side of the service. */
export interface HttpSide {
  readonly server: Server;
  /** Waits until no request is being worked on. */
  idle(): Promise<void>;
}

export function httpSide(context: Context, routes: Routes): HttpSide {
  const find = matcher(routes);
  const troubles = troublesOf(context);
  const nextId = requestIds();
  const working = new Set<Promise<void>>();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    const call = readHead(request, nextId());
    const exchange: Exchange = { context, request, response };
    const work = serve(exchange, call, find, troubles)
      .catch((error: unknown) => giveUp(exchange, call, error))
      .finally(() => working.delete(work));
    working.add(work);
  });
  const idle = async (): Promise<void> => {
    await Promise.allSettled(working);
  };
  return { server, idle };
}

interface Exchange {
  readonly context: Context;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Names of this machine. A page in a browser that has a name of its own lead here sends that name. */
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

async function serve(exchange: Exchange, head: Call, find: Matcher, troubles: Troubles): Promise<void> {
  if (!LOCAL.test(head.headers.host ?? ""))
    return send(exchange, head, {
      status: 403,
      refused: "This service answers its own machine only.",
      code: "foreign_host",
    });
  const { broken } = exchange.context.health;
  if (broken !== undefined) return send(exchange, head, brokenRefusal(broken));
  const found = find(head);
  if (!found) {
    const refused = `Unknown request URL: ${head.method} ${head.path}.`;
    return send(exchange, head, { status: 404, refused, code: "unknown_url" });
  }
  const call = found.id === "" ? head : { ...head, id: found.id };
  if (!hasKey(call) && !call.path.startsWith("/offline/")) {
    return send(exchange, call, { status: 401, refused: "No API key was given.", code: "invalid_api_key" });
  }
  const deed = await receive(exchange, call, found.route);
  if (isRefusal(deed)) return send(exchange, call, deed);
  const trouble = troubles(call, found.route, deed.identity);
  if (trouble.kind === "refuse") {
    await deed.discard?.();
    return send(exchange, call, trouble.refusal);
  }
  if (trouble.kind === "cut") {
    await (trouble.acted ? deed.act() : deed.discard?.());
    if (trouble.afterMs > 0) await hang(exchange, trouble.afterMs);
    exchange.request.socket.destroy();
    return;
  }
  await send(exchange, call, await deed.act(), trouble.kind === "cutHalfway");
}

/** What is to be done once the whole request is here. */
interface Deed {
  readonly identity: string;
  act(): Reply | Promise<Reply>;
  discard?(): Promise<void>;
}

async function receive({ context, request }: Exchange, call: Call, route: Route): Promise<Deed | Refusal> {
  if (route.receive) return route.receive(call, request);
  const { act } = route;
  if (!act) return { status: 500, refused: "This route does nothing." };
  if (call.method === "GET" || call.method === "DELETE") return { identity: "", act: () => act(call) };
  const body = await readBody(request);
  if (isRefusal(body)) return body;
  const identity = context.faults.on ? sha256(body) : "";
  return { identity, act: () => act({ ...call, body }) };
}

function readBody(request: IncomingMessage): Promise<Buffer | Refusal> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes > MOST_JSON_BYTES) resolve({ status: 413, refused: "The request is larger than 32 MB." });
      else parts.push(part);
    });
    request.on("end", () => resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)));
    request.on("error", reject);
  });
}

/** Waits until the time is over, the client is gone or the service closes. */
async function hang({ context, response }: Exchange, ms: number): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const either = AbortSignal.any([gone.signal, context.closing]);
  await context.clock.sleep(ms, either).catch((error: unknown) => {
    if (!either.aborted) throw error;
  });
}

async function send({ request, response }: Exchange, call: Call, reply: Reply, halfway = false): Promise<void> {
  if (response.destroyed) return;
  const idName = call.wire === "anthropic" ? "request-id" : "x-request-id";
  const common = { [idName]: call.requestId };
  if ("stream" in reply) {
    const length = reply.bytes === undefined ? {} : { "content-length": reply.bytes };
    response.writeHead(reply.status, { ...common, "content-type": "application/octet-stream", ...length });
    const most = halfway ? Math.floor((reply.bytes ?? 0) / 2) : Number.POSITIVE_INFINITY;
    await pipeline(Readable.from(firstBytes(reply.stream, most)), response, { end: !halfway });
    if (halfway) request.socket.destroy();
    return;
  }
  const text = isRefusal(reply) ? JSON.stringify(errorBody(call.wire, reply, call.requestId)) : reply.json;
  // A refused body may still be on its way: closing spares reading it.
  const unread = request.complete ? {} : { connection: "close" };
  response.writeHead(reply.status, {
    ...common,
    ...reply.headers,
    ...unread,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

async function* firstBytes(stream: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let left = most;
  for await (const part of stream) {
    if (part.length >= left) {
      yield part.subarray(0, left);
      return;
    }
    left -= part.length;
    yield part;
  }
}

/** The client went away, or the service itself failed: then it says so. */
async function giveUp(exchange: Exchange, call: Call, error: unknown): Promise<void> {
  const { response, request } = exchange;
  if (request.socket.destroyed || response.headersSent) {
    request.socket.destroy();
    return;
  }
  const reason = error instanceof Error ? error.message : String(error);
  await send(exchange, call, brokenRefusal(reason));
}

function brokenRefusal(reason: string): Refusal {
  return { status: 500, refused: `The offline service failed: ${reason}`, code: "offline_service_error" };
}
