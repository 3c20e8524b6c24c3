import { isStudyError } from "corrigenda/error";
import type { Context } from "./context.ts";
import { type Call, json, type Received, type Reply, type Routes } from "./http.ts";
import { boundaryOf, type Part, readParts } from "./multipart.ts";
import { pageOf, shown } from "./paging.ts";
import type { FileRecord } from "./state.ts";
import { isRefusal, notFound, type Refusal, refuse, type Wire } from "./wire.ts";
import { type FileWriter, startFile } from "./writer.ts";

const MOST_BYTES = 512 * 2 ** 20;
const MOST_BATCH_BYTES = 200 * 2 ** 20;
const FIELD_LIMIT_BYTES = 4096;
const PURPOSES = ["batch", "fine-tune", "assistants", "user_data", "evals", "vision"];

/** Files of OpenAI and Azure: upload, list, retrieve, content, delete. */
export function filesRoutes(context: Context): Routes {
  const find = (call: Call): FileRecord | undefined => {
    const file = context.state.files.get(call.id);
    return file?.wire === call.wire ? file : undefined;
  };
  const found = (act: (file: FileRecord) => Reply | Promise<Reply>) => (call: Call) => {
    const file = find(call);
    return file ? act(file) : notFound("File", call.id);
  };
  return {
    "POST /v1/files": { receive: (call, body) => receiveFile(context, call, body) },
    "GET /v1/files": { act: (call) => listFiles(context, call) },
    "GET /v1/files/{id}": { act: found((file) => json(fileView(context, file))) },
    "GET /v1/files/{id}/content": {
      faults: ["cutDownload"],
      act: found((file) => ({ status: 200, bytes: file.bytes, stream: context.disk.read(file.path) })),
    },
    "DELETE /v1/files/{id}": { act: found((file) => deleteFile(context, file)) },
  };
}

/** A file as the API shows it. */
export function fileView(context: Context, file: FileRecord): object {
  const { id, bytes, filename, purpose } = file;
  const created_at = Math.floor(file.created / 1000);
  return { id, object: "file", bytes, created_at, filename, purpose, status: fileStatus(context, file) };
}

/** Azure looks at an uploaded file first; a batch or a job may use it only once that is done. */
export function fileStatus(context: Context, file: FileRecord): "pending" | "processed" {
  const waits = file.wire === "azure" && (file.purpose === "batch" || file.purpose === "fine-tune");
  return waits && context.clock.now() < file.created + context.pace.validateMs ? "pending" : "processed";
}

function listFiles(context: Context, call: Call): Reply {
  const purpose = call.query.get("purpose");
  const files = [...context.state.files.values()].filter(
    (file) => file.wire === call.wire && (purpose === null || file.purpose === purpose),
  );
  if (call.query.get("order") !== "asc") files.reverse();
  const page = shown(pageOf(files, call.query, { usual: 10_000, most: 10_000 }), (file) => fileView(context, file));
  return isRefusal(page) ? page : json(page);
}

async function deleteFile(context: Context, file: FileRecord): Promise<Reply> {
  await context.state.record({ type: "file_deleted", id: file.id });
  const batches = [...context.state.batches.values()];
  const inUse = batches.some((batch) => batch.input.path === file.path && !batch.ended);
  if (!inUse) await context.disk.remove(file.path); // an open batch still reads it
  return json({ id: file.id, object: "file", deleted: true });
}

interface Upload {
  readonly writer: FileWriter;
  purpose: string;
  filename: string | undefined;
}

async function receiveFile(context: Context, call: Call, body: AsyncIterable<Uint8Array>): Promise<Received | Refusal> {
  const boundary = boundaryOf(call.headers["content-type"] ?? "");
  if (boundary === undefined) return refuse("Expected a body of type multipart/form-data with a boundary.");
  const upload: Upload = { writer: await startFile(context.disk), purpose: "", filename: undefined };
  try {
    const refusal = await readForm(upload, readParts(body, boundary));
    if (!refusal) return received(context, call.wire, upload);
    await upload.writer.discard();
    return refusal;
  } catch (error) {
    await upload.writer.discard();
    if (isStudyError(error, "network")) return refuse(`Invalid form: ${error.message}.`);
    throw error;
  }
}

async function readForm(upload: Upload, parts: AsyncIterable<Part>): Promise<Refusal | undefined> {
  for await (const part of parts) {
    if (part.name === "file" && upload.filename === undefined) {
      upload.filename = part.filename ?? "upload";
      for await (const piece of part.body) {
        await upload.writer.write(piece);
        if (upload.writer.bytes > MOST_BYTES) return { status: 413, refused: "The file is larger than 512 MB." };
      }
    } else if (part.name === "purpose") upload.purpose = await fieldText(part);
  }
  if (upload.filename === undefined) return refuse("Missing required parameter: 'file'.", "file");
  if (!PURPOSES.includes(upload.purpose)) {
    return refuse(`Invalid 'purpose': expected one of ${PURPOSES.join(", ")}.`, "purpose", "invalid_value");
  }
  if (upload.purpose === "batch" && upload.writer.bytes > MOST_BATCH_BYTES) {
    return { status: 413, refused: "A file for a batch can be at most 200 MB." };
  }
  return undefined;
}

async function fieldText(part: Part): Promise<string> {
  let text = "";
  for await (const piece of part.body) if (text.length < FIELD_LIMIT_BYTES) text += piece.toString("utf8");
  return text;
}

async function received(context: Context, wire: Wire, upload: Upload): Promise<Received> {
  const id = context.state.newId("file-");
  const path = `files/${id}.jsonl`;
  const content = await upload.writer.finish(path);
  const { purpose, filename = "upload" } = upload;
  return {
    identity: content.sha256,
    act: async () => {
      const file: FileRecord = { ...content, id, wire, path, filename, purpose, created: context.clock.now() };
      await context.state.record({ type: "file", file });
      return json(fileView(context, file));
    },
    discard: () => context.disk.remove(path),
  };
}
