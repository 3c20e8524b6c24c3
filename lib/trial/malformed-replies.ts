import { type BatchEvent, openBatchJob } from "corrigenda/batch";
import { StudyError } from "corrigenda/error";
import { collect, memoryDisk } from "corrigenda/files";
import { type OnlineEvent, runOnline } from "corrigenda/online";
import {
  type BatchApi,
  type HttpReply,
  type Outcome,
  openProvider,
  type Prompt,
  type Provider,
} from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import { virtualClock } from "corrigenda/time";
import type { Eater } from "./malformed.ts";

const WIRES = ["chat", "responses", "messages"] as const;
type Wire = (typeof WIRES)[number];

const ROWS = [1, 2, 3];
const RUN = "malformed/r/s";
/** Where a batch's ids carry the mark of its file, they start with it. */
const MARK = "MARK-";

const promptOf = (wire: Wire): Prompt<number, string> => ({
  name: "square",
  id: (n) => `row_${n}`,
  request: (n) => ({
    ...{ model: wire === "messages" ? "claude-sonnet-5" : "gpt-4o-mini", maxOutputTokens: 10 },
    messages: [{ role: "user", content: `${n}` }],
    ...(wire !== "messages" && { format: wire }),
  }),
  parse: ({ text }) => text,
});

function providerOf(wire: Wire): Provider {
  const name = wire === "messages" ? "anthropic" : "openai";
  return openProvider({ name }, { OPENAI_API_KEY: "sk-none", ANTHROPIC_API_KEY: "sk-none" });
}

const USAGE = { input_tokens: 9, output_tokens: 3 };

function bodyOf(wire: Wire): object {
  const about = { id: "x", model: "m" };
  if (wire === "messages")
    return { ...about, type: "message", content: [{ type: "text", text: "4" }], stop_reason: "end_turn", usage: USAGE };
  if (wire === "responses") {
    const content = [{ type: "output_text", text: "4" }];
    return { ...about, status: "completed", output: [{ type: "message", role: "assistant", content }], usage: USAGE };
  }
  const choices = [{ index: 0, message: { role: "assistant", content: "4" }, finish_reason: "stop" }];
  return { ...about, choices, usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 } };
}

function lineOf(wire: Wire, id: string): string {
  return wire === "messages"
    ? JSON.stringify({ custom_id: id, result: { type: "succeeded", message: bodyOf(wire) } })
    : JSON.stringify({ custom_id: id, response: { status_code: 200, body: bodyOf(wire) }, error: null });
}

/** A damaged answer to a synchronous call, 200 or refusal, its words also in the headers; the next ones are sound. */
export const replies: Eater = {
  name: "replies",
  originals: WIRES.flatMap((wire) => [
    { file: `${wire} 200`, bytes: Buffer.from(JSON.stringify(bodyOf(wire))) },
    { file: `${wire} 429`, bytes: Buffer.from('{"error":{"code":"rate_limit","message":"slow down, 7"}}') },
    { file: `${wire} 500`, bytes: Buffer.from("<html><title>502 Bad Gateway</title></html>") },
  ]),
  eat: async (file, bytes) => {
    const [wire, status] = file.split(" ") as [Wire, string];
    const words = bytes
      .toString("latin1")
      .replace(/[\r\n\0]/g, " ")
      .slice(0, 200);
    const odd: HttpReply = {
      ...{ status: Number(status), text: new TextDecoder().decode(bytes) },
      headers: { "retry-after": words, "x-ratelimit-remaining-tokens": words, "x-request-id": words },
    };
    const sound: HttpReply = { status: 200, headers: {}, text: JSON.stringify(bodyOf(wire)) };
    const disk = memoryDisk();
    let calls = 0;
    const ask = async (): Promise<Outcome<number, string>[]> => {
      const [clock, journal] = [virtualClock(), await openJournal<OnlineEvent>(disk, "journal.jsonl")];
      const store = await openLocalStore(disk, clock);
      const provider = { ...providerOf(wire), complete: async () => (++calls === 2 ? odd : sound) };
      const how = { rng: keyedRng(1), concurrency: 1, timeoutMs: 60_000, price: () => 0.01, clock, run: RUN };
      const all = runOnline({ rows: ROWS, prompt: promptOf(wire), provider, store, journal, ...how });
      const outcomes = await clock.run(collect(all));
      await store.close();
      return outcomes;
    };
    const first = await ask();
    const asked = calls;
    const again = await ask();
    checkRows(first);
    checkRows(again);
    const failed = first.filter((one) => !one.ok && one.reply === undefined && one.error.code !== "reply").length;
    if (calls - asked > failed) throw new Error(`${calls - asked} kept replies were asked for again`);
  },
};

/** A damaged file of results; what it lacks is answered soundly by the next batch. */
export const resultFiles: Eater = {
  name: "result files",
  originals: WIRES.map((wire) => ({
    file: wire,
    bytes: Buffer.from(
      ROWS.map((n) => `${lineOf(wire, wire === "messages" ? MARK + (n - 1) : `row_${n}`)}\n`).join(""),
    ),
  })),
  eat: async (file, bytes) => {
    const wire = file as Wire;
    const [disk, clock] = [memoryDisk(), virtualClock()];
    const own = providerOf(wire);
    if (!own.batch) throw new Error(`${wire} has no batches`);
    const store = await openLocalStore(disk, clock);
    const journal = await openJournal<BatchEvent>(disk, "journal.jsonl");
    const provider = { ...own, batch: { ...own.batch, ...answering(wire, bytes) } };
    const job = openBatchJob<number, string>({
      ...{ prompt: promptOf(wire), provider, store, journal, disk, run: RUN, clock, rng: keyedRng(1) },
      estimate: () => ({ tokens: 1, usd: 0, usdLow: 0, usdHigh: 0 }),
      price: () => 0.01,
    });
    await job.plan(() => ROWS);
    await clock.run(job.advance("done"));
    checkRows(await collect(job.outcomes(ROWS)));
    await store.close();
  },
};

function answering(wire: Wire, first: Buffer): Partial<BatchApi> {
  const files: { readonly mark: string; readonly ids: readonly string[] }[] = [];
  const counts = { total: 1, done: 1, failed: 0 };
  return {
    upload: async () => "file",
    create: async (chunk) => {
      const mark = `${chunk.key.slice(0, 24)}-`;
      const lines = (await (await chunk.blob()).text()).trimEnd().split("\n");
      const ids = lines.map((line, at) =>
        wire === "messages" ? `${mark}${at}` : (JSON.parse(line) as { custom_id: string }).custom_id,
      );
      return `batch_${files.push({ mark, ids })}`;
    },
    find: async () => undefined,
    state: async () => ({ status: "completed", detail: "completed", counts, ready: true, errors: [] }),
    results: async function* (id) {
      const { mark, ids } = files[Number(id.slice(6)) - 1] ?? { mark: "", ids: [] };
      if (id === "batch_1") yield Buffer.from(first.toString("latin1").replaceAll(MARK, mark), "latin1");
      else yield Buffer.from(ids.map((one) => `${lineOf(wire, one)}\n`).join(""));
    },
  };
}

/** Each row once, in order, with a value or a sentence. */
function checkRows(outcomes: readonly Outcome<number, string>[]): void {
  const rows = outcomes.map(({ row }) => row).join();
  if (rows !== ROWS.join()) throw new Error(`rows ${ROWS} came out as ${rows}`);
  for (const outcome of outcomes)
    if (!outcome.ok && (!(outcome.error instanceof StudyError) || /\n\s+at /.test(outcome.error.message)))
      throw outcome.error;
}
