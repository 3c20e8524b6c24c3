import { createHash } from "node:crypto";
import vm from "node:vm";
import { type ChartOptions, chart, figure, html, loadPlotly, type PageOptions, page, table } from "corrigenda/report";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const EVIL = `</script><!--<script>"'&<img src=x onerror=alert(1)>\u2028`;
const nothing = html``;

function drawn(more: Partial<ChartOptions> = {}) {
  return figure(chart({ id: "f", title: "F", x: { title: "x" }, y: { title: "y" }, data: [{ type: "bar" }], ...more }));
}

function pageOf(more: Partial<PageOptions> = {}): string {
  return page({ title: "T", provider: "offline", sections: [{ title: "S", body: nothing }], ...more });
}

/** The parsed data block of a name. */
function data(text: string, name: string): unknown {
  const match = text.match(new RegExp(`<script type="application/json" data-for="${name}">(.*?)</script>`, "s"));
  return JSON.parse(match?.[1] ?? "");
}

describe("html", () => {
  test("escapes texts and numbers, in content and in quoted attributes; markup goes in as it is", () => {
    const inner = html`<b>${"a<b"}</b>`;
    const body = html`<p title="${`"x" & 'y'`}">${inner}${[inner, inner]}${1}${undefined}</p>`;
    expect(pageOf({ sections: [{ title: "S", body }] })).toContain(
      '<p title="&quot;x&quot; &amp; &#39;y&#39;"><b>a&lt;b</b><b>a&lt;b</b><b>a&lt;b</b>1</p>',
    );
  });

  test("takes no look-alike of markup: what comes from JSON stays text", () => {
    const forged = JSON.parse('{"markup":"<script>","html":"<script>"}');
    expect(() => pageOf({ sections: [{ title: "S", body: html`${forged}` }] })).not.toThrow();
    expect(pageOf({ sections: [{ title: "S", body: html`<i>${forged}</i>` }] })).toContain("<i>undefined</i>");
  });

  test("other pages of the run are links by relative paths; anything else is refused", () => {
    const label = "evaluation <b>";
    expect(pageOf({ pages: [{ label, href: "../a.b/report.html" }] })).toContain(
      '<a href="../a.b/report.html">evaluation &lt;b&gt;</a>',
    );
    for (const href of ["javascript:alert(1)//.html", "http://x/a.html", "/a.html", "a/../b.html", 'a".html', "a.svg"])
      expect(() => pageOf({ pages: [{ label, href }] }), href).toThrow("relative path to an .html file");
    expect(pageOf()).not.toContain("Other pages");
  });

  test("no text, wherever it is put, adds a tag to the page", () => {
    const build = (text: string): string => {
      const body = html`<p title="${text}">${text}</p>${table({
        id: "t",
        columns: [{ key: "a", label: text, note: text, unit: text }],
        rows: [{ a: { value: text, detail: text } }],
        caption: text,
      })}${drawn({ title: text, caption: text, source: text, y: { title: text, unit: text }, data: [{ name: text }] })}`;
      const field = { label: text, value: text };
      return page({
        title: text,
        question: text,
        provider: text,
        facts: { [text]: text },
        stats: [{ label: text, value: text, note: text }],
        sections: [{ title: text, intro: text, body }],
        details: { [text]: { title: text, fields: [field] } },
        plotly: "0",
      });
    };
    const tags = (text: string): number => text.match(/<[a-z!/]/gi)?.length ?? 0;
    const plain = tags(build("x"));
    const awkward = fc.oneof(
      fc.constantFrom(EVIL, "<!--", "]]>", "<script", "</style>"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(awkward, (text) => {
        expect(tags(build(text))).toBe(plain);
      }),
    );
  });
});

describe("page", () => {
  test("is the same bytes every time, and names no other host", () => {
    expect(pageOf()).toBe(pageOf());
    expect(pageOf()).not.toMatch(/https?:|\/\/[a-z]/);
  });

  test("lets only its own scripts run: their hashes are in its policy", () => {
    const text = pageOf({ sections: [{ title: "S", body: drawn() }], plotly: "var Plotly;" });
    const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? "");
    expect(scripts).toHaveLength(2);
    const policy = text.match(/Content-Security-Policy" content="([^"]*)"/)?.[1] ?? "";
    const hashes = scripts.map((source) => `&#39;sha256-${createHash("sha256").update(source).digest("base64")}&#39;`);
    expect(policy).toBe(
      `default-src &#39;none&#39;; script-src ${hashes.join(" ")}; style-src &#39;unsafe-inline&#39;; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;`,
    );
  });

  test("says plainly when no model was asked, and who answered otherwise", () => {
    expect(pageOf()).toContain('<p class="provider simulated">offline: simulated answers, no model was asked</p>');
    expect(pageOf({ provider: "openai (gpt-4.1)" })).toContain('<p class="provider">answers by openai (gpt-4.1)</p>');
  });

  test("carries details as data that cannot end its block", () => {
    const details = { [EVIL]: { title: EVIL, fields: [{ label: EVIL, value: EVIL, block: true }] } };
    expect(data(pageOf({ details }), "details")).toEqual(details);
  });

  test("does not carry plotly where there is no figure", () => {
    expect(pageOf({ plotly: "PLOTLY SOURCE" })).not.toContain("PLOTLY SOURCE");
  });

  test("with a figure asks for plotly's source, and refuses one that would end the script", () => {
    const sections = [{ title: "S", body: drawn() }];
    expect(() => pageOf({ sections })).toThrow("this page has figures: hand page() plotly's source (loadPlotly)");
    expect(() => pageOf({ sections, plotly: "'</SCRIPT>'" })).toThrow("plotly's source cannot be inlined");
  });

  test("the installed plotly can be inlined", async () => {
    for (const bundle of ["cartesian", "full"] as const) {
      const plotly = await loadPlotly(bundle);
      const text = pageOf({ sections: [{ title: "S", body: drawn() }], plotly });
      expect(text.length).toBeGreaterThan(1_000_000);
      expect(data(text, "figure")).toMatchObject({ data: [{ type: "bar" }] });
    }
  });
});

describe("table", () => {
  const columns = [
    { key: "name", label: "Name" },
    { key: "usd", label: "Cost", note: "US dollars", digits: 2 },
  ];

  test("aligns numbers right, formats them, and shows what is missing as a dash", () => {
    const rows = [{ name: "a", usd: 1234.5 }, { name: "b", usd: null }, { name: true }];
    const text = pageOf({ sections: [{ title: "S", body: table({ id: "t", columns, rows }) }] });
    expect(text).toContain('<tr><td>a</td><td class="n">1,234.50</td></tr><tr><td>b</td><td class="n">–</td></tr>');
    expect(text).toContain('<tr><td>yes</td><td class="n">–</td></tr>');
    expect(text).not.toContain("<input type");
  });

  test("keeps 5,230 rows as data and shows the first page", () => {
    const rows = Array.from({ length: 5230 }, (_, index) => ({ name: `row ${index}`, usd: index }));
    const text = pageOf({ sections: [{ title: "S", body: table({ id: "t", columns, rows }) }] });
    expect(text.match(/<tr><td>/g)).toHaveLength(50);
    const { rows: n, columns: packed } = data(text, "table") as { rows: number; columns: { v: unknown[] }[] };
    expect([n, ...packed.map(({ v }) => v.length)]).toEqual([5230, 5230, 5230]);
    expect(text).toContain("1–50 of 5,230");
    expect(text).toContain('<input type="search"');
  });

  test("links a cell to its detail and marks a failure", () => {
    const rows = [{ name: { value: "why", detail: "r1", failed: true }, usd: 1 }];
    const text = pageOf({ sections: [{ title: "S", body: table({ id: "t", columns, rows }) }] });
    expect(text).toContain('<td data-failed=""><button type="button" class="open" data-detail="r1">why</button></td>');
    expect(data(text, "table")).toMatchObject({ columns: [{ v: ["why"], d: ["r1"], f: [0] }, { v: [1] }] });
  });
});

describe("a table's script", () => {
  type Sort = { column: number; sign: 1 | -1 } | null;
  interface Rows {
    readonly columns: readonly { text(row: number): string }[];
    select(query: string, sort: Sort): number[];
  }
  const source = pageOf().match(/<script>([\s\S]*?)<\/script>/)?.[1] ?? "";
  const rowsOf = vm.runInNewContext(`${source.slice(0, source.indexOf("function startTable"))}; rowsOf`) as (
    data: unknown,
  ) => Rows;
  const columns = [
    { key: "name", label: "name" },
    { key: "n", label: "n", digits: 1 },
    { key: "kind", label: "kind" },
  ];
  const given = [
    { name: "b10", n: { value: 2, low: 1, high: 3.25 }, kind: "x" },
    { name: "b9", n: null, kind: "" },
    { name: { value: "a", detail: "x" }, n: -1, kind: "y10" },
    { name: "", n: 10, kind: "y9" },
    { name: "c", n: 0.5, kind: "y9" },
    { name: "d", n: 0.25, kind: "x" },
    { name: "e", n: 0.125, kind: "x" },
    { name: "f", n: 0.1, kind: "x" },
  ];
  const text = pageOf({ sections: [{ title: "S", body: table({ id: "t", columns, rows: given }) }] });
  const rows = rowsOf(data(text, "table"));
  const names = (query: string, sort: Sort, rest = 4): unknown[] =>
    rows
      .select(query, sort)
      .map((row) => rows.columns[0]?.text(row))
      .slice(0, rest);

  test("repeated texts stand in the data once", () => {
    expect(data(text, "table")).toMatchObject({
      columns: [{}, {}, { t: ["x", "", "y10", "y9"], i: [0, 1, 2, 3, 3, 0, 0, 0] }],
    });
  });

  test("shows a cell as the markup does", () => {
    const shown = [...text.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((match) => (match[1] ?? "").replace(/<[^>]*>/g, ""));
    const drawn = given.flatMap((_, row) => rows.columns.map((column) => column.text(row)));
    expect(drawn).toEqual(shown);
    expect(drawn[1]).toBe("2.0 [1.0, 3.3]");
  });

  test("sorts numbers as numbers and texts naturally, empty cells last in either direction", () => {
    expect(names("", { column: 1, sign: 1 })).toEqual(["a", "f", "e", "d"]);
    expect(names("", { column: 1, sign: -1 }, 8)).toEqual(["–", "b10", "c", "d", "e", "f", "a", "b9"]);
    expect(names("", { column: 0, sign: 1 })).toEqual(["a", "b9", "b10", "c"]);
    expect(names("", { column: 0, sign: -1 }, 8)).toEqual(["f", "e", "d", "c", "b10", "b9", "a", "–"]);
    // Equal ones keep their order.
    expect(names("", { column: 2, sign: 1 }, 8)).toEqual(["b10", "d", "e", "f", "–", "c", "a", "b9"]);
    expect(names("", { column: 2, sign: -1 }, 8)).toEqual(["a", "–", "c", "b10", "d", "e", "f", "b9"]);
  });

  test("filters by every word of the query, over what is shown", () => {
    expect(names("B", null)).toEqual(["b10", "b9"]);
    expect(names("2.0 b", null)).toEqual(["b10"]);
    expect(names("nothing", null)).toEqual([]);
    expect(names("", null)).toEqual(["b10", "b9", "a", "–"]);
  });
});
