import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { collect, memoryDisk, nodeDisk } from "corrigenda/files";
import { type BillLine, readBill, startOfflineService } from "corrigenda/provider/offline";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bench,
  chatBody,
  clients,
  clock,
  content,
  finished,
  parsed,
  requestLine,
  requestLines,
  submit,
  until,
  upload,
} from "./fixture.ts";

const FORM = { authorization: "Bearer k", "content-type": "multipart/form-data; boundary=BOUND" };
const never = { validateMs: 1e12, perRequestMs: 1, finalizeMs: 1 };

describe("a state folder", () => {
  test("has one service at a time", async () => {
    const { disk } = await bench();
    await expect(startOfflineService({ disk, clock, simulators: [] })).rejects.toMatchObject({ code: "locked" });
  });

  test("gives what was acknowledged to the next service, also after a power cut", async () => {
    const disk = memoryDisk();
    const first = await bench({ disk, pace: never });
    const [one, two] = [await submit(first.openai, requestLines(20)), await submit(first.openai, requestLines(3))];
    await first.openai.chat.completions.create(chatBody("paid"));
    const params = { model: "claude-opus-5-5", max_tokens: 9, messages: [{ role: "user" as const, content: "x" }] };
    const mine = await first.anthropic.messages.batches.create({ requests: [{ custom_id: "m", params }] });
    await first.openai.batches.cancel(two.id);
    disk.crash();
    const second = await bench({ disk });
    expect(await finished(second.openai, one.id)).toMatchObject({
      status: "completed",
      request_counts: { completed: 20 },
    });
    expect((await finished(second.openai, two.id)).status).toBe("cancelled");
    expect((await second.anthropic.messages.batches.retrieve(mine.id)).id).toBe(mine.id);
    expect((await second.openai.files.list()).data.map(({ purpose }) => purpose)).toContain("batch_output");
    expect((await second.bill()).filter(({ kind }) => kind === "online")).toHaveLength(1);
  });

  test("pays for no request twice when a service stops between work and its record", async () => {
    const disk = memoryDisk();
    let cut = true;
    const failing = {
      ...disk,
      append: async (name: string) => {
        const file = await disk.append(name);
        const write = async (bytes: string | Uint8Array) => {
          if (cut && String(bytes).includes('"type":"ended"')) throw new Error("no space left");
          await file.write(bytes);
        };
        return { ...file, write };
      },
    };
    const first = await bench({ disk: failing });
    const { id } = await submit(first.openai, requestLines(50));
    const broken = await until(
      () => first.openai.batches.list().catch((error: unknown) => error),
      (reply) => reply instanceof Error,
    );
    expect(broken).toMatchObject({ status: 500, message: "500 The offline service failed: no space left" });
    expect(await disk.list("bills")).toHaveLength(1);
    disk.crash();
    cut = false;
    const second = await bench({ disk });
    expect((await finished(second.openai, id)).status).toBe("completed");
    const billed = (await second.bill()).filter((line) => line.kind === "batch");
    expect(new Set(billed.map((line) => line.custom_id)).size).toBe(50);
    expect(billed).toHaveLength(50);
    await expect(first.close()).rejects.toThrow("no space left");
  });

  test("has a bill that is the sum of the usage in the replies, and shows it over HTTP", async () => {
    const { openai, url, disk } = await bench();
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, n) => openai.responses.create({ model: "o3-mini", input: `question ${n}` })),
    );
    const done = await finished(openai, (await submit(openai, requestLines(40))).id);
    const inBatch = parsed(await content(openai, done.output_file_id)).map(({ response }) => response?.body.usage);
    const lines = (await collect(readBill(disk))) as BillLine[];
    const sum = (usages: unknown[], field: string) =>
      usages.reduce<number>((total, usage) => total + ((usage as Record<string, number>)[field] ?? 0), 0);
    const billed = (kind: string) =>
      lines.filter((line) => line.kind === kind).map((line) => ("usage" in line ? line.usage : {}));
    expect(sum(billed("online"), "output")).toBe(
      sum(
        replies.map(({ usage }) => usage),
        "output_tokens",
      ),
    );
    expect(sum(billed("online"), "input")).toBe(
      sum(
        replies.map(({ usage }) => usage),
        "input_tokens",
      ),
    );
    expect(sum(billed("batch"), "output")).toBe(sum(inBatch, "completion_tokens"));
    expect(sum(billed("online"), "reasoning")).toBe(40 * 64);
    const text = await (await fetch(`${url}/offline/bill`)).text();
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(lines);
  });
});

describe("files", () => {
  test("of 20 MB stream in and out, whatever they hold, and leave no drafts", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "offline-"));
    try {
      const { openai, close } = await bench({ disk: nodeDisk(root) });
      const line = Buffer.from(`${requestLine("a", chatBody("\r\n--boundary é".repeat(80)))}\r\n--\n`);
      const bytes = Buffer.concat(Array.from({ length: Math.ceil(20e6 / line.length) }, () => line));
      const file = await openai.files.create({ purpose: "batch", file: new File([bytes], "big é.jsonl") });
      expect(file).toMatchObject({ bytes: bytes.length, filename: "big é.jsonl" });
      const back = Buffer.from(await (await openai.files.content(file.id)).arrayBuffer());
      expect(back.equals(bytes)).toBe(true);
      await close();
      expect((await readdir(root)).filter((name) => name.startsWith(".draft"))).toEqual([]);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test("reach the disk while they are still being sent", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "offline-"));
    const { url, close } = await bench({ disk: nodeDisk(root) });
    const sent = request(`${url}/v1/files`, { method: "POST", headers: FORM });
    sent.on("error", () => undefined); // the test ends before the upload does
    sent.write('--BOUND\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n');
    sent.write(Buffer.alloc(8 * 2 ** 20, "line\n"));
    const written = async () => {
      const drafts = (await readdir(root)).filter((name) => name.startsWith(".draft"));
      return Promise.all(drafts.map((name) => nodeDisk(root).size(name)));
    };
    await until(written, ([size = 0]) => size > 7 * 2 ** 20);
    await close();
    expect(await written()).toEqual([]);
    await rm(root, { recursive: true });
  });

  test("are listed by purpose and order, page by page, and can be deleted", async () => {
    const { openai } = await bench();
    for (const name of ["a.jsonl", "b.jsonl", "c.jsonl"]) await upload(openai, "{}\n", name);
    const names: string[] = [];
    for await (const { filename } of openai.files.list({ purpose: "batch", order: "asc", limit: 2 }))
      names.push(filename);
    expect(names).toEqual(["a.jsonl", "b.jsonl", "c.jsonl"]);
    const [last] = (await openai.files.list()).data;
    expect(last?.filename).toBe("c.jsonl");
    await openai.files.delete(last?.id ?? "");
    await expect(openai.files.content(last?.id ?? "")).rejects.toMatchObject({ status: 404 });
    expect((await openai.files.list({ purpose: "fine-tune" })).data).toEqual([]);
  });

  test("arrive whole however the stream is cut into pieces", async () => {
    const { openai, url } = await bench();
    const body = Buffer.from("\r\n--B\r\n-\r\n--Bx\r\n\r\n--B-\n\r\n");
    const form = Buffer.concat([
      Buffer.from('--BOUND\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--BOUND\r\n'),
      Buffer.from(
        'Content-Type: text/plain\r\nContent-Disposition: form-data; name="file"; filename="x.jsonl"\r\n\r\n',
      ),
      body,
      Buffer.from("\r\n--BOUND--\r\n"),
    ]);
    const cuts = fc.array(fc.integer({ min: 1, max: form.length - 1 }), { maxLength: 12 });
    const property = fc.asyncProperty(cuts, async (places) => {
      const file = await post(`${url}/v1/files`, pieces(form, places));
      expect(await content(openai, file.id)).toBe(body.toString());
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test("that break off or lack a part are refused and not stored", async () => {
    const { openai, url } = await bench();
    const head = '--BOUND\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nabc';
    const refused = async (text: string) => (await post(`${url}/v1/files`, [Buffer.from(text)])).error?.message;
    expect(await refused(head)).toContain("ended before its last boundary");
    expect(await refused(`${head}\r\n--BOUND--`)).toContain("'purpose'");
    expect(await refused("--BOUND--")).toContain("'file'");
    expect((await openai.files.list()).data).toEqual([]);
  });
});

test("serve.ts says where it is; killed with SIGKILL and started again it goes on with its batches", async () => {
  const root = await mkdtemp(path.join(tmpdir(), "offline-"));
  const first = await serve(root);
  try {
    const { openai } = clients(first.url);
    const batch = await submit(openai, requestLines(200), { chunk: "c" });
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await serve(root);
    const after = clients(second.url).openai;
    expect((await after.batches.list()).data.map(({ metadata }) => metadata)).toEqual([{ chunk: "c" }]);
    expect(await finished(after, batch.id)).toMatchObject({ status: "completed", request_counts: { completed: 200 } });
    second.child.kill("SIGTERM");
    await second.ended;
    expect(await nodeDisk(root).size("service.lock")).toBeUndefined();
  } finally {
    first.child.kill("SIGKILL");
    await rm(root, { recursive: true });
  }
});

async function serve(root: string) {
  const zx = path.resolve("node_modules/zx/build/cli.js");
  const args = [zx, "scripts/offline/serve.ts", "--port", "0", "--state", root, "--scale", "100"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const line = await new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data))));
  return { child, ended, url: (JSON.parse(line) as { url: string }).url };
}

function pieces(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...[...new Set(places)].sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

/** Posts a form piece by piece, which fetch would join. */
function post(url: string, parts: readonly Buffer[]): Promise<{ id: string; error?: { message: string } }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers: FORM }, async (reply) => {
      resolve(JSON.parse(Buffer.concat(await collect(reply)).toString()));
    });
    sent.on("error", reject);
    Readable.from(parts).pipe(sent);
  });
}
