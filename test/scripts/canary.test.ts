import { type Disk, nodeDisk, readText } from "corrigenda/files";
import { simulateIelts } from "corrigenda/ielts";
import { simulateLabeling } from "corrigenda/labeling";
import { startOfflineService } from "corrigenda/provider/offline";
import { ownTemplates, PRESETS, simulateSelfcorrect } from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";
import { simulateWhyfix } from "corrigenda/whyfix";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EchoMood, echoProxy } from "./echo-proxy.ts";
import { type Ended, start, temporary } from "./script.ts";

// Of no service's shape: only their values give them away.
const KEYS = {
  OPENAI_API_KEY: "kanarienvogel-eins",
  AZURE_OPENAI_API_KEY: "kanarienvogel-zwei",
  ANTHROPIC_API_KEY: "kanarienvogel-drei",
  COMPATIBLE_API_KEY: "kanarienvogel-vier",
  HF_TOKEN: "kanarienvogel-acht",
  AZURE_BLOB_SAS: "https://a.blob.core.windows.net/c?sv=1&sig=kanarienvogel-neun%3D",
};
/** The canary, however it is written: as it stands, in base64 from any of three places. */
const CANARY = [/kanarienvogel/i, /a2FuYXJpZW52b2dlb|thbmFyaWVudm9nZW|rYW5hcmllbnZvZ2Vs/];

const root = temporary("canary");
const mood: { -readonly [K in keyof EchoMood]: EchoMood[K] } = { fails: "some", status: 500 };
const closing: (() => unknown)[] = [];
let proxy: Awaited<ReturnType<typeof echoProxy>>;
beforeAll(async () => {
  const sums = { preset: PRESETS["huang-gpt-3.5"], templates: ownTemplates(), references: () => undefined };
  const simulators = [simulateWhyfix, simulateLabeling, simulateIelts, simulateSelfcorrect(sums)];
  const pace = { validateMs: 0, perRequestMs: 0, finalizeMs: 0 };
  const service = await startOfflineService({
    disk: nodeDisk(root.resolve("service")),
    clock: realClock,
    simulators,
    pace,
  });
  proxy = await echoProxy(() => service.url, mood);
  closing.push(proxy.close, () => service.close());
});
afterAll(async () => {
  for (const close of closing) await close();
  await root.remove(".");
});

const said: string[] = [];
async function act(folder: string, ...words: readonly string[]): Promise<Ended> {
  const addresses = {
    ...{ OPENAI_BASE_URL: `${proxy.url}/v1`, AZURE_OPENAI_ENDPOINT: proxy.url },
    ...{ ANTHROPIC_BASE_URL: proxy.url, COMPATIBLE_BASE_URL: `${proxy.url}/v1` },
  };
  const results = ["--results", root.resolve(folder)];
  const ended = await start([...words, ...results], { ...KEYS, ...addresses, LOG_LEVEL: "debug" }).ended;
  said.push(ended.out, ended.err);
  return ended;
}

function notebookOf(source: string): string {
  const cells = [{ cell_type: "code", id: "a", source, metadata: {}, outputs: [], execution_count: null }];
  return JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
}

/** Files below a folder that hold the canary, or whose names do. */
async function leaks(disk: Disk, folder: string): Promise<{ files: number; masked: number; found: string[] }> {
  let [files, masked] = [0, 0];
  const found: string[] = [];
  for (const name of await disk.list(folder)) {
    const path = `${folder}/${name.replace(/\/$/, "")}`;
    if (name.endsWith("/")) {
      const below = await leaks(disk, path);
      files += below.files;
      masked += below.masked;
      found.push(...below.found);
      continue;
    }
    files += 1;
    const text = `${name}\n${await readText(disk, path)}`;
    if (text.includes("[key]")) masked += 1;
    if (CANARY.some((canary) => canary.test(text))) found.push(path);
  }
  return { files, masked, found };
}

const WHYFIX = ["scripts/whyfix/run.ts", "sample-longman", "small", "0101-0900"];
const LABELING = ["scripts/labeling/run.ts", "--input", "data/sample/papers", "--run", "sample"];
const PREPARE = ["scripts/ielts/prepare.ts", "--from", "data/sample/ielts/essays.csv", "--run", "sample"];
const COLLECT = ["scripts/selfcorrect/collect.ts", "--dataset", "mock", "--limit", "12", "--run", "sample"];

describe("keys that a proxy repeats in every header, body and error", () => {
  test("are in nothing that the five studies write or say, calls failing now and then", async () => {
    mood.fails = "some";
    await root.write("some/ilm/sample/plan.yaml", await readText(nodeDisk("."), "scripts/ilm/micro-plan.yaml"));
    await root.write("book/env.ipynb", notebookOf("console.log(process.env); process.env"));
    const [whyfix, labeling, ielts, collect, ilm, notebook] = await Promise.all([
      act("some", ...WHYFIX, "--provider", "openai", "--model", "gpt-6-luna"),
      act("some", ...LABELING, "--provider", "anthropic"),
      act("some", ...PREPARE, "--provider", "azure"),
      act("some", ...COLLECT, "--provider", "compatible"),
      act("some", "scripts/ilm/prepare.ts", "sample"),
      act("some", "scripts/notebook/run.ts", root.resolve("book/env.ipynb")),
    ]);
    const [evaluate, pages] = await Promise.all([
      act("some", "scripts/selfcorrect/evaluate.ts", "sample"),
      act("some", "scripts/ielts/report.ts", "sample", "--figures=false"),
    ]);
    const report = await act("some", "scripts/selfcorrect/report.ts", "sample", "--figures=false");
    const ends = { whyfix, labeling, ielts, collect, evaluate, report, pages, ilm, notebook };
    for (const [name, { code, err }] of Object.entries(ends))
      expect([name, code, code === 0 ? "" : err]).toEqual([name, 0, ""]);
    for (const key of ["eins", "zwei", "drei", "vier"]) expect([...proxy.seen].join(" ")).toContain(key);
    const { files, found, masked } = await leaks(root, "some");
    expect(found).toEqual([]);
    expect(files).toBeGreaterThan(100);
    expect(masked).toBeGreaterThan(3); // what the proxy repeated was kept, without the key
  });

  test.each([400, 401])("are in nothing that is written or said where every call is answered %i", async (status) => {
    mood.fails = "all";
    mood.status = status;
    const folder = `all-${status}`;
    const studies =
      status === 400
        ? [
            [...WHYFIX.slice(0, 3), "0101-0901", "--provider", "openai", "--model", "gpt-6-luna", "--online"],
            [...COLLECT, "--provider", "compatible"],
          ]
        : [
            [...LABELING, "--provider", "anthropic", "--online"],
            [...PREPARE, "--provider", "azure"],
          ];
    const ended = await Promise.all(studies.map((words) => act(folder, ...words)));
    expect(ended.map(({ code }) => code).includes(1)).toBe(status === 401);
    expect((await leaks(root, folder)).found).toEqual([]);
  });

  test("nor in a word on the terminal", () => {
    expect(said.length).toBeGreaterThan(10);
    for (const text of said) for (const canary of CANARY) expect(text).not.toMatch(canary);
  });
});
