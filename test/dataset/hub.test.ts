import os from "node:os";
import path from "node:path";
import { openSource } from "corrigenda/dataset";
import { collect, nodeDisk } from "corrigenda/files";
import { openTables } from "corrigenda/frame";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CONVERTED_SHA, type HubServer, type Served, SHA, serveHub } from "./hub-server.ts";

const disk = nodeDisk(path.join(os.tmpdir(), `corrigenda-hub-${process.pid}`));
const COLUMNS = ["prompt", "essay", "band"] as const;
let parquet: Uint8Array = new Uint8Array();
const csv = Buffer.from('Prompt,essay,extra\r\n"Why, so?","Line one\nline ""two""",x\r\n,NA,y\r\n');
const jsonl = Buffer.from('{"essay":"one","band":6.5,"prompt":null}\nnot json\n{"essay":{"a":1}}\n');

let hub: HubServer | undefined;
const serve = async (served: Partial<Served>): Promise<string> => {
  hub = await serveHub({ dataset: "me/essays", files: {}, ...served });
  return hub.url;
};
const open = (endpoint: string, over: object = {}) =>
  openSource(disk, {
    dataset: "me/essays",
    split: "train",
    folder: ".hub",
    hub: { endpoint },
    columns: COLUMNS,
    ...over,
  });

beforeAll(async () => {
  await using tables = await openTables({ disk });
  await disk.write("made/x", "");
  await tables.write(
    "made/x.parquet",
    "select 'p' || i as prompt, 'essay ' || i as essay, '6.5' || chr(10) as band from range(5000) t(i)",
  );
  parquet = Buffer.concat(await collect(disk.read("made/x.parquet")));
});
afterEach(async () => {
  await hub?.close();
  await disk.remove(".hub");
});
afterAll(() => disk.remove("."));

describe("a split of a data set of the hub", () => {
  test("is found, pinned, fetched by ranges and read as texts", async () => {
    const url = await serve({
      files: {
        "README.md": Buffer.from("x"),
        "data/test-0.parquet": csv,
        "data/train-00000-of-00001.parquet": parquet,
      },
    });
    const source = await open(url);
    expect([source.revision, source.declaration.name, source.table.count, source.table.missing]).toEqual([
      SHA,
      "hub",
      5_000,
      [],
    ]);
    expect(source.files).toEqual([`.hub/me--essays/${SHA}/data/train-00000-of-00001.parquet`]);
    const rows = await collect(source.table.rows());
    expect([rows.length, rows[4_999]]).toEqual([5_000, { prompt: "p4999", essay: "essay 4999", band: "6.5\n" }]);
    expect(hub?.seen.filter((one) => one.includes("/resolve/"))).toEqual([
      `GET /datasets/me/essays/resolve/${SHA}/data/train-00000-of-00001.parquet bytes=0-${parquet.length - 1}`,
    ]);
  });

  test("is not fetched again, and a part that is there is gone on with", async () => {
    const url = await serve({ files: { "train.parquet": parquet } });
    await disk.write(`.hub/me--essays/${SHA}/train.parquet`, parquet.subarray(0, 1_000));
    await open(url);
    await open(url);
    expect(hub?.seen.filter((one) => one.includes("/cdn/"))).toEqual([
      `GET /cdn/${SHA}/train.parquet bytes=1000-${parquet.length - 1}`,
    ]);
  });

  test("survives connections that break off", async () => {
    const url = await serve({ files: { "train.parquet": parquet } });
    if (hub) hub.breakOff = 2;
    expect((await open(url)).table.count).toBe(5_000);
  });

  test("comes from the hub's own conversion where the data set has no Parquet, over all pages of the tree and all shards", async () => {
    const files = { "a.txt": csv, "train.csv": csv, "z.txt": csv };
    const shards = { "default/train/0000.parquet": parquet, "default/train/0001.parquet": parquet };
    const url = await serve({
      files,
      page: 1,
      converted: { "default/test/0000.parquet": csv, ...shards, "other/train/0000.parquet": csv },
    });
    const source = await open(url);
    expect([source.revision, source.files.length, source.table.count]).toEqual([CONVERTED_SHA, 2, 10_000]);
  });

  test("may be CSV: quoted lines, doubled quotes, names in any case, a column that is not there", async () => {
    const { table } = await open(await serve({ files: { "train.csv": csv } }));
    expect(table.missing).toEqual(["band"]);
    expect((await collect(table.rows()))[0]).toEqual({ prompt: "Why, so?", essay: 'Line one\nline "two"', band: null });
  });

  test("needs HF_TOKEN where the data set is not public, and the token does not go elsewhere", async () => {
    const url = await serve({ files: { "train.parquet": parquet }, token: "hf_secret" });
    await expect(open(url)).rejects.toThrow(
      /^the hub does not give me\/essays to you \(status 401\): it does not exist, or it needs HF_TOKEN in \.env$/,
    );
    expect((await open(url, { hub: { endpoint: url, token: "hf_secret" } })).table.count).toBe(5_000);
  });
});

describe("says in one sentence", () => {
  test("that the hub cannot be reached, and what to do", async () => {
    const sentence =
      /^the Hugging Face hub at http:\/\/127\.0\.0\.1:\d+ cannot be reached \(.+\); try again, or give a file of your own: --from <file\.csv, \.jsonl or \.parquet>$/;
    await expect(open("http://127.0.0.1:9")).rejects.toThrow(sentence);
    const url = await serve({ status: 503 });
    await expect(open(url)).rejects.toThrow(/\(status 503\)/);
  });

  test.each<[string, Partial<Served>, object, RegExp]>([
    [
      "a split that is not there",
      { files: { "data/test-0.parquet": csv, "validation.csv": csv } },
      {},
      /has no split "train"; there are: test, validation; see --dataset-split/,
    ],
    ["a data set that is not there", {}, { dataset: "me/other" }, /has no split "train"/],
    ["a name that is none", {}, { dataset: "../../etc" }, /names no data set of the hub/],
    [
      "a file that arrived otherwise",
      { files: { "train.csv": csv }, wrongHash: true },
      {},
      /did not arrive as the hub has it/,
    ],
    ["a local file that is not there", {}, { from: "none.csv" }, /none\.csv does not exist; see --from/],
    ["a local file of no known form", {}, { from: "none.xlsx" }, /its ending says no format/],
  ])("%s", async (_, served, over, sentence) => {
    await expect(open(await serve(served), over)).rejects.toThrow(sentence);
  });
});

test("a JSONL file: numbers and objects become texts, a line that is no JSON a row of nulls", async () => {
  await disk.write("mine.jsonl", jsonl);
  const { table, declaration } = await open("", { from: "mine.jsonl" });
  expect([table.count, declaration.name, table.missing]).toEqual([3, "user", []]);
  const nothing = { prompt: null, essay: null, band: null };
  expect(await collect(table.rows())).toEqual([
    { ...nothing, essay: "one", band: "6.5" },
    nothing,
    { ...nothing, essay: '{"a":1}' },
  ]);
});
