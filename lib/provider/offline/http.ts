import type { IncomingHttpHeaders } from "node:http";
import type { FaultKind } from "./faults.ts";
import type { Refusal, Wire } from "./wire.ts";

/** A request as the routes see it. */
export interface Call {
  readonly wire: Wire;
  readonly method: string;
  /** In OpenAI's or Anthropic's form: Azure's prefixes are taken off. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  /** The deployment that Azure's path names. */
  readonly deployment?: string;
  /** The id in the path, where the route has one. */
  readonly id: string;
  /** Empty where the route receives its body as a stream. */
  readonly body: Buffer;
}

/** What a route answers. A stream whose length is given shows the client where it broke off. */
export type Reply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly json: string }
  | { readonly status: number; readonly bytes?: number; readonly stream: AsyncIterable<Uint8Array> }
  | Refusal;

/** A body that was received as a stream and waits to be acted on. */
export interface Received {
  /** sha256 of its content. */
  readonly identity: string;
  act(): Promise<Reply>;
  discard(): Promise<void>;
}

export interface Route {
  /** Faults that may strike this route beside the usual ones. */
  readonly faults?: readonly FaultKind[];
  readonly act?: (call: Call) => Reply | Promise<Reply>;
  /** Takes a large body as it arrives, instead of `act`. */
  readonly receive?: (call: Call, body: AsyncIterable<Uint8Array>) => Promise<Received | Refusal>;
}

/** Routes by "METHOD /path", `{id}` standing for one segment. */
export type Routes = Readonly<Record<string, Route>>;

export function json(value: object, status = 200): Reply {
  return { status, json: JSON.stringify(value) };
}
