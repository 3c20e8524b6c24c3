import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isStudyError } from "corrigenda/error";
import { collect, type Disk, memoryDisk, nodeDisk } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { type NewReply, openJournal, openLocalStore, readJournal } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { afterEach, beforeEach, expect, test } from "vitest";

const reply = (n: number, more: Partial<NewReply> = {}): NewReply => ({
  ...{ key: sha256(`request ${n}`), run: "s/r/one", via: "online", usd: 0.5, raw: `{"n":${n}}` },
  ...more,
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "corrigenda-store-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function filled(disk: Disk, replies: number): Promise<void> {
  const store = await openLocalStore(disk, realClock);
  await store.put(Array.from({ length: replies }, (_, n) => reply(n)));
  await store.close();
}

test("replies can be read while the first write of this process takes their lane over", async () => {
  const disk = nodeDisk(folder);
  await filled(disk, 50);
  for (let round = 0; round < 20; round++) {
    const store = await openLocalStore(disk, realClock);
    let writing = true;
    const put = store.put([reply(1000 + round)]).finally(() => {
      writing = false;
    });
    const read = async (): Promise<void> => {
      while (writing) for (let n = 0; n < 50; n += 7) expect((await store.get(reply(n).key))?.raw).toEqual({ n });
    };
    await Promise.all([put, read(), read(), read()]);
    await store.close();
  }
});

test("a cost that is no number does not make a paid reply unreadable", async () => {
  const disk = memoryDisk();
  const store = await openLocalStore(disk, realClock);
  await store.put([reply(1, { usd: Number.NaN }), reply(2, { usd: Number.POSITIVE_INFINITY })]);
  await store.close();
  await disk.remove("lane-000.idx");
  const later = await openLocalStore(disk, realClock);
  expect((await later.get(reply(1).key))?.raw).toEqual({ n: 1 });
  expect((await later.get(reply(2).key))?.raw).toEqual({ n: 2 });
  expect(await later.spentUsd("s/r/one")).toBe(0);
});

test("an index with a hole in its middle is rebuilt: no kept reply is asked again", async () => {
  const disk = memoryDisk();
  await filled(disk, 30);
  const index = Buffer.concat(await collect(disk.read("lane-000.idx")));
  index.fill(0, 400, 800);
  await disk.write("lane-000.idx", index);
  const store = await openLocalStore(disk, realClock);
  expect(await store.has(Array.from({ length: 30 }, (_, n) => reply(n).key))).toEqual(Array(30).fill(true));
  expect(await store.spentUsd("s/r/one")).toBe(15);
});

test("an index that is ahead of its data, or of other data, answers for nothing that is not there", async () => {
  const disk = memoryDisk();
  await filled(disk, 30);
  const data = Buffer.concat(await collect(disk.read("lane-000.jsonl")));
  const cut = data.indexOf('{"key"', 2_000);
  await disk.write("lane-000.jsonl", data.subarray(0, cut));
  const store = await openLocalStore(disk, realClock);
  const kept = data.subarray(0, cut).toString().split("\n").length - 1;
  expect(await store.has(Array.from({ length: 30 }, (_, n) => reply(n).key))).toEqual(
    Array.from({ length: 30 }, (_, n) => n < kept),
  );
  await store.put([reply(29), reply(40)]);
  expect((await store.get(reply(40).key))?.raw).toEqual({ n: 40 });
});

test("a process that opens the store while another one writes sees whole replies only, and every older one", async () => {
  const disk = nodeDisk(folder);
  const writer = await openLocalStore(disk, realClock);
  let written = 0;
  const write = async (): Promise<void> => {
    for (; written < 300; written += 3) await writer.put([0, 1, 2].map((n) => reply(written + n)));
  };
  const look = async (): Promise<void> => {
    while (written < 300) {
      const before = written;
      const reader = await openLocalStore(disk, realClock);
      for (let n = Math.max(0, before - 20); n < before; n++)
        expect((await reader.get(reply(n).key))?.raw).toEqual({ n });
      await reader.close();
    }
  };
  await Promise.all([write(), look()]);
  await writer.close();
});

test("a lane torn in the middle and gone on with loses the torn reply alone", async () => {
  const disk = memoryDisk();
  await filled(disk, 3);
  const lane = await disk.append("lane-000.jsonl");
  await lane.write(`{"key":"${reply(7).key}","run":"s/r/one","via":"onl`);
  await lane.sync();
  await disk.remove("lane-000.idx");
  const store = await openLocalStore(disk, realClock);
  await store.put([reply(8)]);
  await store.close();
  for (const index of ["kept", "absent"]) {
    if (index === "absent") await disk.remove("lane-000.idx");
    const later = await openLocalStore(disk, realClock);
    expect(await later.has([0, 1, 2, 7, 8].map((n) => reply(n).key))).toEqual([true, true, true, false, true]);
    expect((await later.get(reply(8).key))?.raw).toEqual({ n: 8 });
    expect((await collect(later.paidBy("s/r/one"))).length).toBe(4);
  }
});

test("a journal with a torn line in the middle keeps all other events, also while it is being written", async () => {
  const disk = memoryDisk();
  await disk.write("journal.jsonl", '{"t":"a"}\n{"t":"to\n{"t":"b"}\n{"t":"half');
  const journal = await openJournal<{ t: string }>(disk, "journal.jsonl");
  expect(journal.past).toEqual([{ t: "a" }, { t: "b" }]);
  await journal.append({ t: "c" });
  expect(await readJournal(disk, "journal.jsonl")).toEqual([{ t: "a" }, { t: "b" }, { t: "c" }]);
});

test("a reply that a killed process had written outlives a power cut once a later process has counted on it", async () => {
  for (const counting of ["has", "put"] as const) {
    const disk = memoryDisk();
    await filled(disk, 1);
    const lane = await disk.append("lane-000.jsonl");
    await lane.write(`{"key":"${reply(2).key}","run":"s/r/one","via":"online","at":1,"usd":0.5,"raw":{"n":2}}\n`);
    disk.kill(); // before its fsync
    const store = await openLocalStore(disk, realClock);
    if (counting === "has") expect(await store.has([reply(2).key])).toEqual([true]);
    else await store.put([reply(2)]);
    disk.crash();
    const later = await openLocalStore(disk, realClock);
    expect((await later.get(reply(2).key))?.raw).toEqual({ n: 2 });
  }
});

test("an index that is cut, or altered, at any byte hides no kept reply and changes no sum", async () => {
  const disk = memoryDisk();
  await filled(disk, 4);
  const index = Buffer.concat(await collect(disk.read("lane-000.idx")));
  expect(index.length).toBe(4 * 48);
  const damages = Array.from({ length: index.length }, (_, at) => {
    const altered = Buffer.from(index);
    altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
    return [index.subarray(0, at), altered];
  }).flat();
  for (const damage of damages) {
    await disk.write("lane-000.idx", damage);
    const store = await openLocalStore(disk, realClock);
    expect(await store.has([0, 1, 2, 3, 4].map((n) => reply(n).key))).toEqual([true, true, true, true, false]);
    expect(await store.spentUsd("s/r/one")).toBe(2);
  }
});

test("a lane cut at any byte keeps every whole record before it, with its index and without", async () => {
  const disk = memoryDisk();
  await filled(disk, 3);
  const [data, index] = await Promise.all(
    ["lane-000.jsonl", "lane-000.idx"].map(async (file) => Buffer.concat(await collect(disk.read(file)))),
  );
  for (let cut = 0; cut < (data?.length ?? 0); cut++) {
    const whole =
      (data ?? Buffer.alloc(0))
        .subarray(0, cut + 1)
        .toString()
        .split("\n").length - 1; // with or without its newline
    for (const kept of [index, undefined]) {
      await disk.remove("lane-000.idx");
      if (kept) await disk.write("lane-000.idx", kept);
      await disk.write("lane-000.jsonl", data?.subarray(0, cut) ?? "");
      const store = await openLocalStore(disk, realClock);
      expect(await store.has([0, 1, 2].map((n) => reply(n).key))).toEqual([0, 1, 2].map((n) => n < whole));
      await store.put([reply(9)]);
      for (const n of [9, ...Array(whole).keys()]) expect((await store.get(reply(n).key))?.raw).toEqual({ n });
      await store.close();
    }
  }
});

test("a lane's last record altered at any byte costs nothing but that record, and is one sentence at most", async () => {
  const disk = memoryDisk();
  await filled(disk, 3);
  const data = Buffer.concat(await collect(disk.read("lane-000.jsonl")));
  const index = Buffer.concat(await collect(disk.read("lane-000.idx")));
  const last = data.lastIndexOf('{"key"');
  for (let at = last; at < data.length; at++) {
    const altered = Buffer.from(data);
    altered[at] = (altered[at] ?? 0) ^ (1 << (at % 7));
    await disk.write("lane-000.jsonl", altered);
    await disk.write("lane-000.idx", index);
    const store = await openLocalStore(disk, realClock);
    for (const n of [0, 1]) expect((await store.get(reply(n).key))?.raw).toEqual({ n });
    const message = await store.get(reply(2).key).then(
      () => "",
      (error: unknown) => (isStudyError(error, "files") ? error.message : String(error)),
    );
    expect(message).toMatch(/^$|^lane-000.jsonl holds no reply at byte \d+; remove lane-000.idx$/);
    await store.put([reply(9)]);
    expect((await store.get(reply(9).key))?.raw).toEqual({ n: 9 });
    await store.close();
  }
});

test("an event that a killed process had written outlives a power cut once a later process has read it", async () => {
  const disk = memoryDisk();
  const file = await disk.append("journal.jsonl");
  await file.write('{"t":"created"}\n');
  disk.kill(); // before its fsync
  expect((await openJournal<{ t: string }>(disk, "journal.jsonl")).past).toEqual([{ t: "created" }]);
  disk.crash();
  expect(await readJournal(disk, "journal.jsonl")).toEqual([{ t: "created" }]);
});
