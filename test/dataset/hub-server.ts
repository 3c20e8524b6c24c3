import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const SHA = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";
export const CONVERTED_SHA = "ffeeddccbbaa99887766554433221100ffeeddcc";

export interface HubServer {
  readonly url: string;
  /** "GET path" of each request, with its range. */
  readonly seen: string[];
  /** The next so many file requests break off after a few bytes. */
  breakOff: number;
  close(): Promise<void>;
}

export interface Served {
  readonly dataset: string;
  /** Default "datasets". */
  readonly kind?: "datasets" | "models";
  /** Files that the hub keeps in git itself, not in LFS. */
  readonly plain?: readonly string[];
  /** Path to bytes, on main. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Path to bytes, on refs/convert/parquet. */
  readonly converted?: Readonly<Record<string, Uint8Array>>;
  /** The commit of main that answers to its sha alone, as one that is not the newest. */
  readonly pinned?: string;
  readonly token?: string;
  readonly status?: number;
  /** Files on a page of the tree. */
  readonly page?: number;
  readonly wrongHash?: boolean;
}

/** Answers as the hub does: revisions, trees by page, files behind a redirect, ranges. */
export async function serveHub(served: Served): Promise<HubServer> {
  const seen: string[] = [];
  const hub = { url: "", seen, breakOff: 0, close: () => closed() };
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}${request.headers.range ? ` ${request.headers.range}` : ""}`);
    answer(served, hub, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return hub;
}

function answer(served: Served, hub: HubServer, request: IncomingMessage, response: ServerResponse): ServerResponse {
  const url = new URL(request.url ?? "/", hub.url);
  const path = decodeURIComponent(url.pathname);
  const { dataset, files, converted = {} } = served;
  const give = (status: number, body: object, headers: Record<string, string> = {}): ServerResponse =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  if (served.status !== undefined) return give(served.status, { error: "x" });
  if (path.startsWith("/cdn/")) return giveFile(files, converted, hub, path.slice(5), request, response);
  if (served.token !== undefined && request.headers.authorization !== `Bearer ${served.token}`)
    return give(401, { error: "Invalid credentials" });
  const { kind = "datasets" } = served;
  const api = `/api/${kind}/${dataset}`;
  const resolve = `${kind === "models" ? "" : "/datasets"}/${dataset}/resolve`;
  const main = served.pinned ?? SHA;
  if (path === `${api}/revision/${served.pinned ?? "main"}`) return give(200, { id: dataset, sha: main });
  if (path === `${api}/revision/refs/convert/parquet` && served.converted) return give(200, { sha: CONVERTED_SHA });
  for (const [sha, tree] of [
    [main, files],
    [CONVERTED_SHA, converted],
  ] as const) {
    if (path === `${api}/tree/${sha}`) {
      const from = Number(url.searchParams.get("cursor") ?? 0);
      const size = served.page ?? 1_000;
      const all = Object.entries(tree);
      const link =
        from + size < all.length
          ? `<${hub.url}${api}/tree/${sha}?recursive=true&cursor=${from + size}>; rel="next"`
          : "";
      const entries = all
        .slice(from, from + size)
        .map(([name, bytes]) => entry(name, bytes, served.wrongHash === true, served.plain?.includes(name) === true));
      return give(200, [{ type: "directory", path: "data", size: 0 }, ...entries], link === "" ? {} : { link });
    }
    const file = path.startsWith(`${resolve}/${sha}/`) ? path.slice(`${resolve}/${sha}/`.length) : "";
    if (file in tree) return response.writeHead(302, { location: `/cdn/${sha}/${file}` }).end();
  }
  return give(404, { error: "Repository not found" });
}

function entry(path: string, bytes: Uint8Array, wrong: boolean, plain: boolean): object {
  const hash = (kind: string, head = ""): string =>
    createHash(kind)
      .update(head)
      .update(bytes)
      .update(wrong ? "x" : "")
      .digest("hex");
  const file = { type: "file", path, size: bytes.length };
  if (plain) return { ...file, oid: hash("sha1", `blob ${bytes.length}\0`) };
  return { ...file, oid: "0".repeat(40), lfs: { oid: hash("sha256"), size: bytes.length, pointerSize: 130 } };
}

function giveFile(
  files: Served["files"],
  converted: Served["files"],
  hub: HubServer,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): ServerResponse {
  const [sha = "", ...rest] = path.split("/");
  const bytes = (sha === CONVERTED_SHA ? converted : files)[rest.join("/")] ?? new Uint8Array();
  const [, from = "0", to = ""] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
  const part = bytes.subarray(Number(from), to === "" ? bytes.length : Number(to) + 1);
  response.writeHead(206, {
    "content-length": String(part.length),
    "content-range": `bytes ${from}-${to}/${bytes.length}`,
  });
  if (hub.breakOff > 0) {
    hub.breakOff -= 1;
    response.write(part.subarray(0, 5));
    setImmediate(() => response.destroy());
    return response;
  }
  return response.end(part);
}
