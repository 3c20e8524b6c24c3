import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { parseYaml } from "corrigenda/cli";
import { lineBlocks, memoryDisk, nodeDisk, readJsonl } from "corrigenda/files";
import { readPdfs } from "corrigenda/pdf";
import { openProvider } from "corrigenda/provider";
import { csvRecords } from "corrigenda/text";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readEvidence } from "../../lib/ielts/evidence.ts";
import { findJson } from "../../lib/labeling/find-json.ts";
import { parseExperiment } from "../../lib/whyfix/experiment.ts";
import { replyJson } from "../../lib/whyfix/parse.ts";
import { type Answer, type Scripted, scripted } from "../provider/scripted.ts";

const MiB = 2 ** 20;

describe("YAML", () => {
  const laughs = [
    "a: &a [x, x, x, x, x, x, x, x, x]",
    ..."bcdefghij".split("").map((name, at) => {
      const before = "abcdefghij"[at];
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]`;
    }),
  ].join("\n");
  test.each([
    ["aliases that would make 9^10 values", laughs],
    ["100,000 lists in one another", "[".repeat(100_000)],
    ["100,000 objects in one another", `${"{a: ".repeat(100_000)}`],
    ["more than a mebibyte", `a: ${"x".repeat(MiB)}`],
  ])("of %s is one sentence", (_what, text) => {
    for (const read of [() => parseYaml(text, "f.yaml", z.unknown()), () => parseExperiment(text, "f.yaml")])
      expect(read).toThrow(expect.objectContaining({ code: "config", message: expect.stringContaining("f.yaml") }));
  });
});

describe("JSON of 200,000 lists in one another", () => {
  const [lists, objects] = [
    "[".repeat(200_000) + "]".repeat(200_000),
    `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`,
  ];
  test.each([lists, objects, `{"datasets":${lists}}`, `{"corrections":${objects}}`])(
    "in a reply is an error of its row, if anything (%#)",
    (text) => {
      const reply = { text, finish: "stop" as const };
      for (const read of [
        () => readEvidence(reply, "essay", "id"),
        () => findJson(text, () => false),
        () => replyJson(reply, "id"),
      ]) {
        let thrown: unknown;
        try {
          read();
        } catch (error) {
          thrown = error;
        }
        expect(thrown === undefined || thrown instanceof Error).toBe(true);
      }
    },
  );

  test("is read from a JSONL file, and the rows after it", async () => {
    const disk = memoryDisk();
    await disk.write("f.jsonl", `${lists}\n{"a":1}\n`);
    expect((await Array.fromAsync(readJsonl(disk, "f.jsonl"))).map(({ line }) => line)).toEqual([1, 2]);
  });
});

describe("lines without an end", () => {
  async function* endless(blocks: number): AsyncGenerator<Uint8Array> {
    const block = Buffer.alloc(MiB, "x");
    for (let n = 0; n < blocks; n++) yield block;
    yield Buffer.from("\nnext\n");
  }

  test("are cut off at their limit; the next line is whole, and memory stays", async () => {
    const lines: number[] = [];
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for await (const block of lineBlocks(endless(300), 2 * MiB)) {
      lines.push(...block.map((line) => line.length));
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(lines).toEqual([2 * MiB, 4]);
    expect(most).toBeLessThan(32 * MiB);
  });

  test("of 64 MiB or more are cut off without being asked", async () => {
    const lines: number[] = [];
    for await (const block of lineBlocks(endless(70))) lines.push(...block.map((line) => line.length));
    expect(lines).toEqual([64 * MiB, 4]);
  });

  test("in a CSV file, by a quote that is never closed, are one bad record", async () => {
    async function* texts(): AsyncGenerator<string> {
      yield 'a,b\n1,"';
      const text = "x".repeat(MiB);
      for (let n = 0; n < 40; n++) yield text;
      yield "\n2,3\n";
    }
    const records = await Array.fromAsync(csvRecords(texts()));
    expect(records).toEqual([
      { line: 1, fields: ["a", "b"] },
      { line: 2, reason: `more than ${16 * MiB} characters` },
      { line: 3, fields: ["2", "3"] },
    ]);
  });
});

describe("a reply that does not end", () => {
  const servers: Scripted[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  const packed = gzipSync(Buffer.alloc(200 * MiB, "{"));
  const answers: readonly [string, () => Answer & object][] = [
    ["200 MiB in a gzip of 200 kB", () => ({ headers: { "content-encoding": "gzip" }, body: packed as never })],
    ["an error of 200 MiB", () => ({ status: 400, headers: { "content-encoding": "gzip" }, body: packed as never })],
    ["33 MiB", () => ({ body: "x".repeat(33 * MiB) })],
  ];
  test.each(answers)("(%s) counts as none, and is not read to its end", async (_what, answer) => {
    expect(packed.length).toBeLessThan(250_000);
    const server = await scripted(answer);
    servers.push(server);
    for (const transport of ["sdk", "lean"] as const) {
      const provider = openProvider({ name: "openai", baseUrl: server.url, transport }, { OPENAI_API_KEY: "k" });
      const wire = provider.encode({ model: "m", messages: [{ role: "user", content: "?" }] });
      const said = await provider.complete(wire).catch((error: unknown) => error);
      // The lean transport undoes no encoding: it sees the 200 kB.
      if (transport === "lean" && _what.includes("200")) expect(said).toMatchObject({ text: expect.any(String) });
      else expect(said).toMatchObject({ code: "network" });
    }
  });
});

describe("PDFs", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "corrigenda-bombs-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  function pdf(stream: Buffer, filter: string): Buffer {
    const objects = [
      "<</Type/Catalog/Pages 2 0 R>>",
      "<</Type/Pages/Kids[3 0 R]/Count 1>>",
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
      `<</Length ${stream.length}/Filter${filter}>>stream\n${stream.toString("latin1")}\nendstream`,
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ];
    const body = objects.map((object, at) => `${at + 1} 0 obj\n${object}\nendobj\n`).join("");
    return Buffer.from(`%PDF-1.4\n${body}trailer<</Size 6/Root 1 0 R>>\n%%EOF`, "latin1");
  }

  test("whose streams unfold to 128 MiB, nest or hold more letters than can be read in time harm no other file", async () => {
    const spaces = deflateSync(Buffer.alloc(128 * MiB, " "));
    const letters = deflateSync(Buffer.from(`BT /F 1 Tf ${"(aaaaaaaaaaaaaaaaaaaa) Tj ".repeat(400_000)}ET`));
    const files = {
      "a.pdf": pdf(spaces, "/FlateDecode"),
      "b.pdf": pdf(deflateSync(spaces), "[/FlateDecode/FlateDecode]"),
      "c.pdf": pdf(deflateSync(Buffer.alloc(2 * MiB, "[")), "/FlateDecode"),
      "d.pdf": pdf(letters, "/FlateDecode"),
      "e.pdf": pdf(deflateSync(Buffer.from("BT /F 12 Tf 72 700 Td (still read) Tj ET")), "/FlateDecode"),
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(folder, name), bytes);
    const rows = await Array.fromAsync(
      readPdfs(nodeDisk(folder), Object.keys(files), { workers: 1, timeoutMs: 2_000 }),
    );
    const last = rows.filter(({ file }) => file === "e.pdf");
    expect(last).toMatchObject([{ ok: true, page: { text: expect.stringContaining("still read") } }]);
    const failed = rows.filter((row) => !row.ok).map((row) => ("code" in row ? row.code : ""));
    expect(failed).toContain("timeout");
    expect(process.memoryUsage().rss).toBeLessThan(1_500 * MiB);
  });
});
