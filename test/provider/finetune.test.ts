import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { collect, type Disk, memoryDisk } from "corrigenda/files";
import {
  blobContainer,
  blobSender,
  deploy,
  deploymentPlan,
  followJob,
  hostingUsdPerHour,
  offlineTuning,
  openTuning,
  openTuningLog,
  putBlob,
  startJob,
  type TuningEntry,
  type TuningFile,
  type TuningPlace,
  tunableModel,
  tuningDates,
  undeploy,
  uploadFiles,
  withoutSas,
} from "corrigenda/provider";
import {
  type FaultPlan,
  noFaults,
  type OfflineService,
  readBill,
  startOfflineService,
} from "corrigenda/provider/offline";
import { scaledClock } from "corrigenda/time";
import { afterEach, describe, expect, test } from "vitest";

const clock = scaledClock(1_000);
const services = new Set<OfflineService>();
afterEach(async () => {
  for (const service of services) await service.close();
  services.clear();
});

async function serve(disk: Disk, rates: FaultPlan["rates"] = {}, perRequestMs = 1): Promise<string> {
  const faults = { ...noFaults, seed: 1126, rates, hangMs: 1_000 };
  const pace = { validateMs: 200, perRequestMs, finalizeMs: 300 };
  const service = await startOfflineService({ disk, clock, simulators: [], faults, pace });
  services.add(service);
  return service.url;
}

const line = JSON.stringify({
  messages: ["system", "user", "assistant"].map((role) => ({ role, content: `a ${role}` })),
});
const TEXT = `\uFEFF${`${line}\n`.repeat(12)}`;
const fileOf = (name: string, text = TEXT): TuningFile => ({
  ...{ name, bytes: Buffer.byteLength(text), blob: async () => new Blob([text]) },
});
const FILES = [fileOf("ielts-0123-train.jsonl"), fileOf("ielts-0123-validation.jsonl")];
const request = { model: "gpt-4o-mini-2024-07-18", suffix: "ielts", seed: 1, mark: "0123" };
const signal = new AbortController().signal;

/** From files to the end of a job, with a journal in memory. */
async function wholeWay(place: TuningPlace, onEvents: (n: number) => void = () => undefined) {
  const [training = "", validation = ""] = await uploadFiles(place, FILES);
  const { id } = await startJob(place, { ...request, training, validation });
  const told = { known: new Set<string>(), onJob: () => undefined };
  return followJob(place, id, { ...told, onEvents: async (events) => onEvents(events.length) });
}

function placeOf(
  url: string,
  entries: TuningEntry[] = [],
  add = async (entry: TuningEntry) => void entries.push(entry),
) {
  const api = offlineTuning(url, "azure", clock);
  return { api, clock, signal, journal: { entries, add }, pollMs: 100, graceMs: 25_000 } satisfies TuningPlace;
}
const jobsIn = async (disk: Disk) => (await collect(readBill(disk))).filter(({ kind }) => kind === "tuning_created");

test("files are uploaded, a job is made and followed to its model, every event once", async () => {
  const disk = memoryDisk();
  let events = 0;
  const job = await wholeWay(placeOf(await serve(disk)), (n) => {
    events += n;
  });
  expect(job).toMatchObject({ status: "succeeded", detail: "succeeded" });
  expect(job.model).toContain("ft-offline");
  // Two at the start, two on the way, two at the end, and at most fifty steps.
  expect(events).toBe(56);
  expect(await jobsIn(disk)).toMatchObject([{ tokens: job.trainedTokens }]);
});

test("killed before or after any note in the journal, the next command starts no second job and uploads no second file", async () => {
  for (let kill = 0; kill < 7; kill += 1) {
    const disk = memoryDisk();
    const url = await serve(disk);
    const entries: TuningEntry[] = [];
    let notes = 0;
    const dying = placeOf(url, entries, async (entry) => {
      if (notes === kill) throw new Error("killed");
      notes += 1;
      entries.push(entry);
    });
    await wholeWay(dying).catch(() => undefined);
    await wholeWay(placeOf(url, entries));
    expect([kill, (await jobsIn(disk)).length]).toEqual([kill, 1]);
    const reply = await fetch(`${url}/openai/files`, { headers: { "api-key": "k" } });
    const { data } = (await reply.json()) as { data: unknown[] };
    expect([kill, data.length]).toEqual([kill, 2]);
  }
});

test.each<[string, FaultPlan["rates"]]>([
  ["the answer is lost", { cutAfter: 1 }],
  ["the request is lost", { cutBefore: 1 }],
  ["the service fails", { server: 1 }],
  ["the rate is limited", { rateShort: 1 }],
  ["the list is late", { cutAfter: 1, listDelay: 1 }],
])("one job is paid for where %s", async (_, rates) => {
  const disk = memoryDisk();
  const entries: TuningEntry[] = [];
  const place = placeOf(await serve(disk, rates), entries);
  expect((await wholeWay(place)).status).toBe("succeeded");
  expect(await jobsIn(disk)).toHaveLength(1);
});

test("the same files find their job again where the journal is gone", async () => {
  const disk = memoryDisk();
  const url = await serve(disk);
  const first = await wholeWay(placeOf(url));
  const second = placeOf(url);
  const [training = "", validation = ""] = await uploadFiles(second, FILES);
  expect(await startJob(second, { ...request, training, validation })).toEqual({ id: first.id, adopted: true });
});

test("a failed job is said so and followed by a new one only on the next command", async () => {
  const disk = memoryDisk();
  const url = await serve(disk);
  const entries: TuningEntry[] = [];
  const place = placeOf(url, entries);
  const [training = ""] = await uploadFiles(place, [fileOf("ielts-9-train.jsonl", `\uFEFF${line}\n`)]);
  const told = { known: new Set<string>(), onEvents: async () => undefined, onJob: () => undefined };
  const { id } = await startJob(place, { ...request, training });
  const failed = await followJob(place, id, told);
  expect([failed.status, failed.reason]).toEqual(["failed", expect.stringContaining("at least 10 examples")]);
  expect(entries.at(-1)).toEqual({ step: "ended", job: id });
  expect((await startJob(place, { ...request, training })).id).not.toBe(id);
});

test("a service that no longer tunes is one sentence, and not a matter of the key", async () => {
  const entries: TuningEntry[] = [];
  const place = placeOf(await serve(memoryDisk(), { noTuning: 1 }), entries);
  const [training = ""] = await uploadFiles(place, FILES);
  await expect(startJob(place, { ...request, training })).rejects.toMatchObject({
    code: "refused",
    message: expect.stringMatching(
      /^offline does not let this account fine-tune gpt-4o-mini-2024-07-18 \(403 .*--target$/,
    ),
  });
  const unknown = startJob(placeOf(await serve(memoryDisk())), { ...request, training, model: "gpt-6-luna" });
  await expect(unknown).rejects.toMatchObject({ code: "refused" });
});

test("an abort leaves the job running", async () => {
  const disk = memoryDisk();
  const stop = new AbortController();
  // The job takes days.
  const place = { ...placeOf(await serve(disk, {}, 3_600_000)), signal: stop.signal };
  const [training = ""] = await uploadFiles(place, FILES);
  const { id } = await startJob(place, { ...request, training });
  const told = { known: new Set<string>(), onEvents: async () => undefined, onJob: () => stop.abort() };
  await expect(followJob(place, id, told)).rejects.toThrow();
  expect((await collect(readBill(disk))).map(({ kind }) => kind)).toEqual(["tuning_created"]);
});

test("OpenAI's dialect: method and metadata travel, Azure's dated versions get hyperparameters alone", async () => {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer((call, reply) => {
    let text = "";
    call.on("data", (piece) => {
      text += piece;
    });
    call.on("end", () => {
      bodies.push(JSON.parse(text));
      reply.writeHead(200, { "content-type": "application/json" }).end('{"id":"ftjob-1"}');
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { OPENAI_API_KEY: "k", AZURE_OPENAI_API_KEY: "k" };
  for (const service of ["openai", "azure"] as const)
    await openTuning({ service, baseUrl }, env).create({ ...request, training: "f1", epochs: 2 });
  server.close();
  const common = { model: request.model, training_file: "f1", suffix: "ielts", seed: 1 };
  expect(bodies).toEqual([
    {
      ...common,
      method: { type: "supervised", supervised: { hyperparameters: { n_epochs: 2 } } },
      metadata: { corrigenda: "0123" },
    },
    { ...common, hyperparameters: { n_epochs: 2 } },
  ]);
  expect(() => openTuning({ service: "azure" }, { AZURE_OPENAI_API_KEY: "k" })).toThrow(
    "AZURE_OPENAI_ENDPOINT is not set",
  );
});

test("the log keeps journal and events through a torn line", async () => {
  const disk = memoryDisk();
  const first = await openTuningLog(disk, "f");
  await first.journal.add({ step: "upload", file: "a" });
  await first.addEvents([{ id: "e1", at: 1, level: "info", message: "m" }]);
  await first.close();
  const torn = await disk.append("f/journal.jsonl", "bytes");
  await torn.write('{"step":"uplo');
  await torn.close();
  const second = await openTuningLog(disk, "f");
  await second.journal.add({ step: "create" });
  await second.close();
  const third = await openTuningLog(disk, "f");
  expect(third.journal.entries).toEqual([{ step: "upload", file: "a" }, { step: "create" }]);
  expect(third.events.map(({ id }) => id)).toEqual(["e1"]);
  await third.close();
});

describe("Blob storage", () => {
  const SECRET = "Zm9v+bar/baz=";
  const sas = (url: string): string => `${url}/offline/blobs?sv=2024-11-04&sp=cwr&sig=${encodeURIComponent(SECRET)}`;
  const read = async (url: string, name: string) => (await fetch(`${url}/offline/blobs/${name}?sig=s`)).text();

  test("a file goes up in one request, or in blocks, and is the same bytes", async () => {
    const url = await serve(memoryDisk());
    const text = "é€".repeat(1_000);
    await putBlob(sas(url), "one.jsonl", new Blob([text]), { clock });
    await putBlob(sas(url), "many.jsonl", new Blob([text]), { clock, blockBytes: 777 });
    expect([await read(url, "one.jsonl"), await read(url, "many.jsonl")]).toEqual([text, text]);
  });

  test("the service imports what lies there, and the job is as any other; faults on the way are got over", async () => {
    const disk = memoryDisk();
    const url = await serve(disk, { server: 0.3, cutBefore: 0.2 });
    const place = placeOf(url);
    const send = blobSender(place.api, sas(url), { clock, blockBytes: 400 });
    const [training = "", validation = ""] = await uploadFiles(place, FILES, send);
    const { id } = await startJob(place, { ...request, training, validation });
    const told = { known: new Set<string>(), onEvents: async () => undefined, onJob: () => undefined };
    expect((await followJob(place, id, told)).status).toBe("succeeded");
    expect(JSON.stringify(place.journal.entries)).not.toContain("Zm9v");
  });

  test("its signature is in no error: refused, unreachable, not imported, not understood", async () => {
    const url = await serve(memoryDisk());
    const { api } = placeOf(url);
    const errors: unknown[] = [];
    const keep = (error: unknown): void => void errors.push(error);
    const refused = sas(url).replace("/offline/blobs", "/offline/none");
    await putBlob(refused, "a", new Blob(["x"]), { clock }).catch(keep);
    await putBlob(sas("http://127.0.0.1:9"), "a", new Blob(["x"]), { clock }).catch(keep);
    await api.importFile("a", `${url}/offline/blobs/absent?sig=${encodeURIComponent(SECRET)}`).catch(keep);
    for (const wrong of [
      `http://example.org/c?sig=${SECRET}`,
      `https://a.blob.core.windows.net/c?sp=r`,
      `x${SECRET}`,
      `https://a.blob.core.windows.net/c/a.jsonl?sig=${SECRET}`,
    ])
      try {
        blobContainer({ AZURE_BLOB_SAS: wrong });
      } catch (error) {
        keep(error);
      }
    expect(errors).toHaveLength(7);
    const shown = errors.map((error) =>
      error instanceof Error ? `${error.stack} ${String(error.cause)} ${JSON.stringify(error)}` : "",
    );
    for (const one of shown) expect(one).not.toMatch(/Zm9v|baz/);
    expect(withoutSas(`GET ${sas(url)}: ${SECRET}`, sas(url))).not.toMatch(/Zm9v|sp=cwr/);
    const right = `https://a.blob.core.windows.net/c?sv=1&sig=${SECRET}`;
    expect(blobContainer({ AZURE_BLOB_SAS: right })).toBe(right);
  });
});

describe("a deployment on Azure", () => {
  const planned = (management: string, model: string, more: { sku?: string; deployment?: string } = {}) =>
    deploymentPlan({
      ...{ management, subscription: "s", resourceGroup: "r g", account: "a", deployment: "ielts", model },
      ...{ sku: "Standard", capacity: 1, ...more },
    });

  test("is the request of Microsoft's page", () => {
    // @see learn.microsoft.com, Deploy a fine-tuned model, REST
    expect(planned("https://management.azure.com/", "m.ft-1")).toEqual({
      deployment: "ielts",
      url: "https://management.azure.com/subscriptions/s/resourceGroups/r%20g/providers/Microsoft.CognitiveServices/accounts/a/deployments/ielts?api-version=2024-10-01",
      body: {
        sku: { name: "Standard", capacity: 1 },
        properties: { model: { format: "OpenAI", name: "m.ft-1", version: "1" } },
      },
    });
  });

  test("is made once however often it is asked for, through faults; another model is refused its name; it can be deleted", async () => {
    const disk = memoryDisk();
    const url = await serve(disk, { server: 0.3, cutAfter: 0.3 });
    const { model = "" } = await wholeWay(placeOf(url));
    const place = { token: "t", clock, signal, pollMs: 100 };
    expect(await deploy(planned(url, model), place)).toBe("made");
    expect(await deploy(planned(url, model), place)).toBe("there");
    await expect(deploy(planned(url, "other"), place)).rejects.toThrow(/holds another model/);
    await expect(deploy(planned(url, "none", { deployment: "b" }), place)).rejects.toThrow(
      /400 DeploymentModelNotFound/,
    );
    expect([await undeploy(planned(url, model), place), await undeploy(planned(url, model), place)]).toContain(false);
    const kinds = (await collect(readBill(disk))).map(({ kind }) => kind);
    expect(kinds.filter((kind) => /deploy/.test(kind))).toEqual(["deployed", "undeployed"]);
  });

  test("without a token that is accepted says which variable to set", async () => {
    const place = { token: "", clock, signal, pollMs: 100 };
    await expect(deploy(planned(await serve(memoryDisk()), "m"), place)).rejects.toThrow(/AZURE_MANAGEMENT_TOKEN/);
  });
});

test("the table of dates and prices knows dated and undated ids", () => {
  // Notices of OpenAI of 2026-05-07 and 2026-10-14; Microsoft's retirement schedule of fine-tuned models, 2026-07-07.
  expect(tuningDates("openai", "gpt-4o-mini")).toEqual({
    ...{ newUntil: "2026-07-02", until: "2027-01-06", servedUntil: "2027-01-14" },
  });
  expect(tuningDates("azure", "gpt-4.1-2025-04-14")?.until).toBe("2027-04-14");
  expect(tuningDates("openai", "gpt-4.1-nano")).toBeUndefined();
  expect([tunableModel("gpt-4o-mini"), tunableModel("gpt-6-luna")]).toEqual(["gpt-4o-mini-2024-07-18", "gpt-6-luna"]);
  // Microsoft, cost management for fine-tuning, 2026-02-11.
  expect(["Standard", "DeveloperTier", "other"].map(hostingUsdPerHour)).toEqual([1.7, 0, undefined]);
});
