import { readText } from "corrigenda/files";
import { afterAll, expect, test } from "vitest";
import { writePapers } from "./labeling-papers.ts";
import { done, temporary } from "./script.ts";

const root = temporary("rows-online");
afterAll(() => root.remove("."));
const at = ["--results", root.resolve(".")];

interface Fields {
  readonly fields: readonly { readonly label: string; readonly value: unknown }[];
}

/** What each row of a page says of its request. */
async function requestsIn(page: string): Promise<string[]> {
  const text = await readText(root, page);
  const [, json = "{}"] = /<script type="application\/json" data-for="details">(.*?)<\/script>/s.exec(text) ?? [];
  return Object.values(JSON.parse(json) as Record<string, Fields>).map(({ fields }) =>
    String(fields.find(({ label }) => label === "request")?.value),
  );
}

/** Requests of calls are in no file, so those on a page were built again, and had the keys that were paid. */
async function allBuilt(folder: string, pages: readonly string[]): Promise<void> {
  for (const page of pages) {
    const requests = await requestsIn(`${folder}/exchanges/${page}.html`);
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) {
      expect(request).toMatch(/^\[(system|developer|user)\]\n/);
      expect(request).toContain("[settings]");
    }
    expect(new Set(requests).size).toBeGreaterThan(1);
  }
}

test("whyfix: each row of synchronous calls shows its request, and numbers of the report lead there", async () => {
  await done("scripts/whyfix/run.ts", "sample-longman", "small", "0622-1458", "--online", ...at);
  const folder = "whyfix/0622-1458";
  expect(await root.list(`${folder}/step1/requests`)).toEqual([]);
  await allBuilt(folder, ["step2", "step4"]);
  const report = await readText(root, `${folder}/report.html`);
  expect(report).toContain("exchanges/step2.html#find=BL_fON_zero_t_l_fifty");
  expect(report).toContain("exchanges/step4.html#find=Mix2_fON_zero_t_l_eighty");
});

test("labeling: so do all three processes; where the text has changed since, the page says so", async () => {
  const words = [...(await writePapers(root, "papers", {})), ...at];
  await done("scripts/labeling/run.ts", ...words, "--online");
  const report = ["scripts/labeling/report.ts", "--run", "r", "--figures=false", ...at];
  await done(...report);
  const stages = ["extraction-results", "judge-results", "reasoning-results"];
  await allBuilt("labeling/r", stages);
  expect(await readText(root, "labeling/r/report.html")).toContain("exchanges/extraction-results.html#find=a_b-page-3");

  const pages = "labeling/r/text/pages.jsonl";
  await root.write(
    pages,
    (await readText(root, pages)).replace("1990 Ghana Living Standards", "1890 Ghana Living Standards"),
  );
  await done(...report);
  const requests = await requestsIn("labeling/r/exchanges/extraction-results.html");
  const changed = requests.filter((request) => request.startsWith("could not be built again"));
  expect(changed).toHaveLength(1);
});

test("ielts: so do evidence and scores; selfcorrect: so do traces and what its comparison asked beyond them", async () => {
  const offline = ["--provider", "offline", ...at];
  await done("scripts/ielts/prepare.ts", "--from", "data/sample/ielts/essays.csv", "--run", "i", ...offline);
  const said = await done("scripts/ielts/evaluate.ts", root.resolve("ielts/i/finetuning_data"), ...offline);
  const [, scores = ""] = /evaluation-([0-9a-f]{8})/.exec(said) ?? [];
  await done("scripts/ielts/report.ts", "i", "--figures=false", ...at);
  await allBuilt("ielts/i", ["evidence", `scores-${scores}`]);

  const from = ["--dataset", "gsm8k", "--from", "data/sample/selfcorrect/gsm8k.jsonl", "--preset", "learnable"];
  await done("scripts/selfcorrect/collect.ts", ...from, "--limit", "12", "--max-turns", "3", "--run", "s", ...at);
  await done("scripts/selfcorrect/evaluate.ts", "s", ...at);
  await done("scripts/selfcorrect/report.ts", "s", "--figures=false", ...at);
  await allBuilt("selfcorrect/s", ["traces", "evaluation"]);
});
