import { collect, readText } from "corrigenda/files";
import { openExamples } from "corrigenda/ilm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { done, run, temporary } from "./script.ts";

const root = temporary("ilm");
const SAMPLE = "data/sample/ilm/merlin-de.jsonl";
const [CONVERT, CREATE, PREVIEW] = ["csv-to-txt", "create-ilm-examples", "preview-ilm-examples"].map(
  (name) => `scripts/ilm/${name}.ts`,
) as [string, string, string];
const corpus = root.resolve("corpus");

beforeAll(async () => {
  await done(CONVERT, "--csv-path", SAMPLE, "--output-dir", corpus, "--nested", "--fold", "0");
});
afterAll(() => root.remove("."));

const bytes = async (file: string): Promise<Buffer> => Buffer.concat(await collect(root.read(file)));
const create = (tag: string, folder: string, ...more: readonly string[]): Promise<string> =>
  done(CREATE, tag, root.resolve(folder), "--seed", "0", "--data-dir", corpus, ...more);

describe("learner texts to masked examples", () => {
  test("train, valid and test are made of their own texts, and one thread or three make the same file", async () => {
    const said = await create("train", "three", "--threads", "3", "--jsonl");
    expect(said).toContain("70 documents × 16 = 1,120 examples");
    expect(said).toMatch(/mask rate \(characters\): 0\.1\d/);
    await create("train", "one", "--threads", "1", "--jsonl");
    expect((await bytes("three/train.ilm")).equals(await bytes("one/train.ilm"))).toBe(true);
    expect((await bytes("three/train.jsonl")).equals(await bytes("one/train.jsonl"))).toBe(true);
    await create("valid", "one");
    await create("test", "one");
    for (const split of ["train", "valid", "test"]) {
      const file = await openExamples(root, `one/${split}.ilm`);
      const texts = (await collect(file.documents())).map(({ text }) => text);
      expect(texts.join("\n\n\n")).toBe(await readText(root, `corpus/${split}.txt`));
      expect(file.header).toMatchObject({ split, documents: texts.length, seed: 0, rng: "keyed" });
      await file.close();
    }
  });

  test("the source's draws, a smaller number of documents, a preview", async () => {
    expect(
      await create("small", "one", "--data-split", "train", "--rng", "python", "--max-num-documents", "5"),
    ).toContain("5 documents × 16");
    const shown = await done(PREVIEW, "small", "--examples-dir", root.resolve("one"), "--max-num-preview", "2");
    expect(shown.match(/^── original$/gm)?.length).toBe(2);
    expect(await done(PREVIEW, root.resolve("three/train.jsonl"), "--max-num-preview", "3")).toMatch(
      /<(word|ngram|sentence)>/,
    );
  });

  test("what cannot be done is said in one line", async () => {
    const say = async (...words: readonly string[]): Promise<string> => {
      const { code, out, err } = await run(...words);
      expect([code !== 0, out]).toEqual([true, ""]);
      expect(err.trim().split("\n").length).toBe(1);
      return err;
    };
    expect(await say(CREATE, "valid", corpus, "--data-dir", corpus, "--data-split", "train")).toContain(
      "made of the train text",
    );
    expect(await say(CREATE, "train", corpus, "--data-dir", root.resolve("none"))).toContain("csv-to-txt.ts makes it");
    expect(await say(PREVIEW, "train", "--examples-dir", corpus)).toContain("create-ilm-examples.ts makes it");
    expect(await say(CONVERT, "--csv-path", "none.csv", "--output-dir", corpus)).toContain(
      "docs/ilm.md says how to get the data",
    );
    expect(await root.list("corpus")).toEqual(["corpus.json", "test.txt", "train.txt", "valid.txt"]);
  });
});

test("a synthetic CSV becomes a corpus, and a level of it another", async () => {
  const csv = root.resolve("synthetic.csv");
  expect(await done("scripts/ilm/synthetic-csv.ts", "--out", csv, "--rows", "3000")).toContain("no learner wrote them");
  const said = await done(CONVERT, "--csv-path", csv, "--output-dir", root.resolve("all"));
  expect(said).toContain("  A1: 1,415 (47.2 %)\n");
  expect(said).toContain("  Portuguese: 1,300 (43.3 %)\n");
  await done(CONVERT, "--csv-path", csv, "--output-dir", root.resolve("B2"), "--cefr-level", "B2");
  const record = JSON.parse(await readText(root, "B2/corpus.json")) as {
    documents: number;
    files: { documents: number }[];
  };
  expect([record.documents, ...record.files.map(({ documents }) => documents)]).toEqual([167, 133, 17, 17]);
});
