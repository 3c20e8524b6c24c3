import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** How a proxy that repeats all it is told answers: it passes calls on, or fails some or all of them. */
export type EchoMood = { readonly fails: "none" | "some" | "all"; readonly status: number };

/**
 * A proxy before a service that repeats the headers it was sent, keys included: in the headers and the JSON bodies that
 * it passes on, and in the errors that it makes up.
 */
export async function echoProxy(target: () => string, mood: EchoMood) {
  const seen = new Set<string>();
  let calls = 0;
  const server = createServer(async (request, response) => {
    const body = await whole(request);
    const said = JSON.stringify(request.headers);
    const key = `${request.headers.authorization ?? request.headers["api-key"] ?? ""}`;
    seen.add(key);
    calls += 1;
    const fails = mood.fails === "all" || (mood.fails === "some" && calls % 9 === 5);
    if (fails) {
      const error = { message: `Incorrect API key provided: ${key}. You sent ${said}`, type: "x", code: `code ${key}` };
      response.writeHead(mood.status, { "content-type": "application/json", "x-request-id": key });
      return response.end(JSON.stringify({ error }));
    }
    const sent = { method: request.method ?? "GET", headers: forwarded(request) };
    const reply = await fetch(`${target()}${request.url}`, body.length === 0 ? sent : { ...sent, body });
    const text = await reply.text();
    const type = reply.headers.get("content-type") ?? "";
    response.writeHead(reply.status, { "content-type": type, "x-request-id": said });
    return response.end(text.startsWith("{") && !text.includes("\n") ? withEcho(text, said) : text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () => void server.close(() => undefined).closeAllConnections(),
  };
}

function forwarded({ headers }: IncomingMessage): Record<string, string> {
  const names = ["authorization", "api-key", "content-type", "anthropic-version"];
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, `${headers[name]}`]])));
}

function withEcho(text: string, said: string): string {
  return JSON.stringify({ ...(JSON.parse(text) as object), echo: said, system_fingerprint: said });
}

async function whole(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
