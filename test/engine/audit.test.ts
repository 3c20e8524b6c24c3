import { auditBatches } from "corrigenda/engine";
import { type MemoryDisk, memoryDisk } from "corrigenda/files";
import { openLocalStore } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { expect, test } from "vitest";
import { makeStage, options } from "../results/fixture.ts";
import { created, ingested, planned, writeJournal } from "./journals.ts";

/** What the service did: batches with the requests that each billed. */
type Service = Readonly<Record<string, readonly string[]>>;
/** What the client knows: chunk → batch in its journal, and replies kept by batch. */
interface Client {
  readonly journal: Readonly<Record<string, string>>;
  readonly kept: Readonly<Record<string, readonly string[]>>;
}

const honest = { journal: { a: "batch-1", b: "batch-2" }, kept: { "batch-1": ["x", "y"], "batch-2": ["z"] } };
const zeros = { lost: 0, createdTwice: 0, paidTwice: 0 };

test("where every billed reply is kept and every batch is known, all counts but the totals are 0", async () => {
  expect(await audited({ "batch-1": ["x", "y"], "batch-2": ["z"] }, honest)).toEqual({
    batches: 2,
    billed: 3,
    ...zeros,
  });
});

test("a reply that was billed and not kept is lost", async () => {
  const kept = { ...honest.kept, "batch-1": ["x"] };
  expect(await audited({ "batch-1": ["x", "y"], "batch-2": ["z"] }, { ...honest, kept })).toMatchObject({
    ...{ ...zeros, lost: 1 },
  });
});

test("a reply kept with one batch does not make up for one lost with another", async () => {
  const kept = { "batch-1": ["x"], "batch-2": ["z", "w"] };
  expect(await audited({ "batch-1": ["x", "y"], "batch-2": ["z"] }, { ...honest, kept })).toMatchObject({ lost: 1 });
});

test("a batch that no journal knows was created once too often", async () => {
  const service = { "batch-1": ["x", "y"], "batch-2": ["z"], "batch-3": [] };
  expect(await audited(service, honest)).toEqual({ batches: 3, billed: 3, ...zeros, createdTwice: 1 });
});

test("a request billed in two batches of one run was paid twice", async () => {
  const kept = { "batch-1": ["x", "y"], "batch-2": ["z", "y"] };
  expect(await audited({ "batch-1": ["x", "y"], "batch-2": ["z", "y"] }, { ...honest, kept })).toEqual({
    ...{ batches: 2, billed: 4, ...zeros, paidTwice: 1 },
  });
});

test("the same request in two runs is paid by each, and by neither twice", async () => {
  const [state, root] = [await bill({ "batch-1": ["x"], "batch-2": ["x"] }), memoryDisk()];
  const store = memoryDisk();
  for (const [run, batch] of [
    ["r1", "batch-1"],
    ["r2", "batch-2"],
  ] as const) {
    await makeStage(options(root, { run }));
    await writeJournal(root, `demo/${run}/step1`, [planned("a"), created("a", batch), ingested("a", batch, 1)]);
    await keep(store, `demo/${run}/step1`, { [batch]: ["x"] });
  }
  expect(await auditBatches(state, root, store)).toEqual({ batches: 2, billed: 2, ...zeros });
});

async function audited(service: Service, { journal, kept }: Client): Promise<unknown> {
  const [root, store] = [memoryDisk(), memoryDisk()];
  await makeStage(options(root));
  const events = Object.entries(journal).map(([chunk, batch]) => created(chunk, batch));
  await writeJournal(root, "demo/r1/step1", [planned(...Object.keys(journal)), ...events]);
  await keep(store, "demo/r1/step1", kept);
  return auditBatches(await bill(service), root, store);
}

/** A service's folder with the batches that it created and billed. */
async function bill(service: Service): Promise<MemoryDisk> {
  const state = memoryDisk();
  const input = { path: "files/x", sha256: "0", bytes: 1, lines: 2 };
  const batches = Object.keys(service).map((id) => ({
    ...{ type: "batch", batch: { id, wire: "openai", endpoint: "/v1/responses", created: 0, metadata: null, input } },
  }));
  await state.write("state.jsonl", batches.map((event) => `${JSON.stringify(event)}\n`).join(""));
  for (const [batch, keys] of Object.entries(service)) {
    const lines = keys.map((key) => JSON.stringify({ kind: "batch", at: 1, batch, custom_id: key, key, model: "m" }));
    await state.write(`bills/${batch}.jsonl`, lines.map((line) => `${line}\n`).join(""));
  }
  return state;
}

async function keep(disk: MemoryDisk, run: string, kept: Client["kept"]): Promise<void> {
  const store = await openLocalStore(disk, realClock);
  for (const [via, keys] of Object.entries(kept)) {
    await store.put(
      keys.map((key) => ({ key: key.charCodeAt(0).toString(16).repeat(32), run, via, usd: 1, raw: "{}" })),
    );
  }
  await store.close();
}
