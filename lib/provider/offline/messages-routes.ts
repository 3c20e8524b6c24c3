import { parseJson } from "corrigenda/json";
import { inputTokens } from "./answer.ts";
import { messageBatchView } from "./batch-view.ts";
import { cancelBatch, visibleBatches } from "./batches-routes.ts";
import type { Context } from "./context.ts";
import { type Call, json, type Received, type Reply, type Routes } from "./http.ts";
import { pageOf } from "./paging.ts";
import type { Runner } from "./runner.ts";
import { isObject } from "./schema.ts";
import { requestSplitter } from "./splitter.ts";
import type { BatchRecord } from "./state.ts";
import { isRefusal, notFound, type Refusal, refuse } from "./wire.ts";
import { type FileWriter, startFile } from "./writer.ts";

const MOST_REQUESTS = 100_000;
const MOST_BYTES = 256 * 2 ** 20;

/** Anthropic's message batches: create, list, retrieve, results, cancel. */
export function messagesRoutes(context: Context, runner: Runner): Routes {
  const found = (act: (batch: BatchRecord, call: Call) => Reply | Promise<Reply>) => (call: Call) => {
    const batch = context.state.batches.get(call.id);
    return batch?.wire === "anthropic" ? act(batch, call) : notFound("Message Batch", call.id);
  };
  const view = (batch: BatchRecord, call: Call): Reply => json(messageBatchView(batch, baseOf(call)));
  return {
    "POST /v1/messages/batches": {
      faults: ["noCredit"],
      receive: (call, body) => receiveBatch(context, runner, body, baseOf(call)),
    },
    "GET /v1/messages/batches": { act: (call) => list(context, call) },
    "GET /v1/messages/batches/{id}": { act: found(view) },
    "GET /v1/messages/batches/{id}/results": {
      faults: ["cutDownload"],
      act: found((batch) => results(context, batch)),
    },
    "POST /v1/messages/batches/{id}/cancel": {
      act: found(async (batch, call) => (await cancelBatch(context, runner, batch)) ?? view(batch, call)),
    },
  };
}

function list(context: Context, call: Call): Reply {
  const page = pageOf(visibleBatches(context, "anthropic"), call.query, { usual: 20, most: 1000 });
  if (isRefusal(page)) return page;
  return json({ ...page, data: page.data.map((batch) => messageBatchView(batch, baseOf(call))) });
}

function results(context: Context, batch: BatchRecord): Reply {
  const file = context.state.files.get(batch.ended?.output ?? "");
  if (!file) return { status: 404, refused: `Batch ${batch.id} has no available results: it is still in progress.` };
  return { status: 200, bytes: file.bytes, stream: context.disk.read(file.path) };
}

/** Where the client sees the service. */
function baseOf(call: Call): string {
  return `http://${call.headers.host ?? "127.0.0.1"}`;
}

interface Intake {
  readonly writer: FileWriter;
  readonly seen: Set<string>;
  tokens: number;
  model: string;
}

async function receiveBatch(
  context: Context,
  runner: Runner,
  body: AsyncIterable<Uint8Array>,
  base: string,
): Promise<Received | Refusal> {
  const intake: Intake = { writer: await startFile(context.disk), seen: new Set(), tokens: 0, model: "" };
  try {
    const refusal = await readRequests(intake, body);
    if (!refusal) return await received(context, runner, intake, base);
    await intake.writer.discard();
    return refusal;
  } catch (error) {
    await intake.writer.discard();
    throw error;
  }
}

/** Writes each request as one line, as soon as it has arrived. */
async function readRequests(intake: Intake, body: AsyncIterable<Uint8Array>): Promise<Refusal | undefined> {
  const splitter = requestSplitter();
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) return { status: 413, refused: "Request exceeds the maximum allowed number of bytes." };
    for (const element of splitter.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))) {
      const refusal = await takeRequest(intake, element);
      if (refusal) return refusal;
    }
  }
  if (!splitter.whole) return refuse("The request body is not valid JSON with a list 'requests'.");
  if (intake.seen.size === 0) return refuse("requests: List should have at least 1 item");
  return undefined;
}

async function takeRequest(intake: Intake, element: Buffer): Promise<Refusal | undefined> {
  const place = `requests.${intake.seen.size}`;
  const request = parseJson(element.toString("utf8"));
  if (!isObject(request) || !isObject(request.params)) return refuse(`${place}.params: Field required`);
  const id = request.custom_id;
  if (typeof id !== "string" || !/^[a-zA-Z0-9_-]{1,64}$/.test(id)) {
    return refuse(`${place}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`);
  }
  if (intake.seen.has(id)) return refuse(`${place}.custom_id: Duplicate custom_id '${id}'`);
  if (intake.seen.size >= MOST_REQUESTS) return refuse(`requests: at most ${MOST_REQUESTS} items`);
  intake.seen.add(id);
  intake.tokens += inputTokens("/v1/messages", request.params);
  intake.model ||= String(request.params.model);
  await intake.writer.write(oneLine(element));
  await intake.writer.write("\n");
  return undefined;
}

/** A line break in JSON text is a blank between tokens. */
function oneLine(element: Buffer): Buffer {
  if (!element.includes(0x0a) && !element.includes(0x0d)) return element;
  return element.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte)) as Buffer;
}

async function received(context: Context, runner: Runner, intake: Intake, base: string): Promise<Received> {
  const id = context.state.newId("msgbatch_");
  const path = `files/${id}.jsonl`;
  const content = await intake.writer.finish(path);
  return {
    identity: content.sha256,
    act: async () => {
      const now = context.clock.now();
      const batch: BatchRecord = {
        ...{ id, wire: "anthropic", endpoint: "/v1/messages", created: now, metadata: null },
        input: { ...content, path },
        accepted: { at: now, total: intake.seen.size, tokens: intake.tokens, model: intake.model },
      };
      await context.state.record({ type: "batch", batch });
      runner.start(batch);
      return json(messageBatchView(batch, base));
    },
    discard: () => context.disk.remove(path),
  };
}
