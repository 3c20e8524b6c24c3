import { declarationOf } from "corrigenda/dataset";
import { collect } from "corrigenda/files";
import { sampleSource } from "corrigenda/whyfix/data";
import { expect, test } from "vitest";
import { inputOf } from "./input.ts";

const small = (file: string): unknown => [
  { dataset: file.split("_")[0], file: `data/prepared/whyfix/${file}` },
  { dataset: "sample", file: `data/sample/whyfix/${file}` },
];

test("longman and fce are read from the user's prepared file, else from the bundled sample; the embedding picks the file", () => {
  expect(sampleSource("longman", "small")).toMatchObject({
    code: "lg",
    size: "fu",
    candidates: small("longman_with_collocation_small.json"),
  });
  expect(sampleSource("fce", "large")).toMatchObject({
    code: "fce",
    size: "fu",
    candidates: small("fce_with_collocation_large.json"),
  });
});

test("R and A are samples of Longman; sample-… is the bundled data alone", () => {
  const candidates = small("longman_with_collocation_small.json");
  expect(sampleSource("R", "small")).toMatchObject({ code: "lg", size: "sp", candidates });
  expect(sampleSource("A", "small")).toMatchObject({ code: "lg", size: "sp", candidates });
  expect(sampleSource("sample-fce", "small").candidates).toEqual([
    { dataset: "sample", file: "data/sample/whyfix/fce_with_collocation_small.json" },
  ]);
});

test.each([
  ["m2:../a/b.m2", "user", "m2", "../a/b.m2"],
  ["csv:C:/x.csv", "user", "csv", "C:/x.csv"],
  ["json:x.jsonl", "user", "json", "x.jsonl"],
  ["jfleg:j.m2", "jfleg", "jfleg", "j.m2"],
  ["bea2019:b.json", "bea2019", "fce", "b.json"],
  ["fce-xml:all.xml", "fce", "fce", "all.xml"],
  ["longman-m2:l.m2", "longman", "lg", "l.m2"],
])("%s names a file of data set %s", (argument, dataset, code, file) => {
  const source = sampleSource(argument, "small");
  expect(source).toMatchObject({ code, size: "fu", candidates: [{ dataset, file }] });
  expect(declarationOf(dataset).name).toBe(dataset);
  expect(code).toMatch(/^[a-z0-9]+$/);
});

test.each(["longmann", "r", "", "xml:a.xml", "constructor", "__proto__:x"])(
  "'%s' is refused with what is known",
  (argument) => {
    expect(() => sampleSource(argument, "small")).toThrow(
      `SAMPLE_TYPE '${argument}' is not known; known are longman, fce, R, A, sample-longman, sample-fce, m2:<file>, csv:<file>, ` +
        "json:<file>, jfleg:<file>, bea2019:<file>, fce-xml:<file>, longman-m2:<file>",
    );
  },
);

test("a kind without a file is refused", () => {
  expect(() => sampleSource("m2:", "small")).toThrow("SAMPLE_TYPE 'm2:' names no file; write m2:<file>");
});

test("bea2019 reads M2 where the file is named so", async () => {
  const m2 = "S He do it .\nA 1 2|||R:VERB|||does|||REQUIRED|||-NONE-|||0\n";
  const [item] = await collect(sampleSource("bea2019:x.m2", "small").rows(inputOf(m2, "x.m2")));
  expect(item?.ok && item.row.editor_word).toBe("does");
});

const row = (at: number, more: object): object => ({
  index: at,
  learner_word: "a",
  editor_word: "b",
  learner_sentence: `a ${at}`,
  editor_sentence: `b ${at}`,
  formatted_sentence: `[-a-]{+b+} ${at}`,
  ...more,
});

test("R keeps sentences whose one edit is a replacement, told by single_edit or by the data set's sentence", async () => {
  const file = JSON.stringify([
    row(0, { single_edit: true }),
    row(1, { single_edit: false }),
    row(2, { formatted_sentence: "{+b+} 2", single_edit: true }),
    row(3, { sentence_in_dataset: "a 3" }),
    row(4, { sentence_in_dataset: "a 4 wih another error" }),
  ]);
  const items = await collect(sampleSource("R", "small").rows(inputOf(file, "x.json")));
  expect(items.flatMap((item) => (item.ok ? [item.row.index] : []))).toEqual([0, 3]);
  expect(items.flatMap((item) => (item.ok ? [] : [item.place]))).toEqual(["x.json[1]", "x.json[2]", "x.json[4]"]);
  const all = await collect(sampleSource("A", "small").rows(inputOf(file, "x.json")));
  expect(all.every((item) => item.ok)).toBe(true);
});
