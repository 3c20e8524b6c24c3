import type { DataInput } from "corrigenda/dataset";
import { collect, nodeDisk } from "corrigenda/files";
import {
  type Drops,
  parseMarked,
  prepare,
  type Reference,
  type Row,
  readFce,
  readLongman,
  readReferences,
  rowsOnly,
  sampleSource,
  withReferences,
} from "corrigenda/whyfix/data";
import { expect, test } from "vitest";

const disk = nodeDisk(`${import.meta.dirname}/../..`);
const input = (file: string): DataInput => ({ file, bytes: disk.read(file) });
const folder = "data/sample/whyfix";

async function raw(name: "fce" | "longman"): Promise<{ rows: Row[]; drops: Drops }> {
  const drops: Drops = new Map();
  const drafts = name === "fce" ? readFce(input(`${folder}/fce.xml`)) : readLongman(input(`${folder}/longman.m2`));
  return { rows: await collect(rowsOnly(prepare(drafts), drops)), drops };
}

async function prepared(name: "fce" | "longman", size: "small" | "large"): Promise<{ rows: Row[]; drops: Drops }> {
  const drops: Drops = new Map();
  const source = sampleSource(`sample-${name}`, size);
  const file = source.candidates[0]?.file ?? "";
  return { rows: await collect(rowsOnly(source.rows(input(file)), drops)), drops };
}

/** The columns that the readers fill; the marked sentence by its meaning, as its markers stand in either order. */
function base(row: Row): unknown {
  const { index, single_edit, formatted_sentence, ...rest } = row;
  const texts = Object.entries(rest).filter(([name]) =>
    /^(?:learner|editor|sentence|preceding|following|text|data|note)/.test(name),
  );
  return { index, single_edit, pieces: parseMarked(formatted_sentence), ...Object.fromEntries(texts) };
}

test("the bundled scripts and blocks give 50 and 37 learner errors, and say what they left out and why", async () => {
  const [fce, longman] = [await raw("fce"), await raw("longman")];
  const counts = (drops: Drops): unknown =>
    Object.fromEntries([...drops].map(([reason, { count }]) => [reason, count]));
  expect([fce.rows.length, counts(fce.drops)]).toEqual([
    50,
    {
      "the error type is not lexical": 8,
      "the error lies inside another error's wrong form": 1,
      "a duplicate of an earlier row": 1,
    },
  ]);
  expect([longman.rows.length, counts(longman.drops)]).toEqual([
    37,
    {
      "a word was only taken away": 1,
      "the error type is not lexical": 2,
      "a duplicate of an earlier row": 1,
      "no learner sentence": 1,
    },
  ]);
});

test.each([
  ["fce", "small"],
  ["fce", "large"],
  ["longman", "small"],
  ["longman", "large"],
] as const)("%s_with_collocation_%s.json holds what the readers make of the raw file", async (name, size) => {
  const expected = (await raw(name)).rows.map(base);
  const { rows, drops } = await prepared(name, size);
  expect(rows.map(base)).toEqual(expected);
  expect([...drops.keys()]).toEqual(name === "longman" ? ["no learner sentence"] : []);
});

test("the two embedding sizes differ in their collocations and in nothing else", async () => {
  const without = ({ collocations: _dropped, ...row }: Row): unknown => row;
  for (const name of ["fce", "longman"] as const) {
    const [small, large] = [(await prepared(name, "small")).rows, (await prepared(name, "large")).rows];
    expect(large.map(without)).toEqual(small.map(without));
    expect(large.map((row) => row.collocations)).not.toEqual(small.map((row) => row.collocations));
  }
});

test("collocation rows have 11 fields, other categories are lists of pairs", async () => {
  const rows = [...(await prepared("fce", "large")).rows, ...(await prepared("longman", "large")).rows];
  const lines = rows.flatMap((row) => row.collocations?.split("\n") ?? []);
  expect(lines.length).toBeGreaterThan(30);
  for (const line of lines) {
    const fields = line.split("|");
    expect(fields).toHaveLength(11);
    expect(fields[6]).toMatch(/^\S+ < \S+$/);
  }
  for (const row of rows) {
    for (const pair of JSON.parse(row.other_categories_json ?? "[]") as object[]) {
      expect(Object.keys(pair)).toEqual(["component_change_category", "example_collocation"]);
    }
  }
});

test("the reference explanations in the prepared rows are those of the ground truth file", async () => {
  const references = new Map<number, Reference>();
  for await (const item of readReferences(input(`${folder}/longman_ground_truth.csv`))) {
    expect(item.ok).toBe(true);
    if (item.ok) references.set(item.row.index, item.row);
  }
  expect(references.size).toBe(25);
  const bare = prepare(readLongman(input(`${folder}/longman.m2`)));
  const joined = await collect(rowsOnly(withReferences(bare, references), new Map()));
  const explanations = (rows: readonly Row[]): unknown =>
    rows.map((row) => [row.longman_explantion, row.longman_see_note_explantion]);
  expect(explanations((await prepared("longman", "small")).rows)).toEqual(explanations(joined));
});

test("the sample covers the cases that break readers and prompts", async () => {
  const [fce, longman] = [(await prepared("fce", "small")).rows, (await prepared("longman", "small")).rows];
  const all = [...fce, ...longman];
  const some = (what: string, holds: (row: Row) => boolean): void =>
    expect(all.some(holds), `no row has ${what}`).toBe(true);
  const words = (text: string): string[] => text.split(/\s+/);
  some("no preceding sentence", (row) => row.preceding_sentence === "" && row.following_sentence !== "");
  some("no following sentence", (row) => row.preceding_sentence !== "" && row.following_sentence === "");
  some("no neighbour", (row) => row.preceding_sentence === "" && row.following_sentence === "");
  some(
    "the editor's word twice",
    (row) => row.editor_sentence.split(row.editor_word).length > 2 && row.editor_word.length > 3,
  );
  some("markers in the learner's order", (row) => row.formatted_sentence.includes("-]{+"));
  some("markers in the editor's order", (row) => row.formatted_sentence.includes("+}[-"));
  some("a word that is only added", (row) => /(?<!-\])\{\+[^}]*\+\}(?!\[-)/.test(row.formatted_sentence));
  some("curly quotes", (row) => /[“”’]/.test(row.learner_sentence));
  some("an emoji before the error", (row) => /\p{Extended_Pictographic}.*\[-/u.test(row.formatted_sentence));
  some("letters beyond ASCII", (row) => /[Łō]/.test(row.learner_sentence));
  some("text like HTML", (row) => row.learner_sentence.includes("</script>"));
  some("brackets like a marker", (row) => row.learner_sentence.includes("[-1, 1]"));
  some("over 80 words", (row) => words(row.learner_sentence).length > 80);
  some("a phrase for a word", (row) => words(row.editor_word).length > 2);
  some("dictionary columns", (row) => row.definition_learner !== undefined && row.definition_editor !== undefined);
  some("a dictionary entry on one side", (row) => (row.word_learner === undefined) !== (row.word_editor === undefined));
  some("no dictionary columns", (row) => row.word_learner === undefined && row.word_editor === undefined);
  some("collocations", (row) => row.collocations !== undefined);
  some("no collocations", (row) => row.collocations === undefined);
  some("no error type", (row) => row.error_type === undefined);
  for (const type of ["free combinations", "restricted collocations", "figurative idioms", "pure idioms"]) {
    some(type, (row) => row.error_type === type);
  }
  const languages = new Set(fce.map((row) => /l1=(\w+)/.exec(row.note)?.[1]));
  expect(languages.size).toBeGreaterThanOrEqual(9);
});
