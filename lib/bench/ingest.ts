import { type BatchEvent, openBatchJob } from "corrigenda/batch";
import { type Disk, lineBlocks, nodeDisk } from "corrigenda/files";
import { type BatchApi, openProvider, type Prompt, priceUsd } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { peakMb } from "./child.ts";

/** How much result text was gone through, and how fast. */
export interface Ingested {
  /** 10^6 bytes. */
  readonly mb: number;
  readonly seconds: number;
  /** Peak memory of this process, MB of 2^20 bytes. */
  readonly peak: number;
}

const TEXT = "The noun asks for another verb in this place. ".repeat(34);
const USAGE = { input_tokens: 400, output_tokens: 300, total_tokens: 700 };

/** Works on a job whose batches are answered on disk: hands it in, or resumes it until its results are kept. */
export async function ingestJob(disk: Disk, requests: number, until: "submitted" | "done"): Promise<Ingested> {
  const start = realClock.now();
  const openai = openProvider({ name: "openai" }, { OPENAI_API_KEY: "none" });
  const provider = { ...openai, ...(openai.batch && { batch: onDisk(openai.batch, disk) }) };
  const store = await openLocalStore(nodeDisk(disk.resolve("store")), realClock);
  const journal = await openJournal<BatchEvent>(disk, "journal.jsonl");
  const nothing = { tokens: 4, usd: 0, usdLow: 0, usdHigh: 0 };
  const job = openBatchJob({
    ...{ prompt, provider, store, journal, disk, run: "bench/ingest/one", clock: realClock, rng: keyedRng(1) },
    estimate: () => nothing,
    price: (model, usage) => priceUsd({ provider: "openai", model, usage, batch: true, at: start }),
    policy: { pollMs: 1, maxPollMs: 1 },
  });
  await job.plan(() => numbers(requests));
  await job.advance(until);
  await store.close();
  await journal.close();
  return ended(disk, start);
}

/** The floor: the same lines, split and parsed, and nothing kept. */
export async function parseBare(disk: Disk): Promise<Ingested> {
  const start = realClock.now();
  for (const name of await disk.list("out")) {
    for await (const lines of lineBlocks(disk.read(`out/${name}`)))
      for (const line of lines) JSON.parse(line.toString("utf8"));
  }
  return ended(disk, start);
}

const prompt: Prompt<number, string> = {
  name: "bench",
  id: (n) => `row_${n}`,
  request: (n) => ({ model: "gpt-4o-mini", messages: [{ role: "user", content: `Why ${n}?` }] }),
  parse: (reply) => reply.text,
};

function* numbers(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}

async function ended(disk: Disk, start: number): Promise<Ingested> {
  const seconds = (realClock.now() - start) / 1000;
  let bytes = 0;
  for (const name of await disk.list("out")) bytes += (await disk.size(`out/${name}`)) ?? 0;
  return { mb: bytes / 1e6, seconds, peak: await peakMb() };
}

function answer(id: string): string {
  const output = [{ type: "message", role: "assistant", content: [{ type: "output_text", text: `${id} ${TEXT}` }] }];
  const body = {
    id: `resp_${id}`,
    object: "response",
    status: "completed",
    model: "gpt-4o-mini",
    output,
    usage: USAGE,
  };
  return `${JSON.stringify({ id, custom_id: id, response: { status_code: 200, request_id: id, body }, error: null })}\n`;
}

/** A service on disk: a batch's results are written when it is created, and streamed from there. */
function onDisk(api: BatchApi, disk: Disk): BatchApi {
  const counts = { total: 1, done: 1, failed: 0 };
  const create: BatchApi["create"] = async (chunk) => {
    const draft = await disk.draft();
    for await (const lines of lineBlocks((await chunk.blob()).stream())) {
      await draft.write(lines.map((line) => answer(JSON.parse(line.toString()).custom_id)).join(""));
    }
    await draft.commit(`out/${chunk.key}`);
    return chunk.key;
  };
  const state = async () => ({ status: "completed", detail: "", counts, ready: true, errors: [] }) as const;
  return { ...api, upload: async () => "file", create, state, results: (id) => disk.read(`out/${id}`) };
}
