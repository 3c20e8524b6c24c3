import { type JsonObject, parseJson } from "corrigenda/json";
import type { Usage } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { type Answered, answer, billKey } from "./answer.ts";
import { type BillLine, batchBill } from "./bill.ts";
import { fullEndpoint } from "./check.ts";
import type { Context } from "./context.ts";
import { failedLine, goneLine, okLine, zeroLine } from "./lines.ts";
import { shuffledLines } from "./shuffle.ts";
import { memberBytes } from "./span.ts";
import type { BatchRecord, Ended, FileRecord } from "./state.ts";
import { isRefusal, type Refusal } from "./wire.ts";
import { type FileWriter, startFile } from "./writer.ts";

/** How a batch ends before its time: the requests from ordinal `after` on are not done. */
export interface Stop {
  readonly status: "expired" | "cancelled";
  readonly after: number;
}

export interface Produced {
  readonly ended: Ended;
  readonly files: readonly FileRecord[];
  readonly struck: readonly string[];
}

/** Answers the requests of a batch into an output file, an error file and a bill, in shuffled order. */
export async function produce(context: Context, batch: BatchRecord, stop: Stop | undefined): Promise<Produced> {
  const now = context.clock.now();
  const work = await startWork(context, batch, now);
  try {
    for await (const { line, ordinal } of shuffledLines(context.disk, batch.input)) {
      context.closing.throwIfAborted();
      await workLine(work, line, stop && ordinal >= stop.after ? stop.status : undefined);
    }
    if (context.faults.holds("tornTail", batch.input.sha256) && work.lastGood !== "") {
      await work.output.write(work.lastGood.slice(0, Math.floor(work.lastGood.length * 0.6)));
    }
    const files = await finish(work);
    const status = stop?.status ?? "completed";
    const { done, failed, gone, usage, struck } = work;
    const [output, error] = [files.output?.id, files.error?.id];
    return {
      ended: {
        ...{ at: now, status, total: done + failed, done, failed, gone, usage, problems: [] },
        ...(output !== undefined && { output }),
        ...(error !== undefined && { error }),
      },
      files: [files.output, files.error].filter((file) => file !== undefined),
      struck,
    };
  } catch (error) {
    await Promise.all([work.output.discard(), work.errors.discard(), work.bill.discard()]);
    throw error;
  }
}

interface Work {
  readonly context: Context;
  readonly batch: BatchRecord;
  readonly now: number;
  readonly output: FileWriter;
  readonly errors: FileWriter;
  readonly bill: FileWriter;
  readonly struck: string[];
  usage: Usage;
  done: number;
  failed: number;
  gone: number;
  lastGood: string;
}

async function startWork(context: Context, batch: BatchRecord, now: number): Promise<Work> {
  const [output, errors, bill] = [
    await startFile(context.disk),
    await startFile(context.disk),
    await startFile(context.disk),
  ];
  const usage: Usage = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
  return { context, batch, now, output, errors, bill, struck: [], usage, done: 0, failed: 0, gone: 0, lastGood: "" };
}

async function workLine(work: Work, line: Buffer, gone: Stop["status"] | undefined): Promise<void> {
  const { context, batch } = work;
  const request = parseJson(line.toString("utf8")) as JsonObject; // validated when the batch was accepted
  const id = String(request.custom_id);
  const body = memberBytes(line, batch.wire === "anthropic" ? "params" : "body") ?? line;
  const endpoint = fullEndpoint(batch.endpoint);
  const key = billKey(endpoint, body);
  if (gone) {
    work.gone += 1;
    if (gone === "expired" && context.faults.on) work.struck.push(key.slice(0, 16));
    return failWith(work, goneLine(batch.wire, id, gone));
  }
  const fault = context.faults.strikesLine(key);
  if (fault) work.struck.push(key.slice(0, 16));
  if (fault === "zeroLine" && batch.wire !== "anthropic") {
    work.done += 1; // the service counts it as completed, which is what makes it a trap
    return work.output.write(`${zeroLine(id, key)}\n`);
  }
  if (fault) return failWith(work, failedLine(batch.wire, id, key, lineFault(fault, key)));
  const said = answer({ endpoint, body }, key, context.simulators, work.now);
  if (isRefusal(said)) return failWith(work, failedLine(batch.wire, id, key, said));
  await succeed(work, id, key, said);
}

async function succeed(work: Work, id: string, key: string, said: Answered): Promise<void> {
  const { batch, context } = work;
  const bill: BillLine = {
    ...{ kind: "batch", at: work.now, batch: batch.id, custom_id: id, key },
    ...{ model: said.model, usage: said.usage },
  };
  work.lastGood = okLine(batch.wire, id, key, said);
  await work.output.write(`${work.lastGood}\n`);
  await work.bill.write(`${JSON.stringify(bill)}\n`);
  if (work.done === 0 && context.faults.holds("garbageLine", batch.input.sha256)) {
    await work.output.write(`${work.lastGood.slice(0, 30)}\uFFFD<html>502 Bad Gateway</html>\n`);
  }
  work.done += 1;
  work.usage = {
    input: work.usage.input + said.usage.input,
    cached: 0,
    cacheWrite: 0,
    output: work.usage.output + said.usage.output,
    reasoning: work.usage.reasoning + said.usage.reasoning,
  };
}

async function failWith(work: Work, line: string): Promise<void> {
  work.failed += 1;
  // Anthropic has one results file for all outcomes.
  await (work.batch.wire === "anthropic" ? work.output : work.errors).write(`${line}\n`);
}

function lineFault(kind: string, key: string): Refusal {
  if (kind === "refusedLine") {
    return { status: 400, refused: "Invalid prompt: this request was refused.", code: "invalid_prompt" };
  }
  if (keyedRng("busy", key).next() < 0.5) {
    return { status: 429, refused: "Rate limit reached.", code: "rate_limit_exceeded" };
  }
  return { status: 500, refused: "The server had an error while processing your request." };
}

/** The bill first: a file that can be seen was billed. */
async function finish(work: Work): Promise<{ output?: FileRecord; error?: FileRecord }> {
  const { context, batch, output, errors } = work;
  await work.bill.finish(batchBill(batch.id));
  const empty = batch.wire === "azure" || context.faults.holds("emptyErrorFile", batch.input.sha256);
  const keepErrors = batch.wire !== "anthropic" && (errors.bytes > 0 || empty);
  const keepOutput = batch.wire === "anthropic" || output.bytes > 0;
  const keep = async (writer: FileWriter, kind: string): Promise<FileRecord> => {
    const id = context.state.newId("file-");
    const path = `files/${id}.jsonl`;
    const content = await writer.finish(path);
    const filename = `${batch.id}_${kind}.jsonl`;
    return { ...content, id, wire: batch.wire, path, filename, purpose: "batch_output", created: work.now };
  };
  if (!keepOutput) await output.discard();
  if (!keepErrors) await errors.discard();
  return {
    ...(keepOutput && { output: await keep(output, "output") }),
    ...(keepErrors && { error: await keep(errors, "error") }),
  };
}
