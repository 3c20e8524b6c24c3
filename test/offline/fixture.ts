import Anthropic from "@anthropic-ai/sdk";
import { collect, type Disk, memoryDisk } from "corrigenda/files";
import type { Simulator } from "corrigenda/provider";
import {
  type BillLine,
  type FaultKind,
  noFaults,
  type OfflineOptions,
  type OfflineService,
  readBill,
  startOfflineService,
} from "corrigenda/provider/offline";
import { scaledClock } from "corrigenda/time";
import OpenAI, { AzureOpenAI, toFile } from "openai";
import { afterEach } from "vitest";

/** A second of the service's time is a millisecond of the test's. */
export const clock = scaledClock(1000);

/** Answers with the last message, and a number that the rng gives. */
export const echo: Simulator = (request, rng) => `${request.messages.at(-1)?.content} ${rng.int(1000)}`;

export interface Bench {
  readonly disk: Disk;
  readonly url: string;
  readonly openai: OpenAI;
  readonly azure: AzureOpenAI;
  readonly anthropic: Anthropic;
  bill(): Promise<BillLine[]>;
  close(): Promise<void>;
}

const open = new Set<OfflineService>();

afterEach(async () => {
  const services = [...open];
  open.clear();
  await Promise.all(services.map((service) => service.close()));
});

/** A running service with the official clients, their retries off. Closed after the test. */
export async function bench(options: Partial<OfflineOptions> = {}): Promise<Bench> {
  const disk = options.disk ?? memoryDisk();
  const service = await startOfflineService({ clock, simulators: [echo], ...options, disk });
  open.add(service);
  const close = () => {
    open.delete(service);
    return service.close();
  };
  return { ...clients(service.url), disk, url: service.url, bill: () => collect(readBill(disk)), close };
}

export function clients(url: string) {
  const common = { apiKey: "any", maxRetries: 0 };
  return {
    openai: new OpenAI({ ...common, baseURL: `${url}/v1` }),
    azure: new AzureOpenAI({ ...common, endpoint: url, apiVersion: "2025-04-01-preview" }),
    anthropic: new Anthropic({ ...common, baseURL: url, logLevel: "off" }),
  };
}

/** A plan in which these kinds always strike. */
export function always(...kinds: FaultKind[]) {
  return { ...noFaults, seed: 1126, rates: Object.fromEntries(kinds.map((kind) => [kind, 1])) };
}

export function chatBody(text: string, model = "gpt-4o-mini") {
  return { model, messages: [{ role: "user" as const, content: text }] };
}

export function requestLine(id: string, body: object = chatBody(id), url = "/v1/chat/completions"): string {
  return JSON.stringify({ custom_id: id, method: "POST", url, body });
}

export function requestLines(count: number, url?: string): string {
  return Array.from({ length: count }, (_, index) => `${requestLine(`r${index}`, undefined, url)}\n`).join("");
}

export async function upload(client: OpenAI, text: string, name = "b-test.jsonl") {
  return client.files.create({ purpose: "batch", file: await toFile(Buffer.from(text), name) });
}

/** Uploads and creates; on Azure waits until the file is processed. */
export async function submit(client: OpenAI, text: string, metadata?: Record<string, string>) {
  const file = await upload(client, text);
  await until(
    () => client.files.retrieve(file.id),
    ({ status }) => status === "processed",
  );
  return client.batches.create({
    ...{ input_file_id: file.id, endpoint: "/v1/chat/completions", completion_window: "24h" },
    ...(metadata && { metadata }),
  });
}

export async function until<T>(ask: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (good(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const LAST = ["completed", "failed", "expired", "cancelled"];

export function finished(client: OpenAI, id: string) {
  return until(
    () => client.batches.retrieve(id),
    ({ status }) => LAST.includes(status),
  );
}

export async function content(client: OpenAI, id: string | undefined): Promise<string> {
  return id ? (await client.files.content(id)).text() : "";
}

export interface ResultLine {
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly body: Record<string, unknown> } | null;
  readonly error: { readonly code: string } | null;
}

export function parsed(text: string): ResultLine[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as ResultLine);
}
