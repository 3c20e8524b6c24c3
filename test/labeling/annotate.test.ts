import { parseJson } from "corrigenda/json";
import {
  type AnnotationPage,
  adjudicationCsv,
  agreement,
  agreementMetrics,
  alignAnswers,
  annotationCsv,
  annotationPages,
  decide,
  importAnswers,
  labelStudioConfig,
  labelStudioTasks,
  type MarkedPage,
  NOTHING_SAID,
  readAdjudication,
  readAnnotationCsv,
  readCsvRows,
  readLabelStudio,
  readManual,
  sentencesAround,
  writeCsvRows,
} from "corrigenda/labeling";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { each, mention, page } from "./fixture.ts";

const text = "We use the GLSS. The World Bank paid, we say. Then came the DHS survey.";
const proposedAt = (id: string, raw_name: string) => {
  const start = text.indexOf(raw_name);
  const mentioned_in = sentencesAround(text, start, start + raw_name.length);
  return { id, raw_name, mentioned_in, start, end: start + raw_name.length };
};
const pages: AnnotationPage[] = [
  { document: "d", page: 1, text, proposed: [proposedAt("d#1.1", "GLSS"), proposedAt("d#1.2", "World Bank")] },
  { document: "e", page: 2, text: "Nothing here but MTF data.", proposed: [] },
];

/** A person's file: answers by the row's item. */
function filled(
  who: string,
  answers: Readonly<Record<string, Record<string, string>>>,
  added: Record<string, string>[] = [],
): MarkedPage[] {
  const rows = readCsvRows(annotationCsv(pages), "x.csv").map((row) => ({ ...row, ...answers[row.item ?? ""] }));
  const content = writeCsvRows(Object.keys(rows[0] ?? {}), [...rows, ...added]);
  return readAnnotationCsv(content, { file: `${who}.csv`, annotator: who }, pages);
}
const both = { "d#1.1": { valid: "yes", context: "primary" }, "d#1.2": { valid: "no" }, "e#2": { valid: "no" } };

describe("CSV", () => {
  test("gives back every text as it was", () => {
    const cell = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("=1+1", "'=1", "''-x", "+a", "-", "@b", "\tc", "\r", "\n", 'a"b', "a;b", " a ", "'", "﻿x"),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 6 }), (cells) => {
        const rows = cells.map(([a, b]) => ({ a, b, c: "end" }));
        expect(readCsvRows(writeCsvRows(["a", "b", "c"], rows), "f.csv")).toEqual(rows);
      }),
    );
  });

  test.each(['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])(
    "does not hand a spreadsheet the formula %j",
    (evil) => {
      const [, line = ""] = writeCsvRows(["a"], [{ a: evil }]).split(/\r\n(?=["'])/);
      expect(line).toMatch(/^"?'/);
    },
  );

  test("is read as spreadsheets save it: semicolons, tabs, other line ends, no mark in front", () => {
    const rows = [{ a: "1", b: 'x, "y"' }];
    for (const content of ['a,b\n1,"x, ""y"""\n', 'a;b\r\n1;"x, ""y"""', '\uFEFFa\tb\r1\t"x, ""y"""\r'])
      expect(readCsvRows(content, "f.csv")).toEqual(rows);
  });

  test("with a cell too few or an open quote is refused by its line", () => {
    expect(() => readCsvRows('a,b\n"1\n2",3\n4', "f.csv")).toThrow("f.csv:4: 1 cells, not 2");
    expect(() => readCsvRows('a,b\n1,"2', "f.csv")).toThrow("f.csv:2: a quote is not closed");
  });
});

describe("an export", () => {
  test("holds every mention, without a verdict, and as many pages without one as were asked for", async () => {
    const bare = Array.from({ length: 9 }, (_, at) => page({ document: "bare", page: at + 1, text: "None." }));
    const list = [page(), ...bare, page({ document: "bare", page: 10, text: " " })];
    const exported = await annotationPages(each(list), each([mention({ valid: false })]), { empty: 4, seed: 1 });
    expect(exported.map(({ proposed }) => proposed.length)).toEqual([1, 0, 0, 0, 0]);
    expect(exported[0]?.proposed[0]).toEqual({
      ...{ id: "doc_a#3.1", raw_name: "Demographic and Health Survey (DHS)", start: 11, end: 46 },
      mentioned_in: "We use the Demographic and Health Survey (DHS).",
    });
    const again = await annotationPages(each(list), each([mention()]), { empty: 4, seed: 1 });
    expect(again).toEqual(exported);
  });

  test("that nobody filled in says nothing", () => {
    expect(readAnnotationCsv(annotationCsv(pages), { file: "a.csv", annotator: "a" }, pages)).toEqual([]);
    expect(() => alignAnswers([], pages)).toThrow("no page has an answer yet");
  });
});

describe("a filled-in CSV", () => {
  test("brings back every answer and every mention that was added", () => {
    const [first, second] = filled("a", both, [
      { item: "", document: "e", page: "2", raw_name: "MTF data", context: "primary" },
    ]);
    expect(first?.marks.map(({ item, valid, context }) => [item, valid, context])).toEqual([
      ["d#1.1", true, "primary"],
      ["d#1.2", false, null],
    ]);
    expect(second?.marks).toEqual([
      {
        ...NOTHING_SAID,
        item: null,
        raw_name: "MTF data",
        mentioned_in: "Nothing here but MTF data.",
        start: 17,
        end: 25,
        valid: true,
        context: "primary",
      },
    ]);
  });

  const read = (change: (csv: string) => string) => () => {
    const content = change(annotationCsv(pages));
    return readAnnotationCsv(content, { file: "a.csv", annotator: "a" }, pages);
  };
  test.each<[what: string, change: (csv: string) => string, message: string]>([
    [
      "a word that is neither yes nor no",
      (csv) => csv.replace(",11,15,,", ",11,15,perhaps,"),
      'a.csv: d#1.1: valid is "perhaps"; write yes or no',
    ],
    [
      "a context of its own",
      (csv) => csv.replace(",11,15,,,,", ",11,15,yes,,main,"),
      '"main" is not allowed; write background, supporting, primary',
    ],
    [
      "a row taken out",
      (csv) => csv.replace(/d#1\.2.*\r\n/, "").replace(",11,15,,", ",11,15,yes,"),
      'the row of d#1.2 is gone; answer "no" instead of deleting',
    ],
    [
      "another export's page",
      (csv) => csv.replace("d#1.1,d,1", "d#9.1,d,9"),
      "page d#9 is not among the exported ones",
    ],
    ["a column taken out", (csv) => csv.replace(",valid,", ",verdict,"), "a.csv: no column valid"],
  ])("with %s is refused", (_, change, message) => {
    expect(read(change)).toThrow(message);
  });
});

describe("Label Studio", () => {
  const [task] = labelStudioTasks(pages, "run") as unknown as {
    predictions: { result: Record<string, unknown>[] }[];
  }[];
  const regions = task?.predictions[0]?.result ?? [];
  const labelled = (region: Record<string, unknown> | undefined, label: string) => {
    return { ...region, value: { ...(region?.value as object), labels: [label] } };
  };
  const choice = (id: string, from_name: string, value: object) => ({
    id,
    from_name,
    to_name: "text",
    type: "choices",
    value,
  });
  const exported = (...results: object[][]) =>
    JSON.stringify([
      {
        data: { document: "d", page: 1 },
        annotations: results.map((result, at) => ({ completed_by: { email: `${at}@x.org` }, result })),
      },
    ]);

  test("gets a task for each page, its mentions marked as proposed and nothing more", () => {
    expect(
      regions.map(({ id, value }) => [id, (value as { text: string }).text, (value as { labels: string[] }).labels]),
    ).toEqual([
      ["d#1.1", "GLSS", ["proposed"]],
      ["d#1.2", "World Bank", ["proposed"]],
    ]);
    expect(labelStudioConfig()).toContain('<Choice value="descriptive_but_unnamed"/>');
    const unplaced = [
      {
        ...(pages[0] as AnnotationPage),
        proposed: [{ id: "d#1.3", raw_name: "XYZ", mentioned_in: "XYZ.", start: null, end: null }],
      },
    ];
    expect(labelStudioTasks(unplaced, "run")[0]?.data).toMatchObject({ unplaced: [{ id: "d#1.3", raw_name: "XYZ" }] });
  });

  test("gives back labels, fields, stretches that were added, and those that were taken away", () => {
    const added = {
      id: "new",
      from_name: "mention",
      to_name: "text",
      type: "labels",
      value: { start: 60, end: 70, text: "DHS survey", labels: ["data set"] },
    };
    const fields = [
      choice("d#1.1", "context", { choices: ["primary"] }),
      choice("d#1.1", "acronym", { text: ["GLSS"] }),
      choice("new", "context", { choices: ["background"] }),
    ];
    const content = exported([labelled(regions[0], "data set"), added, ...fields]);
    const [marked] = readLabelStudio(content, "ls.json", pages);
    expect(marked?.annotator).toBe("0@x.org");
    expect(
      marked?.marks.map(({ item, raw_name, valid, context, acronym }) => [item, raw_name, valid, context, acronym]),
    ).toEqual([
      ["d#1.1", "GLSS", true, "primary", "GLSS"],
      [null, "DHS survey", true, "background", null],
      ["d#1.2", "World Bank", false, null, null],
    ]);
    expect(marked?.marks[1]?.mentioned_in).toBe("Then came the DHS survey.");
  });

  test("knows a stretch again by its place where its id was changed, and leaves an open one undecided", () => {
    const moved = { ...labelled(regions[1], "not a data set"), id: "zz" };
    const [marked] = readLabelStudio(exported([regions[0] ?? {}, moved]), "ls.json", pages);
    expect(marked?.marks.map(({ item, valid }) => [item, valid])).toEqual([
      ["d#1.1", null],
      ["d#1.2", false],
    ]);
  });

  test("may hold two people in one file, and pages that were skipped", () => {
    const content = JSON.parse(exported(regions, [])) as { annotations: { was_cancelled?: boolean }[] }[];
    expect(readLabelStudio(JSON.stringify(content), "ls.json", pages).map(({ annotator }) => annotator)).toEqual([
      "0@x.org",
      "1@x.org",
    ]);
    for (const one of content[0]?.annotations ?? []) one.was_cancelled = true;
    expect(readLabelStudio(JSON.stringify(content), "ls.json", pages)).toEqual([]);
  });

  test("in another form is refused with the export to choose", () => {
    expect(() => readLabelStudio("{}", "ls.json", pages)).toThrow("export the project as JSON (not JSON-MIN)");
    expect(() => readLabelStudio('[{"document":"d"}]', "ls.json", pages)).toThrow(
      "task 1 is about a page that was not exported",
    );
  });
});

describe("two people", () => {
  /** Cohen's kappa is 0.4 for 20, 5, 10 and 15: https://en.wikipedia.org/wiki/Cohen%27s_kappa#Simple_example */
  test("agree as in the textbook", () => {
    const table = [
      ...Array(20).fill([true, true]),
      ...Array(5).fill([true, false]),
      ...Array(10).fill([false, true]),
      ...Array(15).fill([false, false]),
    ] as [boolean, boolean][];
    const mark = (valid: boolean) => ({
      ...NOTHING_SAID,
      item: null,
      raw_name: "x",
      mentioned_in: "x",
      start: 0,
      end: 1,
      valid,
    });
    const pairs = table.map(([a, b], at) => ({
      key: `${at}`,
      document: `d${at % 10}`,
      page: 1,
      a: mark(a),
      b: mark(b),
    }));
    const [valid] = agreement({ annotators: ["a", "b"], pages: [], pairs }, 123);
    expect(valid).toMatchObject({ field: "valid", mentions: 50, documents: 10, agreed: 0.7 });
    expect(valid?.kappa).toBeCloseTo(0.4, 12);
    expect(valid?.low).toBeLessThan(0.4);
    expect(valid?.high).toBeGreaterThan(0.4);
    expect(agreementMetrics(valid ? [valid] : [], ["a", "b"])?.headline).toMatchObject({
      name: "kappa, valid",
      n: 50,
      provider: "people: a, b",
    });
  });

  test("who use one category throughout have no kappa; with one document there is no interval", () => {
    const one = filled("a", { "d#1.1": { valid: "yes" }, "d#1.2": { valid: "yes" }, "e#2": { valid: "no" } });
    const answers = alignAnswers([...one, ...one.map((marked) => ({ ...marked, annotator: "b" }))], pages);
    expect(agreement(answers, 1)[0]).toEqual({
      field: "valid",
      mentions: 2,
      documents: 1,
      agreed: 1,
      kappa: null,
      low: null,
      high: null,
    });
  });

  test("a mention that only one of them added counts as a no of the other's", () => {
    const a = filled("a", both, [{ item: "", document: "e", page: "2", raw_name: "MTF data" }]);
    const { pairs } = alignAnswers([...a, ...filled("b", both)], pages);
    expect(pairs.map(({ key, a: left, b: right }) => [key, left?.valid, right?.valid])).toEqual([
      ["d#1.1", true, true],
      ["d#1.2", false, false],
      ["e#2+1", true, undefined],
    ]);
  });

  test("who both added the same stretch, one a word longer, are brought together", () => {
    const add = (raw_name: string) => [{ item: "", document: "e", page: "2", raw_name }];
    const { pairs } = alignAnswers(
      [...filled("a", both, add("MTF data")), ...filled("b", both, add("but MTF data"))],
      pages,
    );
    expect(pairs).toHaveLength(3);
    expect(pairs[2]?.b?.raw_name).toBe("but MTF data");
  });

  test("read the same pages: what one passed over waits", () => {
    const b = filled("b", { "d#1.1": { valid: "yes" }, "d#1.2": { valid: "no" } });
    expect(alignAnswers([...filled("a", both), ...b], pages).pages.map(({ document }) => document)).toEqual(["d"]);
  });

  test("are two at most", () => {
    const marked = ["a", "b", "c"].flatMap((who) => filled(who, both));
    expect(() => alignAnswers(marked, pages)).toThrow("3 people answered (a, b, c); hand in one or two at a time");
  });
});

describe("adjudication", () => {
  const b = { "d#1.1": { valid: "yes", context: "background" }, "d#1.2": { valid: "yes" }, "e#2": { valid: "no" } };
  const answers = alignAnswers([...filled("a", both), ...filled("b", b)], pages);
  const rows = readCsvRows(adjudicationCsv(answers), "adjudication.csv");
  const decisions = (...changes: Record<string, string>[]) =>
    readAdjudication(
      writeCsvRows(
        Object.keys(rows[0] ?? {}),
        rows.map((row, at) => ({ ...row, ...changes[at] })),
      ),
      "adjudication.csv",
    );

  test("asks for what is disputed alone, with both answers", () => {
    expect(
      rows.map(({ key, disputed, valid_a, valid_b, valid, context_a, context_b, context }) => [
        key,
        disputed,
        valid_a,
        valid_b,
        valid,
        context_a,
        context_b,
        context,
      ]),
    ).toEqual([
      ["d#1.1", "context", "yes", "yes", "yes", "primary", "background", ""],
      ["d#1.2", "valid", "no", "yes", "", "", "", ""],
    ]);
  });

  test("an empty cell decides nothing: the page waits, and agreed pages are through", () => {
    const { records, waiting } = decide(answers, decisions());
    expect([records.map(({ paper_id }) => paper_id), waiting]).toEqual([["e"], ["d#1"]]);
    expect(decide(answers, decisions({ context: "primary" })).waiting).toEqual(["d#1"]);
  });

  test("decides, and what it decides is a label by hand", () => {
    const { records, waiting } = decide(answers, decisions({ context: "-" }, { valid: "no" }));
    expect(waiting).toEqual([]);
    expect(records[0]?.payload.data_mentions).toEqual([
      {
        mentioned_in: "We use the GLSS.",
        datasets: [
          {
            raw_name: "GLSS",
            harmonized_name: null,
            acronym: null,
            producer: null,
            year: null,
            specificity: null,
            context: null,
          },
        ],
      },
    ]);
    const labels = readManual(records.map((one) => JSON.stringify(one)).join("\n"), "gold.jsonl");
    expect(labels).toEqual(records);
  });

  test("of other answers, or with a word that is not allowed, is refused", () => {
    expect(() => decide(answers, new Map([["z#1.1", { valid: true }]]))).toThrow(
      "speaks of z#1.1, which these answers do not",
    );
    expect(() => decisions({ valid: "maybe" })).toThrow('adjudication.csv: d#1.1: valid is "maybe"');
  });
});

test("an import of one person's file needs no adjudication: everything said is decided", () => {
  const csv = writeCsvRows(
    ["item", "document", "page", "raw_name", "valid"],
    [
      { item: "d#1.1", document: "d", page: "1", raw_name: "GLSS", valid: "yes" },
      { item: "d#1.2", document: "d", page: "1", raw_name: "World Bank", valid: "no" },
    ],
  );
  const { made, sentence, table } = importAnswers([{ file: "ada.csv", name: "ada", text: csv }], undefined, pages);
  expect(sentence).toBe("1 pages read by ada, 2 mentions, 0 disputed; 1 pages decided");
  expect([table, made.metrics, made.counts.decided]).toEqual([[], undefined, 1]);
  expect(parseJson(made.files["gold.jsonl"] ?? "")).toMatchObject({
    paper_id: "d",
    page: 1,
    text,
    payload: { data_used: true },
  });
});
