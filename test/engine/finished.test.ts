import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLogger, createProgress, createTerminal } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import { openWorkplace, type StageSpec, submitStage, type Workplace } from "corrigenda/engine";
import { nodeDisk } from "corrigenda/files";
import type { ModelReply } from "corrigenda/provider";
import { realClock } from "corrigenda/time";
import { afterEach, beforeEach, expect, test } from "vitest";

const environment = {
  ...{
    commit: null,
    dirtySha256: null,
    lockSha256: null,
    libSha256: "0".repeat(64),
    node: "",
    os: "",
    arch: "",
    versions: {},
  },
};
const spec: StageSpec = { study: "toy", run: "one", stage: "ask", command: ["toy.ts"], config: { n: 2 }, environment };
const guard = { dataset: declarationOf("sample"), iMaySend: false, redact: false };
const output = { low: 1, mean: 1, high: 1 };

function question(temperature?: number) {
  const asked: number[] = [];
  const request = (row: number) => {
    asked.push(row);
    const messages = [{ role: "user" as const, content: `${row}` }];
    return {
      model: temperature === undefined ? "gpt-4o-mini" : "o3",
      messages,
      ...(temperature === 0 && { temperature }),
    };
  };
  const prompt = { name: "toy", id: (row: number) => `row_${row}`, request, parse: ({ text }: ModelReply) => text };
  return { asked, prompt, rows: () => [1, 2], guard, output };
}

let folder: string;
let place: Workplace;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "corrigenda-finished-"));
  const terminal = createTerminal({ write: () => true });
  const log = createLogger({ level: "error", clock: realClock, redact: (text) => text, line: () => undefined });
  const progress = createProgress({ terminal, clock: realClock, quiet: true });
  const around = { log, progress, signal: new AbortController().signal, disk: nodeDisk(folder) };
  const provider = { name: "offline", online: true } as const;
  place = await openWorkplace({ results: ".", provider, simulators: [], env: {}, around });
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test("a finished stage says so before one request is built", async () => {
  const first = question();
  expect(await submitStage(place, spec, first)).toMatchObject({ state: "finished", manifest: { stage: "ask" } });
  expect(first.asked.length).toBeGreaterThan(0);
  const second = question();
  expect(await submitStage(place, spec, second)).toEqual({ state: "finished", manifest: undefined });
  expect(second.asked).toEqual([]);
});

test("a finished stage refuses another config before one request is built", async () => {
  await submitStage(place, spec, question());
  const other = question();
  await expect(submitStage(place, { ...spec, config: { n: 3 } }, other)).rejects.toThrow(
    "run one of toy exists with another n: recorded 2, now 3; choose another run name or the same config",
  );
  expect(other.asked).toEqual([]);
});

test("a new stage with a bad request stops before anything is written", async () => {
  await expect(submitStage(place, spec, question(0))).rejects.toThrow("o3 takes no temperature");
  expect(await readdir(folder)).not.toContain("toy");
});
