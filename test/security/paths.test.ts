import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { nodeDisk } from "corrigenda/files";
import { runFolder, runName, stageFolder } from "corrigenda/results";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { fetchSplit } from "../../lib/dataset/download.ts";
import { findSplit } from "../../lib/dataset/hub.ts";
import { documentKeys } from "../../lib/labeling/names.ts";
import { serveHub } from "../dataset/hub-server.ts";

const made: string[] = [];
async function temporary(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "corrigenda-paths-"));
  made.push(folder);
  return folder;
}
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true });
});

/** Names that lead out of a folder, to a device, or nowhere, on one system or another. */
const HOSTILE = [
  ...["..", ".", "../a", "a/../../b", "/etc/passwd", "a/b", "~", "~root"],
  ...["..\\a", "C:", "C:\\a", "c:a", "\\\\host\\share", "a:stream", "a\0", "a\0.json", "a\n", "a\r"],
  ...["CON", "con", "nul", "NUL.txt", "aux.json", "com1", "LPT9.log", "prn", "a.", "a "],
  ...["", " ", "-rf", "--help", ".hidden", "*", "a?", "a|b", "a>b", '"', "'", "$(id)", "`id`", "%2e%2e", "%2f"],
  // a slash and dots from elsewhere in Unicode, a direction that turns, letters of no width, a lone surrogate
  ...["．．／a", "a∕b", "‥", "…", "a\u202egnp.exe", "a\u200b", "\ufeffa", "a\ud800", "é", "е"],
  ...["x".repeat(81), "x".repeat(300), "x".repeat(100_000)],
];

describe.each(HOSTILE.map((name) => [JSON.stringify(name).slice(0, 40), name] as const))("%s", (_shown, name) => {
  test("names no study, run or stage", () => {
    const parts = { study: "whyfix", run: "r", stage: "s" };
    for (const part of ["study", "run", "stage"])
      expect(() => stageFolder({ ...parts, [part]: name })).toThrow(expect.objectContaining({ code: "config" }));
    expect(() => runFolder({ study: "whyfix", run: name })).toThrow(expect.objectContaining({ code: "config" }));
    expect(() => runName(`whyfix/${name}`)).toThrow(expect.objectContaining({ code: "config" }));
  });
});

const anything = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));

test("whatever is accepted as a name stays one folder below the one it is for, on POSIX and on Windows", () => {
  fc.assert(
    fc.property(anything, anything, (run, stage) => {
      let folder: string;
      try {
        folder = stageFolder({ study: "whyfix", run, stage });
      } catch {
        return;
      }
      for (const system of [path.posix, path.win32]) {
        const root = system.resolve("/results");
        expect(system.relative(root, system.resolve(root, folder)).split(system.sep)).toEqual(["whyfix", run, stage]);
      }
    }),
  );
});

test("a paper's file gets a key of its own that is a plain name, whatever the file is called", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anything, { minLength: 1, maxLength: 20 }), (titles) => {
      const keys = documentKeys(titles);
      expect(new Set(keys.map((key) => key.toLowerCase())).size).toBe(titles.length);
      for (const key of keys) {
        expect(path.posix.basename(key)).toBe(key);
        expect(path.win32.basename(key)).toBe(key);
        expect(key).toMatch(/^[^.\p{C}/\\:*?"<>|][^\p{C}/\\:*?"<>|]{0,150}$/u);
      }
    }),
  );
});

describe("files of a hub", () => {
  const rows = Buffer.from('{"prompt":"p"}\n');
  test("whose names lead out of the folder are not fetched", async () => {
    const names = [
      "../../evil-train.jsonl",
      "/etc/train.jsonl",
      "a/../../train.jsonl",
      "..\\train.jsonl",
      "C:\\train.jsonl",
    ];
    const files = Object.fromEntries([...names, "train.jsonl"].map((name) => [name, rows]));
    const hub = await serveHub({ dataset: "a/b", files });
    const folder = await temporary();
    try {
      const split = await findSplit("a/b", "train", { endpoint: hub.url });
      expect(split.files.map((file) => file.path)).toEqual(["train.jsonl"]);
      const fetched = await fetchSplit(nodeDisk(folder), "raw", split, { endpoint: hub.url });
      for (const file of fetched) expect(path.resolve(folder, file).startsWith(`${folder}/raw/`)).toBe(true);
    } finally {
      await hub.close();
    }
  });

  test.each(["..", "../..", "a/..", ".", "a/b/c", "/a", "a\\b", "a/b\0"])(
    "a data set called %j is refused",
    async (name) => {
      await expect(findSplit(name, "train")).rejects.toMatchObject({ code: "config" });
    },
  );
});

describe("a link in a results folder that somebody sent", () => {
  test.skipIf(process.platform === "win32")("is never written through, by whole files or by lines", async () => {
    const [folder, elsewhere] = [await temporary(), await temporary()];
    const theirs = path.join(elsewhere, "authorized_keys");
    await writeFile(theirs, "theirs\n");
    for (const name of ["log.jsonl", "config.json"]) await symlink(theirs, path.join(folder, name));
    const disk = nodeDisk(folder);
    await expect(disk.append("log.jsonl")).rejects.toMatchObject({
      code: "files",
      message: expect.stringContaining("there is a link in its place"),
    });
    await disk.write("config.json", "{}\n");
    await disk.remove("log.jsonl");
    expect(await readFile(theirs, "utf8")).toBe("theirs\n");
    expect(await readFile(path.join(folder, "config.json"), "utf8")).toBe("{}\n");
  });
});
