import { pickRecords, type StructuredRecord, summaryTable, whyfixReport } from "corrigenda/whyfix";
import { describe, expect, test } from "vitest";
import { fullRow, goodExplanation } from "./fixture.ts";
import { pageOf, rowsOf, runOf } from "./report-input.ts";

const words = (n: number): string => Array.from({ length: n }, () => "word").join(" ");
const broken = { error: "lg_fu_1_BL_fON_zero_t_l_fifty: the reply (3 characters) is not JSON", reason: "not JSON" };
const isBroken = ({ original_custom_id }: StructuredRecord): boolean =>
  original_custom_id === "lg_fu_1_BL_fON_zero_t_l_fifty";

/** Numbers and their units are held together by no-break spaces. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll("\u00a0", " "));

type Figure = { data: readonly Record<string, unknown>[]; layout?: Record<string, unknown> };

describe("what a page holds of a run", () => {
  test("is the first learner errors in all cells, one error after the other, so that methods can be compared", async () => {
    const { picked } = await runOf({ rows: rowsOf(5), limits: { shown: 30, failures: 9 } });
    expect(picked.total).toBe(70);
    expect(picked.shown.map(({ data_index }) => data_index)).toEqual([...Array(14).fill(0), ...Array(14).fill(1)]);
    expect(new Set(picked.shown.map(({ method, output_length }) => `${method} ${output_length}`)).size).toBe(14);
  });

  test("never exceeds its limit, also with more cells than it may show", async () => {
    const { picked } = await runOf({ limits: { shown: 3, failures: 9 } });
    expect(picked.shown).toHaveLength(3);
  });

  test("counts every failure and keeps the first of them", async () => {
    const { picked } = await runOf({
      change: () => ({ content_payload: { error: "e", reason: "cut off" } }),
      limits: { shown: 30, failures: 4 },
    });
    // 3 rows x 10 cells of step 1 failed, so that 3 rows x 4 cells of step 3 could not be asked.
    expect([picked.totalFailed, picked.total, picked.failures.length]).toEqual([42, 42, 4]);
  });

  test("gives the quantiles of explanation lengths as numpy does", async () => {
    const lengths = [12, 47, 50, 51, 80, 33, 33];
    const { records } = await runOf({ rows: rowsOf(7), isWhole: false });
    const one = records
      .filter(({ method, output_length }) => method === "baseline" && output_length === "fifty")
      .map(
        (record, at): StructuredRecord => ({
          ...record,
          content_payload: { ...goodExplanation, explanation_en: words(lengths[at] ?? 0) },
        }),
      );
    const { words: spreads } = await pickRecords({ cells: [] }, one);
    // numpy.percentile([12, 47, 50, 51, 80, 33, 33], [5, 25, 50, 75, 95])
    expect(spreads).toEqual(
      [
        { method: "baseline", length: "fifty", n: 7, mean: 306 / 7, p5: 18.3, q1: 33, median: 47, q3: 50.5, p95: 71.3 },
      ].map((spread) => ({ ...spread, p5: expect.closeTo(spread.p5, 9), p95: expect.closeTo(spread.p95, 9) })),
    );
  });
});

describe("the top of the page", () => {
  test("says what was asked, who answered, n, the headline with its interval, what failed and what it cost", async () => {
    const report = whyfixReport(
      await runOf({ change: (record) => (isBroken(record) ? { content_payload: broken } : {}) }),
    );
    expect(report.question).toBe(
      "Why did an editor replace the learner's word? 3 learner errors, each asked in 14 ways (7 methods and 2 lengths), to be answered in English and Traditional Chinese.",
    );
    expect(report.provider).toBe("offline");
    expect(plain(report.stats)).toEqual([
      { label: "explanations that parse", value: "96.7 %", note: "95 % interval 83.3 to 99.4 %, n = 30" },
      { label: "of them within the word limit", value: "100 %", note: "95 % interval 88.3 to 100 %, n = 29" },
      { label: "failed", value: "1", note: "of 42 records: 1 not JSON" },
      { label: "cost, simulated", value: "$10.50", note: "$256.10 per 1,000 answers" },
    ]);
    expect(report.facts).toMatchObject({
      data: "m2:rows.m2",
      "model asked for": "gpt-4.1-nano",
      length: "fifty (50 words) and eighty (80 words)",
    });
    expect(report.facts).not.toHaveProperty("answered by");
  });

  test("names the models that answered where a provider was asked", async () => {
    const report = whyfixReport(await runOf({ provider: "openai" }));
    expect(report.provider).toBe("openai (gpt-4.1-nano-2025-04-14)");
    expect(report.facts?.["answered by"]).toBe("gpt-4.1-nano-2025-04-14");
    expect(report.stats.at(-1)?.label).toBe("cost");
    expect(JSON.stringify(report)).not.toContain("simulated");
  });

  test("says that steps 3 and 4 are missing where they are", async () => {
    const report = whyfixReport(await runOf({ isWhole: false }));
    expect(report.question).toContain("Steps 3 and 4 are not finished");
    expect(report.question).toContain("each asked in 10 ways (5 methods and 2 lengths)");
  });

  test("claims nothing where nothing was answered", async () => {
    const report = whyfixReport(
      await runOf({ change: () => ({ content_payload: { error: "e", reason: "expired" }, usd: 0 }) }),
    );
    expect(plain(report.stats).map(({ value }) => value)).toEqual(["0 %", "42", "$0.00"]);
    expect(report.sections[0]?.parts).toEqual([]);
  });
});

describe("figures", () => {
  const figuresOf = (report: ReturnType<typeof whyfixReport>): Map<string, Figure> =>
    new Map(
      report.sections.flatMap(({ parts }) =>
        parts.flatMap((part) => ("figure" in part ? [[part.figure.title, part.figure]] : [])),
      ),
    );

  test("show the share within the limit with Wilson's interval, by method and length", async () => {
    const over = ({ data_index, output_length, method }: StructuredRecord): boolean =>
      data_index === 0 && output_length === "fifty" && method === "dictionary";
    const run = await runOf({
      change: (record) => (over(record) ? { content_payload: { ...goodExplanation, explanation_en: words(51) } } : {}),
    });
    const [fifty, eighty] =
      figuresOf(whyfixReport(run)).get("Share of English explanations within their word limit")?.data ?? [];
    expect(fifty).toMatchObject({
      name: "at most 50 words",
      x: ["baseline", "dictionary", "collocation", "metalinguistic", "mix"],
      y: [1, 2 / 3, 1, 1, 1],
    });
    expect(eighty).toMatchObject({ name: "at most 80 words", y: [1, 1, 1, 1, 1] });
    const { low = [], high = [] } = (fifty?.interval ?? {}) as { low?: number[]; high?: number[] };
    // 2 of 3: 0.2077 to 0.9385 (Newcombe's method 3)
    expect(low[1]).toBeCloseTo(0.2077, 4);
    expect(high[1]).toBeCloseTo(0.9385, 4);
  });

  test("show the spread of words against the limits, failures by reason, and cost by method", async () => {
    const figures = figuresOf(
      whyfixReport(await runOf({ change: (record) => (isBroken(record) ? { content_payload: broken } : {}) })),
    );
    const boxes = figures.get("Words of the English explanations");
    expect(boxes?.data[0]).toMatchObject({ name: "at most 50 words", median: [3, 3, 3, 3, 3] });
    expect(boxes?.layout?.shapes).toMatchObject([
      { y0: 50, y1: 50 },
      { y0: 80, y1: 80 },
    ]);
    expect(figures.get("Failures by method and reason")?.data).toMatchObject([
      { name: "not JSON", y: [1, 0, 0, 0, 0, 0, 0] },
    ]);
    expect(figures.get("Cost by method")?.data[0]?.y).toEqual(Array(7).fill(1.5));
  });

  test("are left out where they would be empty", async () => {
    const figures = figuresOf(whyfixReport(await runOf({ change: () => ({ usd: null }) })));
    expect([...figures.keys()]).toEqual([
      "Share of English explanations within their word limit",
      "Words of the English explanations",
    ]);
  });
});

describe("tables and details", () => {
  type Rows = readonly Record<string, unknown>[];
  const rowsIn = (report: ReturnType<typeof whyfixReport>, title: string, at = 0): Rows =>
    report.sections
      .find((section) => section.title === title)
      ?.parts.flatMap((part) => ("table" in part ? [part.table.rows] : []))[at] ?? [];

  test("there is a line per method and length, with list entries against what is expected", async () => {
    const report = whyfixReport(await runOf());
    const cells = rowsIn(report, "Results by method");
    expect(cells).toHaveLength(14);
    expect(cells[0]).toMatchObject({
      method: "baseline",
      length: "fifty",
      answered: 3,
      failed: 0,
      words: 3,
      limit: 50,
      // 3 of 3: 43.85 to 100 % (Wilson)
      within: { value: 100, low: expect.closeTo(43.85, 2), high: 100 },
    });
    expect(cells[1]).toMatchObject({ method: "baseline", length: "eighty" });
    expect(rowsIn(report, "Results by method", 1).find(({ method }) => method === "mix")).toMatchObject({
      example_en: 2,
      corresponding_collocation_en: 1,
      other_collocations_en: 0,
    });
    expect(rowsIn(report, "Tokens and cost")[0]).toMatchObject({ tokensIn: 300, tokensOut: 150, usd: 0.75 });
  });

  test("an answer leads to its reply, request, tokens, cost and ids", async () => {
    const id = "lg_fu_2_Dict_fON_zero_t_l_eighty";
    const report = whyfixReport(
      await runOf({ kept: (of) => (of === id ? '{"explanation_en":"We take photos."}' : "") }),
    );
    const row = rowsIn(report, "Answers").find(({ answer }) => (answer as { detail: string }).detail === id);
    expect(row).toMatchObject({ row: 2, method: "dictionary", length: "eighty", words: 3, outcome: "answered" });
    expect(row).toMatchObject({ sentence: "I {+took+}[-made-] a photo of the bridge.", chinese: "我們拍照。" });
    const fields = new Map(report.details[id]?.fields.map(({ label, value }) => [label, value]));
    expect(fields.get("reply")).toBe('{\n  "explanation_en": "We take photos."\n}');
    expect(fields.get("request")).toContain('A checker suggests "took" in place of "made".');
    expect(Object.fromEntries(fields)).toMatchObject({
      model: "gpt-4.1-nano",
      "model that answered": "gpt-4.1-nano-2025-04-14",
      temperature: 0,
      "answer schema": "whyfix_explanation",
      "tokens in": "100",
      "tokens out": "50",
      cost: "$0.25, simulated",
      custom_id: id,
      "request key": `key of ${id}`,
    });
  });

  test("the requests of step 3 show what they build on", async () => {
    const { details } = whyfixReport(await runOf());
    const request = details.lg_fu_2_L2_fON_zero_t_l_fifty?.fields.find(({ label }) => label === "request");
    expect(request?.value).toContain("<likely_causes>\n- An item of the list.\n</likely_causes>");
  });

  test("a reply that is no longer kept is shown as it was read, and called that", async () => {
    const report = whyfixReport(await runOf({ kept: () => undefined }));
    const field = report.details.lg_fu_0_BL_fON_zero_t_l_fifty?.fields.find(({ label }) => label.startsWith("reply"));
    expect(field?.label).toBe("reply as it was read (what was received is no longer in the store)");
    expect(JSON.parse(String(field?.value))).toEqual(goodExplanation);
  });

  test("an explanation beyond its limit says by how much; a shared reply says why it cost nothing", async () => {
    const report = whyfixReport(
      await runOf({
        change: () => ({
          content_payload: { ...goodExplanation, explanation_en: words(57) },
          usd: 0,
          notes: ["an example holds markers"],
        }),
      }),
    );
    const row = rowsIn(report, "Answers")[0];
    expect(row?.outcome).toBe("answered; 7 words over; an example holds markers");
    const cost = report.details.lg_fu_0_BL_fON_zero_t_l_fifty?.fields.find(({ label }) => label === "cost");
    expect(cost?.value).toBe("$0.00: shared with another row, kept from an earlier run, or without a known price");
  });

  test("every failure stands there with its reason and what was received; a row that was not asked says so", async () => {
    const cause = "lg_fu_2_Cause_fON_zero_t_l_fifty";
    const report = whyfixReport(
      await runOf({
        change: (record) =>
          isBroken(record) || record.original_custom_id === cause ? { content_payload: broken } : {},
        kept: () => "Sure! Here",
      }),
    );
    const failures = rowsIn(report, "Failures");
    expect(failures.map(({ id }) => (id as { value: string }).value)).toEqual([
      "lg_fu_1_BL_fON_zero_t_l_fifty",
      cause,
      "lg_fu_2_L2_fON_zero_t_l_fifty",
      "lg_fu_2_Mix2_fON_zero_t_l_fifty",
    ]);
    expect(failures[0]).toMatchObject({
      reason: { value: "not JSON", failed: true },
      error: "the reply (3 characters) is not JSON",
    });
    expect(failures[2]).toMatchObject({ reason: { value: "no knowledge" } });
    const fieldsOf = (id: string) =>
      Object.fromEntries((report.details[id]?.fields ?? []).map(({ label, value }) => [label, value]));
    expect(fieldsOf("lg_fu_1_BL_fON_zero_t_l_fifty")).toMatchObject({ reply: "Sure! Here" });
    expect(fieldsOf("lg_fu_2_L2_fON_zero_t_l_fifty")).toMatchObject({
      request: "none: this row was not asked",
      reply: "none was kept",
    });
  });

  test("a page that shows a part says how much, and which files hold all", async () => {
    const { sections } = whyfixReport(
      await runOf({
        rows: rowsOf(5),
        change: (record) => (record.method === "baseline" ? { content_payload: broken } : {}),
        limits: { shown: 28, failures: 4 },
      }),
    );
    const files = "All are in step2/step2.jsonl and step4/step4.jsonl of the run's folder.";
    expect(sections.at(-1)?.intro).toContain(`28 of 70 records: those of the first 2 learner errors. ${files}`);
    expect(sections[2]?.intro).toBe(
      `10 of 70 records have no answer that could be used. The first 4 of 10 are listed. ${files}`,
    );
  });
});

describe("the page", () => {
  test("is the same bytes for the same results, and holds no path, date or id of a service", async () => {
    const one = pageOf(await runOf());
    expect(pageOf(await runOf())).toBe(one);
    expect(one).not.toMatch(/\/home\/|batch_|resp_|\d{4}-\d\d-\d\dT/);
  });

  test("texts from rows, replies and errors stay text: none adds a tag", async () => {
    const evil = `</script><script>alert("x")</script><img src=x onerror=alert(1)>`;
    const tags = async (text: string): Promise<number> => {
      const rows = [
        fullRow({ index: 0, learner_word: text, formatted_sentence: `[-${text}-]`, learner_sentence: text }),
      ];
      const change = (record: StructuredRecord): Partial<StructuredRecord> =>
        record.method === "baseline"
          ? { content_payload: { error: text, reason: text }, returned_model: text }
          : {
              content_payload: { ...record.content_payload, explanation_en: text, explanation_zh_tw: text },
              notes: [text],
            };
      const made = pageOf(await runOf({ rows, change, kept: () => text, provider: text }));
      expect(made).toContain(text === evil ? "\\u003c/script>" : text);
      return made.match(/<[a-z!/]/gi)?.length ?? 0;
    };
    expect(await tags(evil)).toBe(await tags("plain"));
  });
});

test("the terminal's table has a line per method and length, and leaves out what all share", async () => {
  const { summary } = await runOf({ change: (record) => (isBroken(record) ? { content_payload: broken } : {}) });
  const rows = summaryTable(summary);
  expect(rows).toHaveLength(14);
  expect(plain(rows[0])).toEqual({
    method: "baseline",
    length: "fifty",
    answered: 2,
    failed: 1,
    why: "1 not JSON",
    words: 3,
    "within limit": "100 % (34.2 to 100 %)",
    tokens: 450,
    cost: "$0.75",
  });
  expect(rows[4]).toMatchObject({ method: "collocation", length: "fifty" });
});
