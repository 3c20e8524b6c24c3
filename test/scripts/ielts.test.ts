import { setTimeout as wait } from "node:timers/promises";
import { writeLines } from "corrigenda/engine";
import { collect, nodeDisk, readText } from "corrigenda/files";
import { openTables } from "corrigenda/frame";
import { type Metadata, simulateIelts, variantRows } from "corrigenda/ielts";
import {
  type FaultPlan,
  noFaults,
  type OfflineService,
  readBill,
  startOfflineService,
} from "corrigenda/provider/offline";
import { realClock } from "corrigenda/time";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type HubServer, SHA, serveHub } from "../dataset/hub-server.ts";
import { sampleRows } from "../ielts/fixture.ts";
import { done, type Ended, run, start, temporary } from "./script.ts";

const root = temporary("ielts");
const NAME = "chillies/IELTS-writing-task-2-evaluation";
const PREPARE = "scripts/ielts/prepare.ts";
const SAMPLE = ["--from", "data/sample/ielts/essays.csv"];
/** What a client gets over within seconds. */
const FAULTS: FaultPlan = {
  ...{ ...noFaults, seed: 1126, lateOutputMs: 300, listDelayMs: 300 },
  rates: {
    ...{ server: 0.02, cutBefore: 0.02, cutAfter: 0.02, rateShort: 0.01, cutDownload: 0.2 },
    ...{
      lateOutput: 0.5,
      emptyErrorFile: 0.5,
      garbageLine: 0.5,
      tornTail: 0.5,
      busyLine: 0.05,
      zeroLine: 0.02,
      listDelay: 0.5,
    },
  },
};
const services = new Set<OfflineService>();
let hub: HubServer | undefined;

beforeAll(async () => {
  const rows = await sampleRows();
  const all = [...rows, ...variantRows(rows, 50, 7)];
  await writeLines(root, "rows.jsonl", () => all.map((row) => JSON.stringify(row)));
  await using tables = await openTables({ disk: root });
  const columns = "{prompt: 'VARCHAR', essay: 'VARCHAR', evaluation: 'VARCHAR', band: 'VARCHAR'}";
  await tables.write("rows.parquet", `from read_json('${root.resolve("rows.jsonl")}', columns = ${columns})`);
  const parquet = Buffer.concat(await collect(root.read("rows.parquet")));
  hub = await serveHub({ dataset: NAME, files: {}, converted: { "default/train/0000.parquet": parquet } });
});
afterEach(async () => {
  for (const service of services) await service.close();
  services.clear();
});
afterAll(async () => {
  await hub?.close();
  await root.remove(".");
});

const at = (folder: string): string[] => ["--results", root.resolve(folder)];
const serve = async (folder: string, faults: FaultPlan = noFaults): Promise<string> => {
  const disk = nodeDisk(root.resolve(`${folder}/.offline`));
  const pace = { validateMs: 0, perRequestMs: 0, finalizeMs: 0 };
  const service = await startOfflineService({ disk, clock: realClock, simulators: [simulateIelts], pace, faults });
  services.add(service);
  return service.url;
};
const asked = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  start(words, env).ended;
const files = async (folder: string): Promise<Record<string, string>> => {
  const names = ["train.jsonl", "validation.jsonl", "rejected.jsonl"];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readText(root, `${folder}/${name}`)])),
  );
};
const metadataOf = async (folder: string): Promise<Metadata> =>
  JSON.parse(await readText(root, `${folder}/metadata.json`)) as Metadata;
const paid = async (folder: string): Promise<string[]> =>
  (await collect(readBill(nodeDisk(root.resolve(`${folder}/.offline`))))).flatMap((line) =>
    line.kind === "batch" || line.kind === "online" ? [line.key] : [],
  );
const out = (folder: string, name: string): string => `${folder}/ielts/${name}/finetuning_data`;

test("50 rows drawn from the hub, in mock mode: the source's command, files and metadata, and the independent check finds nothing", async () => {
  const words = [PREPARE, "--num-samples", "50", "--disable-azure", "--run", "r1", ...at("hub")];
  const { code, out: said, err } = await asked(words, { HF_ENDPOINT: hub?.url ?? "" });
  expect([code, err]).toEqual([0, ""]);
  expect(said).toMatch(/^mock mode: .*provider: offline/);
  expect(said).toContain("\nTraining examples: ");
  const folder = out("hub", "r1");
  const metadata = await metadataOf(folder);
  const rejected = Object.values(metadata.statistics.rejected).reduce((sum, count) => sum + count, 0);
  expect(metadata.total_examples + rejected).toBe(50);
  expect(metadata).toMatchObject({
    ...{ dataset: NAME, dataset_split: "train", validation_ratio: 0.2, mock_mode: true, provider: "offline", seed: 42 },
    format_validation: { train_valid: true, validation_valid: true },
    cost_estimation: { examples: metadata.train_examples, total_tokens: metadata.train_examples * 1_500 },
  });
  expect(metadata.dataset_revision).toMatch(/^[0-9a-f]{40}$/);
  expect(metadata.dataset_revision).not.toBe(SHA);
  expect((await collect(root.read(`${folder}/train.jsonl`)))[0]?.subarray(0, 3)).toEqual(
    Buffer.from([0xef, 0xbb, 0xbf]),
  );
  expect(await done("scripts/ielts/check.ts", root.resolve(folder))).toMatch(/\d+ train and \d+ validation examples/);
  const before = await files(folder);
  expect((await asked(words, { HF_ENDPOINT: hub?.url ?? "" })).code).toBe(0);
  expect(await files(folder)).toEqual(before);
});

test("a hub that cannot be reached is one line, which names --from", async () => {
  const {
    code,
    out: said,
    err,
  } = await asked([PREPARE, "--disable-azure", ...at("none")], { HF_ENDPOINT: "http://127.0.0.1:9" });
  expect([code, said]).toEqual([1, ""]);
  expect(err).toBe(
    "error[network]: the Hugging Face hub at http://127.0.0.1:9 cannot be reached (no connection); try again, or give a file of your own: --from <file.csv, .jsonl or .parquet>\n",
  );
});

test("online and batch, against a service with faults, make the very files of mock mode", async () => {
  const from = ["--from", root.resolve("rows.parquet")];
  await done(PREPARE, ...from, "--disable-azure", "--run", "one", ...at("mock"));
  const url = await serve("online", FAULTS);
  await done(PREPARE, ...from, "--provider", "offline", "--base-url", url, "--run", "one", ...at("online"));
  const other = await serve("batch", FAULTS);
  await done(
    PREPARE,
    ...from,
    "--provider",
    "offline",
    "--base-url",
    other,
    "--batch-api",
    "--run",
    "one",
    ...at("batch"),
  );
  const mock = await files(out("mock", "one"));
  expect(await files(out("online", "one"))).toEqual(mock);
  expect(await files(out("batch", "one"))).toEqual(mock);
  for (const folder of ["mock", "online", "batch"])
    await done("scripts/ielts/check.ts", root.resolve(out(folder, "one")));
  expect(await metadataOf(out("online", "one"))).toMatchObject({ mock_mode: false, provider: "offline" });
  expect(new Set(await paid("batch")).size).toBe((await paid("batch")).length);
  expect((await metadataOf(out("mock", "one"))).statistics.mended.asked_again).toBeGreaterThan(0);
});

describe("killed with SIGKILL and started again, a run ends in the same bytes:", () => {
  const words = (folder: string, url: string, ...more: readonly string[]): string[] => [
    ...[PREPARE, ...SAMPLE, "--provider", "offline", "--base-url", url, "--run", "k", "--batch-size", "4"],
    ...[...at(folder), ...more],
  ];
  const killed = async (life: ReturnType<typeof start>, grown: () => Promise<boolean>): Promise<void> => {
    const ended = life.ended.then(() => true);
    while (!(await grown()) && !(await Promise.race([wait(2).then(() => false), ended])));
    life.kill("SIGKILL");
    await life.ended;
  };

  test("online, no more calls are billed again than were in flight", async () => {
    await done(PREPARE, ...SAMPLE, "--disable-azure", "--run", "k", ...at("kill-mock"));
    const url = await serve("kill-online");
    for (const calls of [12, 40, 75]) {
      const bill = async (): Promise<boolean> => (await paid("kill-online")).length >= calls;
      await killed(start(words("kill-online", url)), bill);
    }
    await done(...words("kill-online", url, "--resume"));
    expect(await files(out("kill-online", "k"))).toEqual(await files(out("kill-mock", "k")));
    const all = await paid("kill-online");
    expect(all.length - new Set(all).size).toBeLessThanOrEqual(3 * 4);
  });

  test("batch, nothing is paid twice", async () => {
    await done(PREPARE, ...SAMPLE, "--disable-azure", "--run", "k", ...at("kill-mock2"));
    const url = await serve("kill-batch");
    const journal = "kill-batch/ielts/k/evidence-requests/journal.jsonl";
    for (const bytes of [1, 250, 500, 700]) {
      const grown = async (): Promise<boolean> => ((await root.size(journal)) ?? 0) >= bytes;
      await killed(start(words("kill-batch", url, "--batch-api")), grown);
    }
    const open = await done("scripts/jobs.ts", ...at("kill-batch"));
    expect(open).toMatch(
      /^ielts\/k .*npx zx scripts\/ielts\/prepare\.ts --run k --from data\/sample\/ielts\/essays\.csv .*--batch-api/m,
    );
    await done("scripts/jobs.ts", "resume", "--base-url", url, ...at("kill-batch"));
    await done(...words("kill-batch", url, "--batch-api"));
    expect(await files(out("kill-batch", "k"))).toEqual(await files(out("kill-mock2", "k")));
    const all = await paid("kill-batch");
    expect(all.length).toBeGreaterThanOrEqual(100);
    expect(new Set(all).size).toBe(all.length);
  });

  test("mock mode, at any moment", async () => {
    const from = [PREPARE, "--from", root.resolve("rows.jsonl"), "--disable-azure", "--run", "k"];
    await done(...from, ...at("kill-a"));
    for (const ms of [350, 500, 650, 800, 950, 1_100]) {
      const life = start([...from, ...at("kill-b")]);
      await wait(ms);
      life.kill("SIGKILL");
      await life.ended;
    }
    await done(...from, ...at("kill-b"));
    expect(await files(out("kill-b", "k"))).toEqual(await files(out("kill-a", "k")));
  });
});

describe("Azure by default:", () => {
  test("without credentials, or out of reach, or with a refused key: mock mode, said aloud", async () => {
    const words = [PREPARE, ...SAMPLE, ...at("azure-none")];
    expect((await asked(words)).out).toMatch(/^MOCK MODE: AZURE_OPENAI_API_KEY is not set; .*provider: offline/);
    const key = { AZURE_OPENAI_API_KEY: "k", AZURE_OPENAI_ENDPOINT: "http://127.0.0.1:9" };
    const { out: said, code } = await asked(words, key);
    expect([code, said.split(";")[0]]).toEqual([0, "MOCK MODE: http://127.0.0.1:9 does not answer"]);
    for (const [status, why] of [
      [401, "Azure refuses the key (status 401)"],
      [503, "Azure is down (status 503)"],
    ] as const) {
      const refusing = await serveHub({ dataset: "", files: {}, status });
      const { out: told } = await asked(words, { ...key, AZURE_OPENAI_ENDPOINT: refusing.url });
      expect([told.split(";")[0], refusing.seen]).toEqual([
        `MOCK MODE: ${why}`,
        ["GET /openai/models?api-version=2024-10-21"],
      ]);
      await refusing.close();
    }
  });

  test("with credentials it is asked, by the name of its deployment", async () => {
    const url = await serve("azure");
    const env = { AZURE_OPENAI_API_KEY: "k", AZURE_OPENAI_ENDPOINT: url, AZURE_OPENAI_DEPLOYMENT_SCORER: "my-scorer" };
    const { code, out: said } = await asked([PREPARE, ...SAMPLE, "--run", "a", ...at("azure")], env);
    expect([code, said.includes("MOCK")]).toEqual([0, false]);
    expect(await metadataOf(out("azure", "a"))).toMatchObject({
      mock_mode: false,
      provider: "azure",
      model: "my-scorer",
    });
    await done("scripts/ielts/check.ts", root.resolve(out("azure", "a")));
  });
});

test("an explicit folder is honoured; no ratio, no validation file; OpenAI's files have no mark", async () => {
  const words = [
    PREPARE,
    ...SAMPLE,
    "--disable-azure",
    "--target",
    "openai",
    ...at("dirs"),
    "--output-dir",
    root.resolve("mine"),
  ];
  await done(...words);
  expect(await root.list("mine")).toEqual(["metadata.json", "rejected.jsonl", "train.jsonl", "validation.jsonl"]);
  const said = await done(...words, "--validation-ratio", "0");
  expect(await root.list("mine")).toEqual(["metadata.json", "rejected.jsonl", "train.jsonl"]);
  expect((await collect(root.read("mine/train.jsonl")))[0]?.[0]).toBe("{".charCodeAt(0));
  expect(said).toContain(`check: npx zx scripts/ielts/check.ts ${root.resolve("mine")}`);
  expect(said.match(/^ {2}\d\. (?:upload|create|monitor|evaluate|deploy): /gm)).toHaveLength(5);
});

test("a missing column is a warning, a row without an essay a reason", async () => {
  const from = [
    PREPARE,
    "--from",
    "data/sample/ielts/no-evaluation.jsonl",
    "--disable-azure",
    "--run",
    "m",
    ...at("columns"),
  ];
  const { code, err } = await asked(from, { LOG_LEVEL: "warn" });
  expect([code, err.replace(/^[\d:]+ /, "")]).toEqual([
    0,
    'warn: the data has no column "evaluation": criterion bands are drawn\n',
  ]);
  expect(await readText(root, `${out("columns", "m")}/rejected.jsonl`)).toContain('{"row":5,"reason":"no essay"');
  expect((await metadataOf(out("columns", "m"))).statistics.overall_from.missing).toBeGreaterThan(0);
});

test("the check exits 1 and names the place of a fault", async () => {
  await done(PREPARE, ...SAMPLE, "--disable-azure", "--run", "c", ...at("check"));
  const path = `${out("check", "c")}/train.jsonl`;
  await root.write(
    path,
    `\uFEFF${await readText(root, path)}`.replace(/\\"evidence_quotes\\":\[\\"/, '\\"evidence_quotes\\":[\\"not '),
  );
  const { code, err } = await run("scripts/ielts/check.ts", root.resolve(out("check", "c")));
  expect(code).toBe(1);
  expect(err).toMatch(
    /^error\[dataset\]: 1 kind of fault; the first of each: train\.jsonl:1: quote not in the essay: not /,
  );
});

describe.concurrent("refused with one line:", () => {
  test.each<[string, string[], RegExp]>([
    [
      "a run to resume that was not begun",
      [...SAMPLE, "--disable-azure", "--resume"],
      /^error\[stage\]: there is no run ielts-[0-9a-f]{8} to go on with; leave out --resume to start it\n$/,
    ],
    ["a ratio of 1", ["--validation-ratio", "1"], /^error\[config\]: --validation-ratio: /],
    ["a data set without essays", ["--from", "package.json.csv"], /package\.json\.csv does not exist/],
    [
      "a file of the user's that would leave the machine",
      ["--from", "USER", "--provider", "openai"],
      /^error\[refused\]: data set 'user' may not leave this machine/,
    ],
    [
      "more than --max-cost",
      [...SAMPLE, "--provider", "offline", "--max-cost", "0.001"],
      /^error\[budget\]: the calls cost an estimated \$0\.\d+, more than --max-cost 0\.001; nothing was sent/,
    ],
  ])("%s", async (what, words, sentence) => {
    const given = words.map((word) => (word === "USER" ? root.resolve("rows.jsonl") : word));
    const { code, out: said, err } = await run(PREPARE, ...given, ...at(`refused-${what.length}`));
    expect([code === 0, said]).toEqual([false, ""]);
    expect(err).toMatch(sentence);
  });
});

test("the demo shows three rows stage by stage and writes them", async () => {
  const said = await done("scripts/ielts/demo.ts", ...at("demo"));
  expect(said.match(/^— row \d+$/gm)).toHaveLength(3);
  for (const stage of ["1. loaded", "2. mapped", "3. asked and answered", "4. formatted"])
    expect(said.split(stage)).toHaveLength(4);
  expect(await root.list("demo/ielts/demo/sample_output")).toEqual(["sample.jsonl", "sample_finetuning_example.json"]);
});
