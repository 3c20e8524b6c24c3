// npx zx scripts/bench/report.ts
// A report of 100,000 table rows: built, written, opened in Chromium from the disk until a row is seen, searched, sorted.
import { medianSeconds, openClaims } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { chart, figure, findBrowser, html, loadPlotly, openBrowser, page, table } from "corrigenda/report";
import { keyedRng } from "corrigenda/rng";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/report.ts",
  summary: "Building and opening a report of 100,000 rows.",
  flags: {
    rows: z.number().int().positive().default(100_000).describe("rows of its table"),
    rounds: z.number().int().positive().default(5).describe("how often each thing is done; the median counts"),
  },
});

const METHODS = ["baseline", "dictionary", "collocation", "metalinguistic", "mix"];

await main(script, async ({ rows: count, rounds }, { disk: here, print }) => {
  const disk = nodeDisk(here.resolve("results/.bench/report"));
  const rng = keyedRng("bench report");
  const rows = Array.from({ length: count }, (_, n) => {
    const [share, words] = [rng.next(), 20 + rng.int(60)];
    const sentence = `The learner wrote sentence ${n} about a bridge and its ${words} stones.`;
    const within = { value: share, low: share * 0.9, high: Math.min(1, share * 1.1) };
    return {
      n,
      method: METHODS[n % 5] ?? "",
      length: n % 2 ? "fifty" : "eighty",
      words,
      within,
      sentence,
      usd: share / 1e4,
    };
  });
  const columns = [
    ...["n", "method", "length", "words", "sentence", "usd"].map((key) => ({ key, label: key })),
    { key: "within", label: "within limit", digits: 2 },
  ];
  const axes = { x: { title: "words" }, y: { title: "rows" } };
  const data = [{ type: "histogram", x: rows.slice(0, 1000).map((row) => row.words) }];
  const plotly = await loadPlotly("cartesian");
  const build = (): string => {
    const body = html`${table({ id: "rows", columns, rows })}${figure(chart({ id: "words", title: "Words", ...axes, data }))}`;
    return page({ title: "Rows", provider: "offline", sections: [{ title: "Rows", body }], plotly });
  };
  const built = await medianSeconds(async () => disk.write("report.html", build()), realClock, rounds);
  const claims = openClaims(print);
  const named = (what: string): string => `report of ${count.toLocaleString("en-US")} rows, ${what}`;
  const seconds = { unit: "s", wanted: "at most", binding: false } as const;
  claims.add({ name: named("built and written"), value: built, limit: 5, ...seconds });
  const size = ((await disk.size("report.html")) ?? 0) / 1e6;
  claims.add({ name: named("size"), value: size, unit: "MB", limit: 20, wanted: "at most", binding: true });
  const executable = await findBrowser();
  if (executable === undefined) return print("no Chromium here: the page is not opened");
  const browser = await openBrowser(executable);
  try {
    const view = await browser.newPage();
    const url = `file://${disk.resolve("report.html")}`;
    const first = view.locator("tbody tr").first();
    const time = async (what: string, limit: number, work: () => Promise<unknown>, times = rounds): Promise<void> => {
      const value = await medianSeconds(async () => void (await work()), realClock, times);
      claims.add({ name: named(what), value, limit, ...seconds });
    };
    await time("opened until a row is seen", 1, () =>
      view.goto(url, { waitUntil: "commit" }).then(() => first.waitFor()),
    );
    await time("opened until all of it is there", 2, () => view.goto(url));
    const filter = view.locator("[data-filter]");
    await time("first search, which reads the rows", 2, () => filter.fill("sentence 99999"), 1);
    await time("next search", 0.5, () => filter.fill(""), 1);
    await time("sorted by a text", 1, () => view.locator("th button").nth(4).click());
  } finally {
    await browser.close();
  }
  claims.end();
});
