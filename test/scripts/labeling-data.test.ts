import { collect, nodeDisk, readJsonl, readText } from "corrigenda/files";
import { parquet as parquetOf, query } from "corrigenda/frame";
import { documentKeys, readCsvRows, writeCsvRows } from "corrigenda/labeling";
import { listStages, readMetrics, verifyRun } from "corrigenda/results";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NAMES, writePapers } from "./labeling-papers.ts";
import { done, run, temporary } from "./script.ts";

const root = temporary("labeling-data");
afterAll(() => root.remove("."));
const results = nodeDisk(root.resolve("a/results"));
const folder = "labeling/r";
const KEYS = documentKeys([...NAMES]);
let words: string[] = [];

beforeAll(async () => {
  words = [...(await writePapers(root, "a", {})), "--results", results.resolve(".")];
  await done("scripts/labeling/run.ts", ...words);
}, 120_000);

const rows = async (path: string) =>
  (await collect(readJsonl(results, `${folder}/${path}`))).map(({ value }) => value) as Record<string, never>[];

describe("generate-finetune-data", () => {
  test("makes files of the source's names and shapes, a data card that says simulated, and tables of equal rows", async () => {
    const said = await done("scripts/labeling/generate-finetune-data.ts", ...words);
    expect(said).toContain(
      "finetune-simpleschema r: train 3 documents (18 pages), valid 0 (0), test 0 (0), split by document",
    );
    const place = `${folder}/finetune-simpleschema`;
    const conversations = JSON.parse(
      await readText(results, `${place}/conversation_data_finetune-simpleschema-train.json`),
    );
    expect(conversations).toHaveLength(18);
    for (const [human, gpt] of conversations) {
      expect([human.from, gpt.from]).toEqual(["human", "gpt"]);
      const { data_used, data_mentions } = JSON.parse(gpt.value);
      expect(data_used).toBe(data_mentions.length > 0);
      for (const { mentioned_in } of data_mentions) expect(human.value).toContain(mentioned_in);
    }
    const parquet = results.resolve(`${place}/finetune-simpleschema-train.parquet`);
    const count = "select count(*) as n, count(distinct paper_id) as papers from examples";
    const { rows: table } = await query(count, {}, { from: { examples: parquetOf(parquet) } });
    expect(table).toEqual([{ n: 18, papers: 3 }]);
    expect(await readText(results, `${place}/README.md`)).toContain("offline: simulated labels");
    const exported = await results.list(`${folder}/export/extraction_outputs/simpleschema`);
    expect([...exported].sort()).toEqual(KEYS.map((key) => `${key}.json`).sort());
    expect(await done("scripts/labeling/generate-finetune-data.ts", ...words)).toContain(
      "nothing to do, it is finished",
    );
  });

  test("splits by page when asked to, and warns that it leaks", async () => {
    const { code, out } = await run(
      "scripts/labeling/generate-finetune-data.ts",
      ...words,
      "--split",
      "page",
      "--data-id",
      "pages",
    );
    expect([code, out]).toEqual([0, expect.stringMatching(/split by page/)]);
    const sizes = await Promise.all(
      ["train", "valid", "test"].map(async (side) => (await rows(`pages/pages-${side}.jsonl`)).length),
    );
    expect(sizes.reduce((sum, n) => sum + n, 0)).toBe(18);
  });

  test("is refused by name where the reasoning has no results", async () => {
    const { code, err } = await run("scripts/labeling/generate-finetune-data.ts", ...words, "--run", "none");
    expect([code, err]).toEqual([
      1,
      expect.stringContaining("run: npx zx scripts/labeling/run-batch.ts --process extraction --run none"),
    ]);
  });
});

test("two people's files become agreement, an adjudication file and, decided, labels that win over the model's", async () => {
  await done("scripts/labeling/annotate.ts", "export", ...words, "--empty", "1");
  const exported = readCsvRows(await readText(results, `${folder}/to-annotate/mentions.csv`), "mentions.csv");
  const fill = async (who: string, valid: (row: Record<string, string>, at: number) => boolean): Promise<string> => {
    const own = exported.map((row, at) => ({ ...row, valid: valid(row, at) ? "yes" : "no" }));
    await root.write(`${who}.csv`, writeCsvRows(Object.keys(own[0] ?? {}), own));
    return root.resolve(`${who}.csv`);
  };
  const isData = ({ raw_name = "" }: Record<string, string>): boolean => /survey|data/i.test(raw_name);
  const files = [await fill("ada", isData), await fill("ben", (row, at) => (at === 0 ? !isData(row) : isData(row)))];
  const first = await done("scripts/labeling/annotate.ts", "import", ...files, ...words);
  expect(first).toMatch(/read by ada and ben, \d+ mentions, 1 disputed; \d+ pages decided, 1 wait/);
  const stage = /annotations-[0-9a-f]{8}/.exec(first)?.[0] ?? "";
  const metrics = await readMetrics(results, `${folder}/${stage}`);
  expect(metrics?.headline).toMatchObject({ name: "kappa, valid", provider: "people: ada, ben" });
  const disputes = readCsvRows(await readText(results, `${folder}/${stage}/adjudication.csv`), "adjudication.csv");
  expect(disputes).toHaveLength(1);
  const decided = disputes.map((row) => ({ ...row, valid: "no" }));
  await root.write("decided.csv", writeCsvRows(Object.keys(decided[0] ?? {}), decided));
  const second = await done(
    "scripts/labeling/annotate.ts",
    "import",
    ...files,
    ...words,
    "--adjudicated",
    root.resolve("decided.csv"),
  );
  expect(second).not.toContain("wait");
  const gold = /: (\/.*gold\.jsonl)/.exec(second)?.[1] ?? "";
  const said = await done(
    "scripts/labeling/generate-finetune-data.ts",
    ...words,
    "--manual",
    gold,
    "--data-id",
    "by-hand",
  );
  const pages = new Set(exported.map(({ document, page }) => `${document}#${page}`)).size;
  expect(said).toContain(`${pages} pages labelled by hand`);
  const conflicts = await rows("by-hand/conflicts.jsonl");
  expect(conflicts.length).toBeGreaterThan(0);
  expect(new Set(conflicts.map(({ what }) => what))).toEqual(new Set(["payload"]));
}, 60_000);

describe("evaluate and report", () => {
  beforeAll(async () => {
    const publications = NAMES.map((name, at) => ({ publication_id: at, pdf_file_name: `${name}.pdf` }));
    const lists = [
      ["Ghana Living Standards Survey (GLSS)", "GLSS"],
      ["DHS", "DHS data"],
    ];
    const citations = NAMES.flatMap((_, at) =>
      lists.map((mention_list, n) => ({ publication_id: at, data_set_id: n, mention_list })),
    );
    await root.write("gold/publications.json", JSON.stringify(publications));
    await root.write("gold/gold_citations.json", JSON.stringify(citations));
  });
  const evaluate = (...more: string[]) => run("scripts/labeling/evaluate.ts", ...words, ...more);

  test("refuse a gold list about other papers, before anything is written", async () => {
    await root.write("other/publications.json", JSON.stringify([{ publication_id: 0, pdf_file_name: "other.pdf" }]));
    const citations = [{ publication_id: 0, data_set_id: 1, mention_list: ["A"] }];
    await root.write("other/gold_citations.json", JSON.stringify(citations));
    const { code, err } = await evaluate("--gold", root.resolve("other"));
    expect([code, err]).toEqual([1, expect.stringContaining("no document of run r is in")]);
    expect(await results.size(`${folder}/evaluation/config.json`)).toBeUndefined();
  });

  test("score every process beside the baseline, with intervals, and say that it is simulated", async () => {
    const { code, out } = await evaluate("--gold", root.resolve("gold"));
    expect([code, out]).toEqual([
      0,
      expect.stringContaining("on 3 documents (simulated: it says nothing about any model)"),
    ]);
    const scores = await rows("evaluation/scores.jsonl");
    expect(scores).toHaveLength(16);
    const recall = scores
      .filter(({ level, rule }) => level === "datasets" && rule === "fuzzy")
      .map(({ system, recall }) => [system, recall]);
    expect(recall).toEqual([
      ["extraction", 1],
      ["judge", 1],
      ["reasoning", 1],
      ["baseline", 1],
    ]);
    const metrics = await readMetrics(results, `${folder}/evaluation`);
    expect(metrics?.headline.provider).toBe("offline");
    const overrides = await rows("evaluation/overrides.jsonl");
    const mentions = (await rows("reasoning-results/mentions.jsonl")).length;
    for (const process of ["judge", "reasoning"])
      expect(
        overrides.filter((one) => one.process === process).reduce((sum, one) => sum + Number(one.mentions), 0),
      ).toBe(mentions);
  });

  test("make a page for the run and one for each paper, whatever its name", async () => {
    const said = await done("scripts/labeling/report.ts", ...words, "--figures=false");
    expect(said).toContain(`3 papers: ${results.resolve(`${folder}/report.html`)}`);
    const page = await readText(results, `${folder}/report.html`);
    for (const key of KEYS) {
      expect(page).toContain(`papers/${key}.html`);
      expect(await readText(results, `${folder}/papers/${key}.html`)).toContain("Hover over a mark");
    }
    expect(page).toContain("Against gold");
  });
});

test("every stage that was made is whole: hashes hold", async () => {
  const stages = await collect(listStages(results));
  expect(stages.filter(({ state }) => state === "open")).toEqual([]);
  expect(stages.filter(({ state }) => state === "finished").length).toBeGreaterThan(12);
  const run = { study: "labeling", run: "r" };
  expect(await collect(verifyRun({ root: results, repository: nodeDisk("."), ...run }))).toEqual([]);
});
