import { collect, type Disk, nodeDisk, readJsonl, readText } from "corrigenda/files";
import {
  documentKeys,
  type Mention,
  type PageRow,
  PROCESSES,
  type ReplyRecord,
  readId,
  simulateLabeling,
} from "corrigenda/labeling";
import { noFaults, type OfflineService, startOfflineService } from "corrigenda/provider/offline";
import { readMetrics } from "corrigenda/results";
import { realClock } from "corrigenda/time";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NAMES, writePapers } from "./labeling-papers.ts";
import { done, run, temporary } from "./script.ts";

const root = temporary("labeling");
afterAll(() => root.remove("."));
const at = (folder: string): string[] => ["--results", root.resolve(`${folder}/results`)];
const KEYS = documentKeys([...NAMES]);

/** Both steps of each process. */
async function chain(words: readonly string[], first: readonly string[] = []): Promise<string> {
  const said: string[] = [];
  for (const process of PROCESSES) {
    const own = process === "extraction" ? first : [];
    said.push(await done("scripts/labeling/run-batch.ts", "--process", process, ...words, ...own));
    said.push(await done("scripts/labeling/retrieve-results.ts", "--process", process, ...words));
  }
  return said.join("");
}
async function lines<T>(disk: Disk, path: string): Promise<T[]> {
  return (await collect(readJsonl(disk, path))).map(({ value }) => value as T);
}
const runDisk = (folder: string): Disk => nodeDisk(root.resolve(`${folder}/results/labeling/r`));

describe("the three processes, in batches of four", () => {
  let words: string[] = [];
  let said = "";
  const disk = runDisk("a");
  beforeAll(async () => {
    words = [...(await writePapers(root, "a", { MAX_REQUESTS_PER_BATCH: 4 })), ...at("a")];
    said = await chain(words);
  }, 200_000);

  test("say what they did, what comes next, and that no model was asked", () => {
    expect(said).toContain("text r: 3 documents, 18 pages, 3 of them not asked about (prefilter lexical)\n");
    expect(said).toContain("extraction r: 15 requests handed in, in 4 batches\n");
    expect(said).toMatch(/^extraction r: 15 rows answered; [\d,]+ tokens, \$0\.0\d+ \(simulated\)$/m);
    expect(said).toContain(
      `next: npx zx scripts/labeling/run-batch.ts --process judge --run r --results ${root.resolve("a/results")}\n`,
    );
    expect(said).toMatch(/^reasoning r: \d+ rows answered/m);
  });

  test("leave the source's files for every document, whatever its name", async () => {
    for (const key of KEYS) {
      for (const path of [
        `output/text/${key}.json`,
        `output/raw_text/${key}.json`,
        `openai-batchfiles/extraction/batch-${key}.jsonl`,
        `openai-batchfiles/judge-batches/judge-batch-${key}.jsonl`,
        `openai-batchfiles/reasoning-batches/reasoning-batch-${key}.jsonl`,
      ])
        expect(await disk.size(`export/${path}`), path).toBeGreaterThan(0);
      for (const process of PROCESSES) {
        const file = JSON.parse(await readText(disk, `export/extraction_outputs/${process}/${key}.json`)) as {
          source: string;
          pages: unknown[];
        };
        expect(file.source).toBe(NAMES[KEYS.indexOf(key)]);
        expect(file.pages.length).toBeGreaterThan(0);
      }
    }
  });

  test("no batch has more requests than MAX_REQUESTS_PER_BATCH, and together they are all requests", async () => {
    for (const process of PROCESSES) {
      const names = await disk.list(`export/batches/${process}`);
      const files = names.filter((file) => file.startsWith("merged-batch-"));
      const merged = await Promise.all(
        files.map((file) => lines<{ custom_id: string }>(disk, `export/batches/${process}/${file}`)),
      );
      expect(Math.max(...merged.map((one) => one.length))).toBe(4);
      const asked = await lines<{ custom_id: string; key: string }>(disk, `${process}/${process}.jsonl`);
      const travelled = merged.flat().map(({ custom_id }) => custom_id);
      // Equal requests travel once.
      expect(travelled).toHaveLength(new Set(asked.map(({ key }) => key)).size);
      expect(asked.map(({ custom_id }) => custom_id)).toEqual(expect.arrayContaining(travelled));
      for (const { custom_id } of asked) expect(KEYS).toContain(readId(process, custom_id)?.document);
    }
  });

  test("each batch's result lines stand in a file of its own, all together one for each request", async () => {
    for (const process of PROCESSES) {
      const ids = (await readText(disk, `export/extraction_outputs/${process}_batches.txt`)).trim().split("\n");
      const results = await Promise.all(
        ids.map((id) => lines<{ custom_id: string }>(disk, `export/batches/${process}/results-${id}.jsonl`)),
      );
      const asked = await lines<{ key: string }>(disk, `${process}/${process}.jsonl`);
      expect(results.flat()).toHaveLength(new Set(asked.map(({ key }) => key)).size);
    }
  });

  test("lose no mention between extraction and the end, and keep what each stage said of it", async () => {
    const tables = await Promise.all(
      PROCESSES.map((process) => lines<Mention>(disk, `${process}-results/mentions.jsonl`)),
    );
    const replies = await lines<ReplyRecord>(disk, "extraction-results/replies.jsonl");
    const [first, second, last] = tables.map((rows) => rows.map(({ id }) => id));
    expect(first?.length).toBe(replies.reduce((sum, { mentions }) => sum + mentions, 0));
    expect(first?.length).toBeGreaterThan(30);
    expect([second, last]).toEqual([first, first]);
    for (const { verdicts, asked, page, evidence } of tables[2] ?? []) {
      expect(verdicts.judge?.state).toBeDefined();
      expect(verdicts.reasoning?.argument ?? verdicts.reasoning?.reason).toBeTruthy();
      expect(Object.keys(asked)).toEqual([...PROCESSES]);
      expect(page).toBeGreaterThan(0);
      expect(evidence.state === "found").toBe(evidence.quote !== null);
    }
    expect(tables[2]?.some(({ verdicts }) => verdicts.reasoning?.overrides)).toBe(true);
    expect(
      (await readMetrics(nodeDisk(root.resolve("a/results")), "labeling/r/reasoning-results"))?.headline.provider,
    ).toBe("offline");
  });

  test("their batches are listed by id, status and time: all, one process, or those of a list of ids", async () => {
    const ids = (await readText(disk, "export/extraction_outputs/judge_batches.txt")).trim().split("\n");
    const listed = await done("scripts/labeling/list-batches.ts", "--process", "judge", ...at("a"));
    expect(listed).toMatch(/^run +process +id +status +created at +done$/m);
    for (const id of ids)
      expect(listed).toMatch(new RegExp(`^r +judge +${id} +completed +\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z +\\d/\\d$`, "m"));
    const file = root.resolve("a/reasoning.txt");
    await root.write("a/reasoning.txt", `${ids[0]}\nbatch_of_others\n`);
    const few = await run("scripts/labeling/list-batches.ts", "--ids", file, ...at("a"));
    expect(few.out.match(/completed/g)).toHaveLength(1);
    const gone = await run(
      "scripts/labeling/list-batches.ts",
      "--ids",
      file,
      ...at("a"),
      "--base-url",
      "http://127.0.0.1:1",
    );
    expect(gone.out).toContain(`${ids[0]}  not shown`);
    expect(gone.err).toMatch(new RegExp(`error: ${ids[0]}: no answer from offline when asked to show a batch\n$`));
  });

  test("a second time there is nothing to do; every hash holds; nothing is open", async () => {
    const again = await chain(words);
    expect(again.match(/nothing to do/g)).toHaveLength(7);
    expect(await done("scripts/results/verify.ts", "labeling/r", ...at("a"))).toContain("every hash holds (stages: 7)");
    expect(await done("scripts/jobs.ts", ...at("a"))).toBe("nothing is open\n");
  });
});

describe("a service that refuses every third request", () => {
  let service: OfflineService | undefined;
  afterAll(() => service?.close());

  test("leaves failed rows with their reason, in every stage; the rest goes on and no mention is lost", async () => {
    const disk = nodeDisk(root.resolve("b/state"));
    const faults = { ...noFaults, seed: 3, rates: { refusedLine: 0.3 } };
    service = await startOfflineService({ disk, clock: realClock, simulators: [simulateLabeling], faults });
    const words = [
      ...(await writePapers(root, "b", { REASONING_REPLY: "text", PREFILTER: "none", REASONING_INPUT: "valid" })),
      ...at("b"),
    ];
    const said = await chain([...words, "--base-url", service.url]);
    for (const process of PROCESSES) {
      const rows = await lines<ReplyRecord>(runDisk("b"), `${process}-results/replies.jsonl`);
      const failed = rows.filter(({ ok }) => !ok);
      expect(failed.length).toBeGreaterThan(0);
      for (const { error, reason, answer } of failed)
        expect([error, reason, answer]).toEqual([expect.any(String), expect.any(String), null]);
      expect(said).toMatch(
        new RegExp(`^${process} r: ${rows.length - failed.length} rows answered, ${failed.length} failed `, "m"),
      );
    }
    const [extracted, last] = await Promise.all(
      ["extraction", "reasoning"].map((process) => lines<Mention>(runDisk("b"), `${process}-results/mentions.jsonl`)),
    );
    expect(last?.map(({ id }) => id)).toEqual(extracted?.map(({ id }) => id));
    const states = new Set(last?.flatMap(({ verdicts }) => [verdicts.judge?.state, verdicts.reasoning?.state]));
    expect(states).toEqual(new Set(["answered", "failed", "not asked"]));
  }, 200_000);
});

describe.concurrent("refused with one line:", () => {
  const refused = async (folder: string, script: string, ...words: string[]) => {
    const own = await writePapers(root, folder, {});
    const { code, err } = await run(`scripts/labeling/${script}.ts`, ...own, ...at(folder), ...words);
    return { code, err };
  };

  test("judge, and reasoning's results, without anything before them", async () => {
    const submit = "npx zx scripts/labeling/run-batch.ts --process extraction --run r";
    expect(await refused("c", "run-batch", "--process", "judge")).toEqual({
      ...{ code: 1, err: `error[stage]: text of labeling run r is missing; run: ${submit}\n` },
    });
    expect(await refused("c", "retrieve-results", "--process", "reasoning")).toEqual({
      ...{ code: 1, err: `error[stage]: text of labeling run r is missing; run: ${submit}\n` },
    });
  });

  test("judge while the extraction is not retrieved, and another provider than the run's", async () => {
    const own = [...(await writePapers(root, "d", {})), ...at("d")];
    await done("scripts/labeling/run-batch.ts", "--process", "extraction", ...own);
    const judge = ["scripts/labeling/run-batch.ts", "--process", "judge", ...own];
    expect(await run(...judge)).toMatchObject({
      code: 1,
      err: "error[stage]: extraction-results of labeling run r is missing; run: npx zx scripts/labeling/retrieve-results.ts --process extraction --run r\n",
    });
    await done("scripts/labeling/retrieve-results.ts", "--process", "extraction", ...own);
    expect(await run(...judge, "--provider", "openai")).toMatchObject({
      code: 2,
      err: "error[config]: run r was started with provider offline, not openai; leave --provider out, or start another run\n",
    });
  });

  test("a config with more requests than a batch takes, a process that there is not, an empty folder", async () => {
    await root.write("e/config.yaml", "MAX_REQUESTS_PER_BATCH: 50001\n");
    const path = root.resolve("e/config.yaml");
    const extraction = ["scripts/labeling/run-batch.ts", "--process", "extraction", "--config", path, ...at("e")];
    expect(await run(...extraction)).toMatchObject({
      code: 2,
      err: `error[config]: ${path}:1: MAX_REQUESTS_PER_BATCH: is above 50000, the most that a batch may hold; allowed: 1 to 50000\n`,
    });
    expect((await run("scripts/labeling/run-batch.ts", "--process", "judging")).err).toMatch(
      /^error\[config\]: --process: .*got "judging"\n$/,
    );
    await root.write("e/empty/notes.txt", "no paper");
    await root.write("e/config.yaml", "MODEL: gpt-4o-mini\n");
    expect((await run(...extraction, "--input", root.resolve("e/empty"))).err).toContain(
      `error[dataset]: ${root.resolve("e/empty")} holds no PDF and no text file; put papers there, or name a folder with --input\n`,
    );
  });

  test("papers of unknown rights to a remote provider", async () => {
    const { code, err } = await refused("f", "run-batch", "--process", "extraction", "--provider", "openai");
    expect(code).toBe(1);
    expect(err).toContain("error[refused]: data set 'papers' may not leave this machine (unknown licence); ");
  });
});

test("the sample papers end with mentions that are found on the page, in boxes that lie on it", async () => {
  await done("scripts/labeling/run.ts", "--input", "data/sample/papers", "--run", "r", ...at("h"));
  const disk = runDisk("h");
  const pages = await lines<PageRow>(disk, "text/pages.jsonl");
  const mentions = await lines<Mention>(disk, "reasoning-results/mentions.jsonl");
  expect(new Set(mentions.map(({ document }) => document))).toEqual(new Set(["1282", "339"]));
  const found = mentions.filter(({ evidence }) => evidence.state === "found");
  expect(found.length).toBeGreaterThan(mentions.length / 2);
  for (const { document, page: number, evidence, raw_name, sent } of found) {
    const page = pages.find((one) => one.document === document && one.page === number);
    const slice = (place: { start: number; end: number } | null) =>
      page?.text.slice(place?.start, place?.end).replace(/\s+/g, " ");
    if (evidence.name) expect(slice(evidence.name)).toBe(raw_name);
    expect(slice(evidence.sentence)).toBe(sent?.replace(/\s+/g, " "));
    expect(evidence.boxes.sentence.length).toBeGreaterThan(0);
    for (const [x, y, width, height] of [...evidence.boxes.name, ...evidence.boxes.sentence]) {
      expect(x >= 0 && y >= 0 && width > 0 && height > 0).toBe(true);
      expect(x + width <= (page?.width ?? 0) && y + height <= (page?.height ?? 0)).toBe(true);
    }
  }
}, 120_000);

test("--dry-run counts and prices, and hands nothing in", async () => {
  const own = [...(await writePapers(root, "g", {})), ...at("g")];
  const said = await done("scripts/labeling/run-batch.ts", "--process", "extraction", "--dry-run", ...own);
  expect(said).toMatch(
    /^ {2}gpt-4o-mini: 15 requests, [\d,]+ input tokens, \$0\.0\d+ \(\$0\.0\d+ to \$0\.0\d+\) at batch prices$/m,
  );
  expect(await runDisk("g").list("extraction")).toEqual([]);
});
