import os from "node:os";
import path from "node:path";
import { nodeDisk, readText } from "corrigenda/files";
import { parquet, query } from "corrigenda/frame";
import { csvOf, latexOf, type Report, saveReport, saveTables, type TableOptions } from "corrigenda/report";
import { afterAll, describe, expect, test } from "vitest";

const disk = nodeDisk(path.join(os.tmpdir(), `corrigenda-report-files-${process.pid}`));
afterAll(() => disk.remove("."));

const EVIL = `a,"b"\r\n</td><script>\\input{/etc/passwd} 100% $x_1^2$ ~ #&{}`;
const sample: TableOptions = {
  id: "shares",
  caption: "Shares & 100 %",
  columns: [
    { key: "method", label: "method" },
    { key: "share", label: "share", unit: "%", digits: 1 },
    { key: "n", label: "n" },
    { key: "said", label: "said", wide: true },
  ],
  rows: [
    { method: "baseline", share: { value: 72.25, low: 68.125, high: 76.5 }, n: 37, said: EVIL },
    { method: { value: "mix", detail: "d" }, share: null, n: 12345, said: true },
  ],
};

describe("CSV", () => {
  test("is RFC 4180: CRLF, quotes doubled, numbers unrounded, an interval's ends in columns of their own", () => {
    expect(csvOf(sample)).toBe(
      "method,share,share_low,share_high,n,said\r\n" +
        `baseline,72.25,68.125,76.5,37,"${EVIL.replaceAll('"', '""')}"\r\n` +
        "mix,,,,12345,true\r\n",
    );
  });

  test.each(["=HYPERLINK(1)", "+1", "@SUM(A1)", "-2+3", " =1", "'=1"])(
    "has no formula for a spreadsheet: %s",
    (said) => {
      const columns = [
        { key: "said", label: "said" },
        { key: "n", label: "n" },
      ];
      expect(csvOf({ id: "x", caption: "", columns, rows: [{ said, n: -2 }] })).toBe(`said,n\r\n'${said},-2\r\n`);
    },
  );
});

describe("LaTeX", () => {
  test("is a booktabs table with caption, label, units and every special character escaped", () => {
    expect(latexOf(sample)).toBe(String.raw`% needs \usepackage{booktabs}
\begin{table}
\centering
\caption{Shares \& 100 \%}
\label{tab:shares}
\begin{tabular}{lrrp{0.3\linewidth}}
\toprule
method & share (\%) & n & said \\
\midrule
baseline & 72.3 {[}68.1, 76.5{]} & 37 & a,\textquotedbl{}b\textquotedbl{} \textless{}/td\textgreater{}\textless{}script\textgreater{}\textbackslash{}input\{/etc/passwd\} 100\% \$x\_1\textasciicircum{}2\$ \textasciitilde{} \#\&\{\} \\
mix & -- & 12,345 & yes \\
\bottomrule
\end{tabular}
\end{table}
`);
  });

  test("goes over pages where it is long", () => {
    const rows = Array.from({ length: 41 }, (_, n) => ({ n }));
    const text = latexOf({ id: "t", columns: [{ key: "n", label: "n" }], rows });
    expect(text).toContain("\\begin{longtable}{r}");
    expect(text).toContain("\\endhead");
    expect(text).not.toContain("\\begin{table}");
  });
});

describe("saved tables", () => {
  test("are there as CSV, LaTeX and Parquet, and Parquet gives the values back in their types", async () => {
    const empty: TableOptions = { id: "none", columns: [{ key: 'a "b"', label: "a" }], rows: [] };
    await saveTables({ disk, folder: "tables" }, [sample, empty]);
    expect(await disk.list("tables")).toEqual(
      ["none", "shares"].flatMap((id) => [`${id}.csv`, `${id}.parquet`, `${id}.tex`]),
    );
    const { rows } = await query(
      "select method, share, share_high, n, typeof(n) as kind from t",
      {},
      {
        disk,
        from: { t: parquet("tables/shares.parquet") },
      },
    );
    expect(rows).toEqual([
      { method: "baseline", share: 72.25, share_high: 76.5, n: 37, kind: "BIGINT" },
      { method: "mix", share: null, share_high: null, n: 12345, kind: "BIGINT" },
    ]);
    const none = await query("from t", {}, { disk, from: { t: parquet("tables/none.parquet") } });
    expect([none.rows, none.columns.map(({ name }) => name)]).toEqual([[], ['a "b"']]);
  });

  test("with one id for two are refused: one file would be lost", async () => {
    await expect(saveTables({ disk, folder: "twice" }, [sample, sample])).rejects.toThrow(
      "two tables have the id shares",
    );
    expect(await disk.list("twice")).toEqual([]);
  });
});

describe("a saved report", () => {
  const report: Report = {
    ...{ title: "T", provider: "offline" },
    sections: [
      {
        ...{ title: "S", intro: "I" },
        parts: [
          {
            figure: {
              ...{ id: "bars", title: "Bars", x: { title: "x" }, y: { title: "y" } },
              data: [{ type: "bar", x: ["a"], y: [1], interval: { low: [0.5], high: [2] } }],
            },
          },
          { table: sample },
        ],
      },
    ],
  };

  test("links every file beside it, and every link leads to one", async () => {
    const file = await saveReport(disk, "run", report, { figures: true });
    const text = await readText(disk, file);
    const links = [...text.slice(0, text.indexOf("<script>")).matchAll(/href="([^"#]+)"/g)].map(
      (match) => match[1] ?? "",
    );
    expect(links).toEqual([
      ...["html", "svg", "png", "pdf"].map((kind) => `figures/bars.${kind}`),
      ...["csv", "tex", "parquet"].map((kind) => `tables/shares.${kind}`),
    ]);
    for (const link of links) expect(await disk.size(`run/${link}`), link).toBeGreaterThan(100);
    expect(await readText(disk, "run/figures/bars.html")).toContain('<script src="plotly.js"></script>');
    expect(await disk.size("run/figures/plotly.js")).toBeGreaterThan(1_000_000);
  }, 60_000);

  test("without figures links none, and is the same bytes again", async () => {
    const [one, two] = [
      await saveReport(disk, "a", report, { figures: false }),
      await saveReport(disk, "b", report, { figures: false }),
    ];
    const text = await readText(disk, one);
    expect(text).toBe(await readText(disk, two));
    expect(text).not.toContain("figures/");
    expect(await disk.list("a")).toEqual(["report.html", "tables/"]);
  });
});
