import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLogger, createProgress, createTerminal } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import { openWorkplace, talkStage, writeBehind, writeIndex } from "corrigenda/engine";
import { nodeDisk, readText } from "corrigenda/files";
import { openStage } from "corrigenda/results";
import { realClock } from "corrigenda/time";
import { afterAll, beforeAll, expect, test } from "vitest";

const name = { study: "toy", run: "one" };
const versions = { commit: null, dirtySha256: null, lockSha256: null, libSha256: "0".repeat(64) };
const environment = { ...versions, node: "", os: "", arch: "", versions: {} };
const spec = { ...name, command: ["toy.ts"], environment };
const request = { model: "gpt-4o-mini", messages: [{ role: "user" as const, content: "Why <b>?" }] };
const guard = { dataset: declarationOf("sample"), iMaySend: false, redact: false };

let folder: string;
const root = () => nodeDisk(folder);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "corrigenda-exchanges-"));
  const terminal = createTerminal({ write: () => true });
  const log = createLogger({ level: "error", clock: realClock, redact: (text) => text, line: () => undefined });
  const progress = createProgress({ terminal, clock: realClock, quiet: true });
  const around = { log, progress, signal: new AbortController().signal, disk: root() };
  const place = {
    results: ".",
    provider: { name: "offline" as const },
    simulators: [() => "Because."],
    env: {},
    around,
  };
  await using opened = await openWorkplace(place);
  const options = { guard, sample: [request], output: { low: 1, mean: 1, high: 1 } };
  const config = { provider: { name: "offline" } };
  await talkStage(opened, { ...spec, stage: "talk", config }, options, async (ask) => {
    await ask(request);
    return { outputs: [], counts: { done: 1 } };
  });
  const mock = { provider: { name: "offline", mock: true } };
  await using stage = await openStage({ ...spec, stage: "mocked", config: mock, root: root(), clock: realClock });
  await root().write(stage.path("mocked.jsonl"), '{"id":"r1","quotes":["a quote"]}\n');
  await stage.finish({ outputs: ["mocked.jsonl"], requestsRoot: "0".repeat(64) });
});

afterAll(() => rm(folder, { recursive: true }));

test("a paid call is shown with reply, tokens and cost; its request only where a study builds the same one again", async () => {
  await writeBehind(root(), name);
  const without = await readText(root(), "toy/one/exchanges/talk.html");
  expect(without).toContain('"label":"reply","value":"Because."');
  expect(without).toContain('"label":"paid by","value":"toy/one/talk"');
  expect(without).toMatch(/"label":"cost","value":"\$0\.0{4}\d+, simulated"/);
  expect(without).toContain("not kept as a text");
  const another = { ...request, messages: [{ role: "user" as const, content: "Another?" }] };
  const links = await writeBehind(root(), name, (stage) => (stage === "talk" ? [another, request] : undefined));
  const text = await readText(root(), "toy/one/exchanges/talk.html");
  expect(text).toContain('"label":"request","value":"[user]\\nWhy \\u003cb>?');
  expect(text).not.toContain("Another?");
  expect(links.map(({ href }) => href)).toEqual([
    ...["../../index.html", "exchanges/mocked.html", "exchanges/talk.html", "methods.md"],
  ]);
});

test("a row that a simulator inside the script answered is shown as it was kept, and nothing of it was paid", async () => {
  await writeBehind(root(), name);
  const text = await readText(root(), "toy/one/exchanges/mocked.html");
  expect(text).toContain("no request was sent, so there is no reply, token or cost");
  expect(text).toContain('\\"a quote\\"');
  expect(text).toContain('<option value="not sent">');
});

test("the index is written beside the runs", async () => {
  expect(await writeIndex(root())).toBe("index.html");
  expect(await readText(root(), "index.html")).toContain('href="toy/one/methods.md"');
});
