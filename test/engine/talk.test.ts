import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLogger, createProgress, createTerminal } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import { type Ask, openWorkplace, type StageSpec, talkStage, type Workplace } from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import { readBill } from "corrigenda/provider/offline";
import { realClock } from "corrigenda/time";
import { afterEach, beforeEach, expect, test } from "vitest";

const zeros = "0".repeat(64);
const environment = {
  ...{ commit: null, dirtySha256: null, lockSha256: null, libSha256: zeros, node: "", os: "", arch: "", versions: {} },
};
const spec: StageSpec = { study: "toy", run: "one", stage: "talk", command: ["toy.ts"], config: { n: 2 }, environment };
const guard = { dataset: declarationOf("sample"), iMaySend: false, redact: false };
const output = { low: 1, mean: 1, high: 1 };
const request = (content: string, temperature?: number) => ({
  model: temperature === undefined ? "gpt-4o-mini" : "o3",
  messages: [{ role: "user" as const, content }],
  ...(temperature !== undefined && { temperature }),
});

let folder: string;
let place: Workplace;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "corrigenda-talk-"));
  const terminal = createTerminal({ write: () => true });
  const log = createLogger({ level: "error", clock: realClock, redact: (text) => text, line: () => undefined });
  const progress = createProgress({ terminal, clock: realClock, quiet: true });
  const around = { log, progress, signal: new AbortController().signal, disk: nodeDisk(folder) };
  const simulators = [({ messages }: { messages: readonly { content: string }[] }) => `${messages[0]?.content}!`];
  place = await openWorkplace({ results: ".", provider: { name: "offline" }, simulators, env: {}, around });
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Asks three times, each time what came back; breaks off before call `until`. */
const chat =
  (said: string[], until = 3) =>
  async (ask: Ask) => {
    let text = "a";
    for (let turn = 0; turn < 3; turn++) {
      if (turn === until) throw new Error("killed");
      const answered = await ask(request(text));
      text = answered.ok ? answered.reply.text : "lost";
      said.push(text);
    }
    return { outputs: [], counts: { done: 1 } };
  };
const billed = async (): Promise<number> => {
  let lines = 0;
  for await (const _ of readBill(nodeDisk(path.join(folder, ".offline")))) lines += 1;
  return lines;
};

test("an interrupted conversation goes on from its kept replies: each request is billed once", async () => {
  const sample = [request("a")];
  await expect(talkStage(place, spec, { guard, output, sample }, chat([], 2))).rejects.toThrow("killed");
  expect(await billed()).toBe(2);
  const said: string[] = [];
  const end = await talkStage(place, spec, { guard, output, sample }, chat(said));
  expect(said).toEqual(["a!", "a!!", "a!!!"]);
  expect(await billed()).toBe(3);
  expect(end).toMatchObject({ manifest: { counts: { done: 1 }, models: [{ requested: "gpt-4o-mini" }] } });
  expect((await readText(place.root, "toy/one/talk/ledger.jsonl")).trim().split("\n")).toHaveLength(3);
  expect(await talkStage(place, spec, { guard, output, sample }, chat([]))).toEqual({
    state: "finished",
    manifest: undefined,
  });
});

test("a request that the service would refuse stops the stage before anything is written", async () => {
  const options = { guard, output, sample: [request("a", 0)] };
  await expect(talkStage(place, spec, options, chat([]))).rejects.toMatchObject({ code: "config" });
  expect(await place.root.size("toy/one/talk/config.json")).toBeUndefined();
});
