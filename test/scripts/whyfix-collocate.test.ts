import { collect, nodeDisk, readText } from "corrigenda/files";
import { readBill } from "corrigenda/provider/offline";
import { Manifest } from "corrigenda/results";
import { afterAll, describe, expect, test } from "vitest";
import { done, run, temporary } from "./script.ts";

const root = temporary("collocate");
afterAll(() => root.remove("."));

const collocate = (results: string, ...more: string[]): string[] => [
  ...["scripts/whyfix/collocate.ts", "sample-longman", "small", "0622-1440", "--corpus", "sample-fce"],
  ...["--results", root.resolve(results), ...more],
];
const FILE = "whyfix/0622-1440/collocations/longman_with_collocation_small.json";

/** Calls for embeddings on the offline service's bill. */
async function billed(results: string): Promise<number> {
  const bill = await collect(readBill(nodeDisk(root.resolve(`${results}/.offline`))));
  return bill.filter((line) => line.kind === "online" && line.model.startsWith("text-embedding-")).length;
}

describe("collocate", () => {
  test("the bundled rows get collocations that the steps read; what is embedded is never paid for again; the bytes are the same elsewhere", async () => {
    await done(...collocate("a", "--output-dir", root.resolve("out")));
    const text = await readText(root, `a/${FILE}`);
    const rows = JSON.parse(text) as { index: number; collocations: string }[];
    expect(rows).toHaveLength(37);
    const give = rows.find(({ index }) => index === 0)?.collocations ?? "";
    expect(give.split("|")[3]).toBe("pay attention to the traffic");
    expect(await readText(root, "out/longman_with_collocation_small.json")).toBe(text);
    const paid = await billed("a");
    expect(paid).toBeGreaterThan(0);
    await done(...collocate("a"));
    await done(...collocate("a").map((word) => word.replace("0622-1440", "0622-1441")));
    expect(await billed("a")).toBe(paid);
    expect(await readText(root, `a/${FILE.replace("0622-1440", "0622-1441")}`)).toBe(text);
    await done(...collocate("b"));
    expect(await readText(root, `b/${FILE}`)).toBe(text);
    expect(await readText(root, "b/whyfix/0622-1440/relevance/metrics.json")).toBe(
      await readText(root, "a/whyfix/0622-1440/relevance/metrics.json"),
    );
  });

  test("a limit below the price stops before the first call", async () => {
    const { code, err } = await run(...collocate("c", "--max-cost", "0.000001"));
    expect(code).toBe(1);
    expect(err).toMatch(/^error\[budget\]: the embeddings would cost \$0\.0000\S*, above --max-cost/);
    expect(await billed("c")).toBe(0);
  });
});

describe("ratings", () => {
  const words = (action: string, ...more: string[]): string[] => [
    ...["scripts/whyfix/ratings.ts", action, "0622-1458", ...more, "--results", root.resolve("r")],
  ];

  test("sheets go out blinded, come back filled, and become a page and numbers; without sheets or a run it is said what to do", async () => {
    const missing = await run(...words("export", "--raters", "anna,ben"));
    expect(missing.err).toContain("npx zx scripts/whyfix/step2.ts 0622-1458");
    await done("scripts/whyfix/step1.ts", "sample-longman", "small", "0622-1458", "--results", root.resolve("r"));
    await done("scripts/whyfix/step2.ts", "0622-1458", "--results", root.resolve("r"));
    await done(...words("export", "--raters", "anna,ben", "--rows", "5"));
    const unfilled = await run(...words("import", "--sheets", root.resolve("r/whyfix/0622-1458/rating-sheets")));
    expect(unfilled.err).toContain("the sheets hold no rating (no cell is filled in)");
    const begun = (await root.list("r/whyfix/0622-1458")).filter((name) => name.startsWith("ratings-"));
    expect(begun).toEqual(["ratings-export/"]);
    for (const rater of ["anna", "ben"]) {
      const sheet = await readText(root, `r/whyfix/0622-1458/rating-sheets/${rater}-scores.csv`);
      expect(sheet).not.toMatch(/lg_fu|baseline|fifty/);
      await root.write(
        `filled/${rater}.csv`,
        sheet.replaceAll('"","",""\r\n', rater === "anna" ? '"4","5",""\r\n' : '"4","3",""\r\n'),
      );
    }
    const out = await done(...words("import", "--sheets", root.resolve("filled"), "--figures=false"));
    const [, folder = ""] = /(whyfix\/0622-1458\/ratings-[0-9a-f]{8})\/report\.html/.exec(out) ?? [];
    const { metrics } = JSON.parse(await readText(root, `r/${folder}/metrics.json`)) as {
      metrics: { name: string; value: number }[];
    };
    const value = (name: string) => metrics.find((metric) => metric.name === name)?.value;
    // Three methods on five learner errors, two scales, two raters
    expect(value("cells rated")).toBe(60);
    expect([value("Accuracy, anna and ben: agreement"), value("Helpfulness, anna and ben: agreement")]).toEqual([1, 0]);
    // The page names the run, so it is no output: a reproduced run would have another one.
    const manifest = Manifest.parse(JSON.parse(await readText(root, `r/${folder}/manifest.json`)));
    expect(manifest.outputs.map(({ path }) => path.replace(/.*\//, ""))).toEqual([
      "metrics.json",
      "problems.jsonl",
      "ratings.jsonl",
    ]);
    const page = await readText(root, `r/${folder}/report.html`);
    expect(page).toContain("Do raters agree?");
  });
});
