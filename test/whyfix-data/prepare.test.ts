import type { RowOrBad } from "corrigenda/dataset";
import { collect } from "corrigenda/files";
import {
  type DraftRow,
  type Drops,
  prepare,
  type Row,
  readReferences,
  referenceOf,
  rowsOnly,
  SAMPLING_SIZE,
  SEED,
  sampled,
  withReferences,
} from "corrigenda/whyfix/data";
import { expect, test } from "vitest";
import { inputOf } from "./input.ts";

function draft(sentence: string, more: Partial<DraftRow> = {}): RowOrBad<DraftRow> {
  const row: DraftRow = {
    learner_word: "a",
    editor_word: "b",
    learner_sentence: sentence,
    editor_sentence: "b",
    formatted_sentence: "[-a-]{+b+}",
    sentence_in_dataset: sentence,
    preceding_sentence: "",
    following_sentence: "",
    text_in_dataset: "",
    data_source: "",
    note: "",
    ...more,
  };
  return { ok: true, row, place: `f:${sentence}` };
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const rows = (n: number): Promise<RowOrBad<Row>[]> =>
  collect(prepare(stream(Array.from({ length: n }, (_, at) => draft(`s${at}`)))));
const indexes = (items: readonly RowOrBad<Row>[]): number[] =>
  items.flatMap((item) => (item.ok ? [item.row.index] : []));

test("the index counts rows that are kept; duplicates and bad rows come out as values, in their place", async () => {
  const damaged = { ok: false, kind: "bad", place: "f:2", reason: "torn" } as const;
  const items = await collect(prepare(stream([draft("x"), damaged, draft("x"), draft("y")])));
  expect(items.map((item) => (item.ok ? item.row.index : item.reason))).toEqual([
    0,
    "torn",
    "a duplicate of an earlier row",
    1,
  ]);
});

test("rows are duplicates only where both the learner sentence and the data set's sentence are equal", async () => {
  const items = await collect(prepare(stream([draft("x"), draft("x", { sentence_in_dataset: "other" }), draft("x")])));
  expect(indexes(items)).toEqual([0, 1]);
});

test("a file's own index is kept, and one given twice is refused", async () => {
  const own = [draft("x", { index: 40 }), draft("y", { index: 7 }), draft("z", { index: 40 }), draft("w")];
  const items = await collect(prepare(stream(own)));
  expect(items.map((item) => (item.ok ? item.row.index : item.reason))).toEqual([
    40,
    7,
    "another row has the same index",
    "some rows of the file have an index, others none",
  ]);
});

test("what is left out is counted by reason, with the first place of each", async () => {
  const drops: Drops = new Map();
  const items = [draft("x"), draft("x"), { ok: false, kind: "bad", place: "f:9", reason: "torn" } as const, draft("x")];
  expect(await collect(rowsOnly(prepare(stream(items)), drops))).toHaveLength(1);
  expect([...drops]).toEqual([
    ["a duplicate of an earlier row", { kind: "skipped", count: 2, first: "f:x" }],
    ["torn", { kind: "bad", count: 1, first: "f:9" }],
  ]);
});

test("a sample is 30 rows under seed 1126, the same in any order, and nothing is lost", async () => {
  expect([SAMPLING_SIZE, SEED]).toEqual([30, 1126]);
  const all = await rows(100);
  const items = await collect(sampled(stream(all)));
  expect(items).toHaveLength(100);
  expect(items.filter((item) => !item.ok && item.reason === "not in the sample")).toHaveLength(70);
  const chosen = indexes(items);
  expect(chosen).toHaveLength(30);
  expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
  expect(indexes(await collect(sampled(stream(all.toReversed()))))).toEqual(chosen);
  expect(indexes(await collect(sampled(stream(all), 30, 1127)))).not.toEqual(chosen);
});

test("a row more changes a sample by one row at most", async () => {
  const before = indexes(await collect(sampled(stream(await rows(100)))));
  const after = indexes(await collect(sampled(stream(await rows(101)))));
  expect(after.filter((index) => !before.includes(index)).length).toBeLessThanOrEqual(1);
});

test("a sample covers the rows evenly: every row is drawn about as often as the next over many seeds", async () => {
  const all = await rows(20);
  const counts = Array.from({ length: 20 }, () => 0);
  for (let seed = 0; seed < 400; seed++) {
    for (const index of indexes(await collect(sampled(stream(all), 5, seed)))) counts[index] = (counts[index] ?? 0) + 1;
  }
  // 100 draws expected each, standard deviation 8.7: five of them on either side.
  expect(Math.min(...counts)).toBeGreaterThan(56);
  expect(Math.max(...counts)).toBeLessThan(144);
});

test("reference explanations are matched by index and joined by a blank line", async () => {
  const csv =
    'index,longman_explantion,longman_see_note_explantion\n1,"Use b, not a.",See note at B.\n0,Only this.,nan\nx,y,z\n';
  const read = await collect(readReferences(inputOf(csv, "truth.csv")));
  expect(read.at(-1)).toEqual({
    ok: false,
    kind: "bad",
    place: "truth.csv:4",
    reason: "no whole number in column 'index'",
  });
  const references = new Map(read.flatMap((item) => (item.ok ? [[item.row.index, item.row] as const] : [])));
  const items = await collect(withReferences(stream(await rows(3)), references));
  expect(items.map((item) => item.ok && referenceOf(item.row))).toEqual([
    "Only this.",
    "Use b, not a.\n\nSee note at B.",
    undefined,
  ]);
});
