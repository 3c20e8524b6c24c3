import { setTimeout as wait } from "node:timers/promises";
import { inputFiles, readingProvider } from "corrigenda/engine";
import { collect, nodeDisk, readJsonl, readText } from "corrigenda/files";
import { requestKey } from "corrigenda/provider";
import { billKey, type OfflineService, readBill, startOfflineService } from "corrigenda/provider/offline";
import { realClock } from "corrigenda/time";
import { setUp, simulateWhyfix, stepQuestion } from "corrigenda/whyfix";
import { afterAll, afterEach, expect, test } from "vitest";
import { done, start, temporary } from "./script.ts";

const CONCURRENCY = 4;
/** Bytes by which the journal grows before each SIGKILL: some 50, 100 and 70 calls. */
const KILLS = [8_000, 16_000, 11_000];
const RUN = "whyfix/0622-1458";

const root = temporary("online");
const services = new Set<OfflineService>();
afterEach(async () => {
  for (const service of services) await service.close();
  services.clear();
});
afterAll(() => root.remove("."));

/** The words that lead a script to a service of its own over a results folder. */
async function serve(folder: string): Promise<string[]> {
  const disk = nodeDisk(root.resolve(`${folder}/.offline`));
  const pace = { validateMs: 0, perRequestMs: 0, finalizeMs: 0 };
  const service = await startOfflineService({ disk, clock: realClock, simulators: [simulateWhyfix], pace });
  services.add(service);
  return ["--base-url", service.url, "--results", root.resolve(folder)];
}

const first = ["scripts/whyfix/step1.ts", "sample-longman", "small", "0622-1458"];
const second = ["scripts/whyfix/step2.ts", "0622-1458"];

interface Answered {
  readonly original_custom_id: string;
  readonly usd: number;
}

const tableOf = async (folder: string): Promise<Answered[]> =>
  (await readText(root, `${folder}/${RUN}/step2/step2.jsonl`))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Answered);

test("synchronous calls, killed three times on the way, end in the table that batches make, and the ledger knows every call", async () => {
  const batches = await serve("batch");
  await done(...first, ...batches);
  await done(...second, ...batches);

  const online = await serve("online");
  await done(...first, "--online", ...online);
  const journal = `online/${RUN}/step1/journal.jsonl`;
  const size = async (): Promise<number> => (await root.size(journal)) ?? 0;
  const calls = ["--concurrency", String(CONCURRENCY), ...online];
  for (const growth of KILLS) {
    const until = (await size()) + growth;
    const life = start([...second, ...calls]);
    while ((await size()) < until) await Promise.race([wait(1), life.ended.then(failed)]);
    life.kill("SIGKILL");
    expect((await life.ended).code).toBeNull();
  }
  await done(...second, ...calls);

  const [theirs, ours] = [await tableOf("batch"), await tableOf("online")];
  expect(ours.map(withoutUsd)).toEqual(theirs.map(withoutUsd));
  for (const [place, { usd }] of theirs.entries()) expect(ours[place]?.usd).toBeCloseTo(usd * 2, 12); // no discount

  const ledger = await collect(readJsonl(root, `online/${RUN}/step2/ledger.jsonl`));
  const entries = ledger.map(({ value }) => value as { key: string; state?: "unknown"; calls?: number });
  const paid = new Set(entries.filter(({ state }) => state === undefined).map(({ key }) => key));
  const unknown = new Map(entries.flatMap(({ key, calls = 0 }) => (calls > 0 ? [[key, calls]] : [])));
  const billed = await billedByKey();
  expect(paid.size).toBe(billed.size);
  for (const [key, times] of billed) {
    expect(paid.has(key)).toBe(true);
    expect(times - 1).toBeLessThanOrEqual(unknown.get(key) ?? 0);
  }
  const sum = [...unknown.values()].reduce((a, b) => a + b, 0);
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThanOrEqual(KILLS.length * CONCURRENCY);
});

function failed(): never {
  throw new Error("the script ended before it was killed");
}

function withoutUsd({ usd, ...rest }: Answered): Omit<Answered, "usd"> {
  return rest;
}

/** How often the service billed each of step 1's requests, by the key that the engine knows it by. */
async function billedByKey(): Promise<Map<string, number>> {
  const provider = readingProvider({ name: "offline" });
  const setup = await setUp(inputFiles(nodeDisk(".")), {
    sampleType: "sample-longman",
    embedding: "small",
    experiment: "scripts/whyfix/experiment.yaml",
  });
  const { prompt, rows } = stepQuestion(setup, 1);
  const keyOf = new Map<string, string>();
  for (const row of rows()) {
    const wire = provider.encode(prompt.request(row));
    keyOf.set(billKey(wire.endpoint, Buffer.from(wire.body)), requestKey(provider, wire));
  }
  const billed = new Map<string, number>();
  for await (const line of readBill(nodeDisk(root.resolve("online/.offline")))) {
    if (line.kind !== "online") continue;
    const key = keyOf.get(line.key) ?? `billed, but no request of step 1: ${line.key}`;
    billed.set(key, (billed.get(key) ?? 0) + 1);
  }
  return billed;
}
