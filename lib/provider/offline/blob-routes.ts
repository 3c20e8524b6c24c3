import { parseJson, sha256 } from "corrigenda/json";
import type { Context } from "./context.ts";
import { fileView } from "./files-routes.ts";
import { type Call, json, type Received, type Reply, type Routes } from "./http.ts";
import { isObject } from "./schema.ts";
import type { FileRecord } from "./state.ts";
import { type Refusal, refuse } from "./wire.ts";
import { startFile } from "./writer.ts";

const CONTAINER = "/offline/blobs/";
const MOST_BLOCK_BYTES = 4_000 * 2 ** 20;

/**
 * A container of Azure Blob storage at /offline/blobs, written with a shared access signature (any: ?sig=…): Put Blob,
 * Put Block, Put Block List, Get Blob. And Azure's import of a file from such a blob.
 */
export function blobRoutes(context: Context): Routes {
  return {
    [`PUT ${CONTAINER}{id}`]: { receive: (call, body) => receiveBlob(context, call, body) },
    [`GET ${CONTAINER}{id}`]: { act: (call) => getBlob(context, call) },
    "POST /v1/files/import": { act: (call) => importFile(context, call) },
  };
}

/** Names of blobs and blocks are the client's: they never become paths. */
function pathOf(id: string, block?: string): string {
  const folder = `blobs/${sha256(id).slice(0, 32)}`;
  return block === undefined ? `${folder}/blob` : `${folder}/blocks/${sha256(block).slice(0, 32)}`;
}

function signatureRefusal({ query }: Call): Refusal | undefined {
  if ((query.get("sig") ?? "") !== "") return undefined;
  const refused = "Server failed to authenticate the request: the signature is missing.";
  return { status: 403, refused, code: "AuthenticationFailed" };
}

async function receiveBlob(context: Context, call: Call, body: AsyncIterable<Uint8Array>): Promise<Received | Refusal> {
  const wrong = signatureRefusal(call);
  if (wrong) return wrong;
  const comp = call.query.get("comp");
  if (comp === null && call.headers["x-ms-blob-type"] !== "BlockBlob")
    return refuse("A mandatory header is missing: x-ms-blob-type.", undefined, "MissingRequiredHeader");
  if (comp === "blocklist") return receiveList(context, call, body);
  const block = call.query.get("blockid") ?? undefined;
  if (comp === "block" && block === undefined) return refuse("blockid is missing.", "blockid");
  const writer = await startFile(context.disk);
  for await (const piece of body) {
    await writer.write(piece);
    if (writer.bytes <= MOST_BLOCK_BYTES) continue;
    await writer.discard();
    return { status: 413, refused: "The block is too large.", code: "RequestBodyTooLarge" };
  }
  const path = pathOf(call.id, block);
  return {
    identity: sha256(`${call.path} ${block ?? ""}`),
    act: async () => {
      await writer.finish(path);
      return { status: 201, json: "" };
    },
    discard: () => writer.discard(),
  };
}

/** Put Block List: the blob becomes its blocks, in the order of the list. */
async function receiveList(context: Context, call: Call, body: AsyncIterable<Uint8Array>): Promise<Received | Refusal> {
  let list = "";
  for await (const piece of body) list += Buffer.from(piece).toString("utf8");
  const blocks = [...list.matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, block]) => pathOf(call.id, block));
  for (const path of blocks)
    if ((await context.disk.size(path)) === undefined)
      return refuse("The specified block list is invalid.", undefined, "InvalidBlockList");
  return {
    identity: sha256(list),
    act: async () => {
      await copy(context, blocks, pathOf(call.id));
      return { status: 201, json: "" };
    },
    discard: async () => undefined,
  };
}

async function copy({ disk }: Context, from: readonly string[], to: string) {
  const writer = await startFile(disk);
  for (const path of from) for await (const piece of disk.read(path)) await writer.write(piece);
  return writer.finish(to);
}

async function getBlob({ disk }: Context, call: Call): Promise<Reply> {
  const wrong = signatureRefusal(call);
  if (wrong) return wrong;
  const bytes = await disk.size(pathOf(call.id));
  if (bytes === undefined) return { status: 404, refused: "The specified blob does not exist.", code: "BlobNotFound" };
  return { status: 200, bytes, stream: disk.read(pathOf(call.id)) };
}

/** @see https://learn.microsoft.com/rest/api/azureopenai/files/import */
async function importFile(context: Context, call: Call): Promise<Reply> {
  const body = parseJson(call.body.toString("utf8"));
  if (call.wire !== "azure" || !isObject(body)) return refuse("Expected Azure's import of a file.");
  const { purpose, filename, content_url: url } = body;
  if (purpose !== "fine-tune" || typeof filename !== "string" || typeof url !== "string" || !URL.canParse(url))
    return refuse("Expected purpose fine-tune, filename and content_url.", undefined, "invalidPayload");
  const { pathname, searchParams } = new URL(url);
  const blob = pathname.startsWith(CONTAINER) ? decodeURIComponent(pathname.slice(CONTAINER.length)) : "";
  const isThere = (searchParams.get("sig") ?? "") !== "" && (await context.disk.size(pathOf(blob))) !== undefined;
  if (!isThere) return refuse("The content of content_url cannot be read.", "content_url", "invalidPayload");
  const id = context.state.newId("file-");
  const path = `files/${id}.jsonl`;
  const content = await copy(context, [pathOf(blob)], path);
  const { wire } = call;
  const file: FileRecord = { ...content, id, wire, path, filename, purpose, created: context.clock.now() };
  await context.state.record({ type: "file", file });
  return json(fileView(context, file), 201);
}
