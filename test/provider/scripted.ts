import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Call {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer, or a connection that is cut before ("cut") or amid the body ("torn"), or no answer at all. */
export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string }
  | "cut"
  | "torn"
  | "hang";

/** A loopback server that answers as told and remembers what it was asked. */
export async function scripted(answer: (call: Call) => Answer) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString("utf8");
      const call = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
      calls.push(call);
      const reply = answer(call);
      if (reply === "hang") return;
      if (reply === "cut") return void request.socket.destroy();
      if (reply === "torn") {
        response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
        response.write('{"id":"half', () => request.socket.destroy());
        return;
      }
      response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
      response.end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type Scripted = Awaited<ReturnType<typeof scripted>>;
