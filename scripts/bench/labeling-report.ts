// npx zx scripts/bench/labeling-report.ts
// A labeling run of 1,000 papers of ten pages: its pages built and written, the run's page and a paper's page opened in Chromium.
import { medianSeconds, openClaims } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { madeUpPaper, paperPage, runTally } from "corrigenda/labeling";
import { findBrowser, html, openBrowser, page, saveReport } from "corrigenda/report";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/labeling-report.ts",
  summary: "Building and opening the report of a labeling run of 1,000 papers.",
  flags: { papers: z.number().int().positive().default(1_000).describe("papers of the run") },
});

await main(script, async ({ papers }, { disk: here, print }) => {
  const disk = nodeDisk(here.resolve("results/.bench/labeling-report"));
  const input = {
    run: "bench",
    provider: "offline",
    input: "none",
    last: "reasoning",
    costs: [],
    failed: [],
    scores: undefined,
  } as const;
  const build = async (): Promise<void> => {
    const tally = runTally(input);
    for (let at = 0; at < papers; at++) {
      const paper = madeUpPaper(at);
      tally.add(paper);
      await disk.write(`papers/${paper.row.document}.html`, paperPage({ html, page }, paper, input));
    }
    await saveReport(disk, ".", tally.report(), { figures: false });
  };
  const claims = openClaims(print);
  const named = (what: string): string => `labeling report of ${papers.toLocaleString("en-US")} papers, ${what}`;
  const seconds = { unit: "s", wanted: "at most", binding: false } as const;
  const built = await medianSeconds(build, realClock, 1);
  claims.add({ name: named("built and written"), value: built, limit: 30, ...seconds });
  const megabytes = ((await disk.size("report.html")) ?? 0) / 1e6;
  claims.add({
    name: named("size of the run's page"),
    value: megabytes,
    limit: 3,
    unit: "MB",
    wanted: "at most",
    binding: true,
  });
  const executable = await findBrowser();
  if (executable === undefined) return print("no Chromium here: the pages are not opened");
  const browser = await openBrowser(executable);
  try {
    const tab = await browser.newPage();
    for (const [what, file, seen] of [
      ["opened", "report.html", "#table-papers tbody td a"],
      ["a paper opened", "papers/paper-500.html", ".m > a"],
    ] as const) {
      const open = async (): Promise<void> => {
        await tab.goto(`file://${disk.resolve(file)}`);
        await tab.waitForSelector(seen);
      };
      claims.add({ name: named(what), value: await medianSeconds(open, realClock, 5), limit: 1, ...seconds });
    }
  } finally {
    await browser.close();
  }
  claims.end();
});
