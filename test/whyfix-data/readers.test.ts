import { collect, nodeDisk, readText } from "corrigenda/files";
import {
  type DraftRow,
  parseMarked,
  prepare,
  readBea2019,
  readCsvRows,
  readFce,
  readJsonRows,
  readLongman,
  readM2,
  sideOf,
} from "corrigenda/whyfix/data";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inputOf } from "./input.ts";

const root = nodeDisk(`${import.meta.dirname}/../..`);
const sample = (name: string): Promise<string> => readText(root, `data/sample/whyfix/${name}`);
const golden = (name: string): Promise<string> => readText(root, `test/golden/whyfix-data/${name}`);

const script = (body: string): string =>
  `<head sortkey="x"><text><answer1><coded_answer><p>${body}</p></coded_answer></answer1></text></head>`;

test.each([
  ["R", true],
  ["RN", true],
  ["RV", true],
  ["RJ", true],
  ["RY", true],
  ["CL", true],
  ["ID", true],
  ["L", true],
  ["SA", true],
  ["FF", true],
  ["FFN", true],
  ["FFV", true],
  ["FFJ", true],
  ["FFY", true],
  ["RA", false],
  ["RC", false],
  ["RD", false],
  ["RQ", false],
  ["RT", false],
  ["RP", false],
  ["FFA", false],
  ["FFT", false],
  ["FFD", false],
  ["FN", false],
  ["S", false],
  ["SX", false],
  ["TV", false],
  ["MN", false],
  ["UV", false],
  ["DN", false],
  ["IV", false],
  ["AGV", false],
  ["AS", false],
  ["W", false],
  ["X", false],
  ["CN", false],
  ["CE", false],
  ["", false],
])("FCE error type %s is lexical: %s", async (type, kept) => {
  const [item] = await collect(readFce(inputOf(script(`A <NS type="${type}"><i>b</i><c>c</c></NS> d.`))));
  expect(item?.ok).toBe(kept);
});

test("an error is put back at its own place, not wherever the editor's word occurs", async () => {
  const xml = script('I do what I <NS type="RV"><i>make</i><c>do</c></NS>, I do.');
  const [item] = await collect(readFce(inputOf(xml)));
  expect(item?.ok && item.row.learner_sentence).toBe("I do what I make, I do.");
});

test("abbreviations do not end a sentence; paragraphs do", async () => {
  const xml = script(
    'Dear Mr. Li,</p><p>Dr. Ada and St. Ives <NS type="RV"><i>say</i><c>tell</c></NS> us so. Yes, e.g. Ann.',
  );
  const [item] = await collect(readFce(inputOf(xml)));
  const row = item?.ok ? item.row : undefined;
  expect(row).toMatchObject({
    preceding_sentence: "Dear Mr. Li,",
    editor_sentence: "Dr. Ada and St. Ives tell us so.",
    following_sentence: "Yes, e.g. Ann.",
  });
});

test("layout inside the XML is not text, but a line break between words is a space", async () => {
  const xml = script(
    'I saw\n<NS type="RN">\n <i>a travel</i>\n <c>a trip</c>\n</NS>\n<NS type="S"><i>agian</i><c>again</c></NS>.',
  );
  const [item] = await collect(readFce(inputOf(xml)));
  expect(item?.ok && item.row.formatted_sentence).toBe("I saw [-a travel-]{+a trip+} again.");
});

test("text that is not UTF-8 makes bad rows, not wrong ones", async () => {
  const latin1 = Uint8Array.from(
    Buffer.from("S Caf\xe9 is hot .\nA 2 3|||R:ADJ|||warm|||REQUIRED|||-NONE-|||0\n", "latin1"),
  );
  const items = await collect(prepare(readM2(inputOf(latin1, "x.m2"))));
  expect(items).toEqual([{ ok: false, kind: "bad", place: "x.m2:2", reason: "text that is not UTF-8" }]);
});

test("another annotator is read on request", async () => {
  const m2 =
    "S He do it .\nA 1 2|||R:VERB|||does|||REQUIRED|||-NONE-|||0\nA 1 2|||R:VERB|||did|||REQUIRED|||-NONE-|||1\n";
  const words = async (annotator: number): Promise<string[]> =>
    (await collect(readM2(inputOf(m2), annotator))).flatMap((item) => (item.ok ? [item.row.editor_word] : []));
  expect([await words(0), await words(1), await words(2)]).toEqual([["does"], ["did"], []]);
});

const forms = [
  { read: readFce, name: "fce.xml", text: () => sample("fce.xml") },
  { read: readLongman, name: "longman.m2", text: () => sample("longman.m2") },
  { read: readBea2019, name: "offsets.bea.jsonl", text: () => golden("offsets.bea.jsonl") },
  { read: readCsvRows, name: "prepared.csv", text: () => golden("prepared.csv") },
  { read: readJsonRows, name: "lines.jsonl", text: () => golden("lines.jsonl") },
];

test.each(forms)(
  "$name reads the same however the bytes are cut, and with CRLF line ends",
  async ({ read, name, text }) => {
    const content = await text();
    const whole = await collect(read(inputOf(content, name)));
    expect(whole.length).toBeGreaterThan(3);
    for (const size of [1, 7, 64]) expect(await collect(read(inputOf(content, name, size)))).toEqual(whole);
    if (name.endsWith(".csv")) return; // has its own CRs, some inside quotes
    expect(await collect(read(inputOf(content.replaceAll("\n", "\r\n"), name)))).toEqual(whole);
  },
);

test.each(forms)("$name: a file cut off anywhere gives values, never an exception", async ({ read, name, text }) => {
  const content = await text();
  for (let end = 0; end < content.length; end += 97) {
    const items = await collect(read(inputOf(content.slice(0, end), name)));
    expect(items.every((item) => item.ok || item.reason !== "")).toBe(true);
  }
});

test("a row's marked sentence and its two sentences say the same", async () => {
  const rows = [
    ...(await collect(readFce(inputOf(await sample("fce.xml"))))),
    ...(await collect(readLongman(inputOf(await sample("longman.m2"))))),
    ...(await collect(readBea2019(inputOf(await golden("offsets.bea.jsonl"))))),
  ].flatMap((item): DraftRow[] => (item.ok ? [item.row] : []));
  expect(rows.length).toBeGreaterThan(80);
  for (const row of rows) {
    const pieces = parseMarked(row.formatted_sentence);
    expect(sideOf(pieces, "learner")).toBe(row.learner_sentence);
    expect(sideOf(pieces, "editor")).toBe(row.editor_sentence);
  }
});

const word = fc.constantFrom("a", "the", "go", "went", "🎉", "é", "don't", "x-y", ".");
const tokens = fc.array(word, { minLength: 1, maxLength: 10 });

test("M2: applying a row's own edit to its learner sentence gives the fully corrected sentence, whatever the edits", async () => {
  const edits = fc.array(fc.tuple(fc.nat(3), fc.nat(2), fc.array(word, { maxLength: 2 })), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(tokens, edits, async (sentence, gaps) => {
      let at = 0;
      const placed = gaps.flatMap(([gap, length, to]) => {
        const from = at + gap;
        at = from + length + 1;
        return from + length <= sentence.length && (length > 0 || to.length > 0)
          ? [{ from, to: from + length, words: to }]
          : [];
      });
      const corrected = [...sentence];
      for (const edit of placed.toReversed()) corrected.splice(edit.from, edit.to - edit.from, ...edit.words);
      const lines = placed.map(
        ({ from, to, words }) => `A ${from} ${to}|||R:X|||${words.join(" ")}|||REQUIRED|||-NONE-|||0`,
      );
      const items = await collect(readM2(inputOf([`S ${sentence.join(" ")}`, ...lines].join("\n"))));
      expect(items).toHaveLength(Math.max(1, placed.length));
      for (const item of items) if (item.ok) expect(item.row.editor_sentence).toBe(corrected.join(" "));
    }),
    { numRuns: 300 },
  );
});

test("BEA-2019: offsets count code points, as Python counts them", async () => {
  const part = fc.array(fc.constantFrom("🎉", "é", "a ", "𝒳", "x"), { maxLength: 6 }).map((chars) => chars.join(""));
  await fc.assert(
    fc.asyncProperty(part, part, async (before, after) => {
      const start = [...before].length;
      const script = { text: `${before}wrong${after}`, edits: [[0, [[start, start + 5, "right"]]]] };
      const [item] = await collect(readBea2019(inputOf(JSON.stringify(script))));
      expect(item?.ok && item.row.learner_word).toBe("wrong");
      expect(item?.ok && item.row.editor_sentence).toBe(`${before}right${after}`.trim());
    }),
    { numRuns: 200 },
  );
});

test("CSV: fields with quotes, commas and line breaks come back as they were", async () => {
  const field = fc.array(fc.constantFrom('"', ",", "\n", "\r\n", "a", " ", "é"), { minLength: 1, maxLength: 6 });
  const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
  const names = "index,learner_word,editor_word,learner_sentence,editor_sentence,formatted_sentence";
  await fc.assert(
    fc.asyncProperty(
      fc.array(field, { minLength: 1, maxLength: 5 }),
      fc.constantFrom("\n", "\r\n"),
      async (fields, eol) => {
        const words = fields.map((parts) => `x${parts.join("")}`);
        const lines = words.map((value, at) => `${at},${[value, "e", `s${at}`, "t", value].map(quoted).join(",")}`);
        const items = await collect(readCsvRows(inputOf([names, ...lines, ""].join(eol), "x.csv", 3)));
        expect(items.map((item) => item.ok && item.row.learner_word)).toEqual(words);
        expect(items.map((item) => item.ok && item.row.formatted_sentence)).toEqual(words);
      },
    ),
    { numRuns: 200 },
  );
});

test.each([
  ['"a"\r"b",c', "text after a closing quote"],
  ['"a"b,c', "text after a closing quote"],
  ['a"b,c', "a quote inside an unquoted field"],
  ['"a,c', "a quote is never closed"],
  ["a,b,c", "3 fields where the first line names 2"],
])("CSV: the record %j is bad, the one before it is not", async (record, reason) => {
  const items = await collect(readCsvRows(inputOf(`learner_word,x\r\n"a"\r\n${record}\r\n`, "x.csv")));
  expect(items.at(-1)).toEqual({ ok: false, kind: "bad", place: "x.csv:3", reason });
  expect(items[0]).toMatchObject({ place: "x.csv:2", reason: "1 fields where the first line names 2" });
});
