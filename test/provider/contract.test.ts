import { collect, lineBlocks, memoryDisk } from "corrigenda/files";
import { parseJson } from "corrigenda/json";
import {
  type BatchApi,
  type BatchLine,
  type Chunk,
  offlineProvider,
  type Provider,
  requestKey,
  type WireRequest,
} from "corrigenda/provider";
import { type OfflineService, readBill, startOfflineService } from "corrigenda/provider/offline";
import { type Clock, scaledClock } from "corrigenda/time";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const WIRES = ["openai", "azure", "anthropic"] as const;
const MODELS = { openai: "gpt-4o-mini", azure: "gpt-4o-mini", anthropic: "claude-sonnet-5" };
const CASES = WIRES.flatMap((wire) => (["sdk", "lean"] as const).map((transport) => [wire, transport] as const));

const disk = memoryDisk();
const clock: Clock = scaledClock(1000);
let service: OfflineService;
beforeAll(async () => {
  const simulators = [
    (request: { messages: readonly { content: string }[] }) => `re: ${request.messages.at(-1)?.content}`,
  ];
  service = await startOfflineService({ disk, clock, simulators });
});
afterAll(() => service.close());

function ask(provider: Provider, wire: (typeof WIRES)[number], n: number): WireRequest {
  const messages = [
    { role: "system", content: "Explain." },
    { role: "user", content: `“why” ${n}?\n為什麼` },
  ] as const;
  return provider.encode({ model: MODELS[wire], messages, maxOutputTokens: 100 });
}

/** A chunk of `n` requests with readable ids. `salt` keeps tests apart. */
async function chunkOf(provider: Provider, wire: (typeof WIRES)[number], n: number, salt: string): Promise<Chunk> {
  const requests = Array.from({ length: n }, (_, i) => ask(provider, wire, i));
  const lines = requests.map((request, i) => `${batchOf(provider).line(`${salt}_${i}`, request)}\n`).join("");
  const key = requestKey(provider, { ...(requests[0] as WireRequest), body: JSON.stringify([salt, lines]) });
  const { endpoint, model } = requests[0] as WireRequest;
  const size = { requests: n, bytes: Buffer.byteLength(lines), tokens: n * 20 };
  return { key, ...size, model, endpoint, blob: async () => new Blob([lines]) };
}

function batchOf(provider: Provider): BatchApi {
  if (!provider.batch) throw new Error("no batches");
  return provider.batch;
}

async function submitted(batch: BatchApi, chunk: Chunk): Promise<{ id: string; file: string | undefined }> {
  const file = await batch.upload(chunk);
  return { id: await batch.create(chunk, file), file };
}

async function ended(batch: BatchApi, id: string) {
  for (;;) {
    const state = await batch.state(id);
    if (state.status !== "waiting" && state.ready) return state;
    await clock.sleep(500);
  }
}

async function linesOf(batch: BatchApi, id: string): Promise<BatchLine[]> {
  const lines: BatchLine[] = [];
  for (const line of (await collect(lineBlocks(batch.results(id)))).flat()) {
    const value = parseJson(line.toString("utf8"));
    const read = value === undefined ? undefined : batch.read(value);
    if (read) lines.push(read);
  }
  return lines;
}

describe.each(CASES)("the provider contract over the %s wire, through %s", (wire, transport) => {
  const open = (): Provider => offlineProvider(service.url, wire, { transport, clock });

  it("has a name and a base that stay the same when the port changes", () => {
    const provider = open();
    expect([provider.name, provider.base]).toEqual(["offline", wire === "openai" ? "offline" : `offline/${wire}`]);
    const elsewhere = offlineProvider("http://127.0.0.1:1", wire);
    expect(requestKey(elsewhere, ask(elsewhere, wire, 1))).toBe(requestKey(provider, ask(provider, wire, 1)));
  });

  it("completes a request and decodes the reply with its usage", async () => {
    const provider = open();
    const reply = await provider.complete(ask(provider, wire, 1));
    expect(reply.status).toBe(200);
    const decoded = provider.decode(JSON.parse(reply.text));
    expect(decoded).toMatchObject({ text: "re: “why” 1?\n為什麼", finish: "stop" });
    expect(decoded.usage.input).toBeGreaterThan(5);
    expect(decoded.usage.output).toBeGreaterThan(1);
  });

  it("gives a refusal as a reply", async () => {
    const provider = open();
    const reply = await provider.complete({ ...ask(provider, wire, 1), body: '{"model":"m"}' });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.text)).toHaveProperty("error");
  });
});

describe.each(WIRES)("the batch contract over the %s wire", (wire) => {
  const open = (): Provider => offlineProvider(service.url, wire, { clock });

  it("submits, watches and reads a batch: every request comes back once, by its id", async () => {
    const provider = open();
    const batch = batchOf(provider);
    const chunk = await chunkOf(provider, wire, 5, "life");
    const { id } = await submitted(batch, chunk);
    const { status, counts } = await ended(batch, id);
    expect([status, counts]).toEqual(["completed", { total: 5, done: 5, failed: 0 }]);
    const lines = await linesOf(batch, id);
    const ids = Array.from({ length: 5 }, (_, i) => batch.wireId(`life_${i}`, chunk.key, i));
    expect(lines.map((line) => line.id).sort()).toEqual([...ids].sort());
    for (const line of lines) {
      const { text } = provider.decode(line.ok ? line.body : null);
      expect(text).toBe(`re: “why” ${ids.indexOf(line.id)}?\n為什麼`);
    }
    const bill = (await collect(readBill(disk))).filter((item) => item.kind === "batch" && item.batch === id);
    expect(bill).toHaveLength(5);
  });

  it("finds a batch that was created, and nothing for one that was not", async () => {
    const provider = open();
    const batch = batchOf(provider);
    const since = clock.now();
    const chunk = await chunkOf(provider, wire, 3, "lost");
    const other = await chunkOf(provider, wire, 3, "never");
    const { id, file } = await submitted(batch, chunk);
    await ended(batch, id);
    expect(await batch.find(chunk, since, file)).toBe(id);
    expect(await batch.find(chunk, since, undefined)).toBe(id);
    expect(await batch.find(other, since, undefined)).toBeUndefined();
  });

  it("cancels a batch: what was not done is worth another submission", async () => {
    const pace = { validateMs: 0, perRequestMs: 1000, finalizeMs: 0 };
    const slow = await startOfflineService({ disk: memoryDisk(), clock, simulators: [() => "re"], pace });
    try {
      const provider = offlineProvider(slow.url, wire, { clock });
      const batch = batchOf(provider);
      const { id } = await submitted(batch, await chunkOf(provider, wire, 2000, "stop"));
      await batch.cancel(id);
      const state = await ended(batch, id);
      expect(state.status).toBe("cancelled");
      const lines = await linesOf(batch, id);
      const undone = lines.filter((line) => !line.ok);
      expect(undone.length).toBeGreaterThan(0);
      expect(undone.every((line) => !line.ok && line.again)).toBe(true);
      expect(lines.length).toBe(2000);
    } finally {
      await slow.close();
    }
  });

  it("says that a batch is not there", async () => {
    await expect(batchOf(open()).state("batch_none")).rejects.toThrow(
      /^offline answered 404.* when asked to show a batch/,
    );
  });
});
