import { efcamdat, type LearnerText, merlin, type RowOrBad } from "corrigenda/dataset";
import { collect, memoryDisk, nodeDisk, readText } from "corrigenda/files";
import {
  type CorpusFlags,
  cleanText,
  corpusWriter,
  EFCAMDAT_L1,
  EFCAMDAT_LEVELS,
  EFCAMDAT_ROWS,
  foldSplit,
  nestedSplit,
  planCorpus,
  type SplitDocuments,
  splitDocuments,
  splitSizes,
  statisticsLines,
  survey,
  syntheticCsv,
} from "corrigenda/ilm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const FLAGS: CorpusFlags = { trainRatio: 0.8, validRatio: 0.1, testRatio: 0.1, seed: 0, nested: false };
const RATIOS = [0.8, 0.1, 0.1] as const;

async function* inParts(text: string | Buffer, size = 1 << 16): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const csvRows = (text: string, size?: number) => efcamdat.rows({ file: "c.csv", bytes: inParts(text, size) });

describe("splits", () => {
  test.each([
    // requirements: 578,625 / 72,328 / 72,329 of all; int(n × 0.8) and int(n × 0.9) of each level
    ["all", EFCAMDAT_ROWS, [578_625, 72_328, 72_329]],
    ["C1", EFCAMDAT_LEVELS.C1, [8_004, 1_001, 1_001]],
    ["B2", EFCAMDAT_LEVELS.B2, [32_190, 4_024, 4_024]],
    ["B1", EFCAMDAT_LEVELS.B1, [93_231, 11_654, 11_654]],
    ["A2", EFCAMDAT_LEVELS.A2, [172_275, 21_534, 21_535]],
    ["A1", EFCAMDAT_LEVELS.A1, [272_924, 34_115, 34_116]],
  ])("have the source's sizes for %s, %i documents", (_name, n, sizes) => {
    expect(splitSizes(n, RATIOS)).toEqual(sizes);
  });

  test("published levels and first languages add up to all rows", () => {
    const sum = (of: object): number => Object.values(of).reduce((a: number, b: number) => a + b, 0);
    expect([sum(EFCAMDAT_LEVELS), sum(EFCAMDAT_L1)]).toEqual([EFCAMDAT_ROWS, EFCAMDAT_ROWS]);
  });

  test("ratios add up to 1, give or take a hundredth", () => {
    expect(splitSizes(10, [0.8, 0.1, 0.105])).toEqual([8, 1, 1]);
    expect(() => splitSizes(10, [0.8, 0.1, 0.2])).toThrow("add up to 1.1");
  });

  test("by level leave no test document in the general model's training text; the source's do", () => {
    const levels = [400, 150, 40].map((n, level) => Array.from({ length: n }, (_, at) => 1000 * level + at));
    const leaked = (general: SplitDocuments, level: SplitDocuments): number => {
      const train = new Set(general.train);
      return level.test.filter((document) => train.has(document)).length;
    };
    const options = { ratios: RATIOS, seed: 0 };
    const nested = nestedSplit(levels, options);
    const source = splitDocuments(levels.flat(), RATIOS, 0);
    let [ours, theirs] = [0, 0];
    for (const documents of levels) {
      ours += leaked(nested, nestedSplit([documents], options));
      theirs += leaked(source, splitDocuments(documents, RATIOS, 0));
    }
    expect(ours).toBe(0);
    expect(theirs).toBeGreaterThan(30); // about 80 % of 59
    expect(nested.train.length + nested.valid.length + nested.test.length).toBe(590);
  });

  test("small levels are tested by fifths: over the folds, each document once, never in its own training text", () => {
    const documents = Array.from({ length: 57 }, (_, at) => at);
    const folds = [0, 1, 2, 3, 4].map((fold) => foldSplit(documents, fold, 0));
    expect(folds.flatMap(({ test: of }) => [...of]).sort((a, b) => a - b)).toEqual(documents);
    expect(folds.flatMap(({ valid }) => [...valid]).sort((a, b) => a - b)).toEqual(documents);
    for (const { train, valid, test: of } of folds) expect(new Set([...train, ...valid, ...of]).size).toBe(57);
    const [small, large] = [documents, Array.from({ length: 200 }, (_, at) => 100 + at)];
    const { test: both } = nestedSplit([small, large], { ratios: RATIOS, seed: 0, fold: 2 });
    expect(both.filter((document) => document < 100).sort()).toEqual([...(folds[2]?.test ?? [])].sort());
    expect(both.filter((document) => document >= 100).length).toBe(20);
  });
});

describe("a corpus from CSV is the source's, document by document", async () => {
  interface Golden {
    readonly documents: number;
    readonly lengths: Readonly<Record<string, number>>;
    readonly counts: Readonly<Record<"cefr_level" | "l1", Readonly<Record<string, number>>>>;
    readonly cases: readonly (Record<"train" | "valid" | "test", readonly string[]> & {
      readonly level: string | null;
      readonly size: number | null;
      readonly seed: number;
    })[];
  }
  const disk = nodeDisk("test/golden/ilm");
  const [csv, golden] = [await readText(disk, "corpus.csv"), JSON.parse(await readText(disk, "corpus.json")) as Golden];
  const ids: string[] = [];
  const textOf = new Map<string, string>();
  for await (const one of csvRows(csv)) {
    const cleaned = one.ok ? cleanText(one.row.text) : undefined;
    if (!one.ok || !cleaned?.ok) continue;
    ids.push(one.row.id);
    textOf.set(one.row.id, cleaned.text);
  }

  test.each(golden.cases)("level $level, sample $size, seed $seed", async ({ level, size, seed, ...splits }) => {
    const out = memoryDisk();
    await using writer = await corpusWriter(out);
    const all = await survey(csvRows(csv, 1000), { keep: (number, { text }) => writer.documents.add(number, text) });
    const flags = { ...FLAGS, seed, cefrLevel: level ?? undefined, sampleSize: size ?? undefined };
    const plan = planCorpus(all, flags);
    for (const split of ["train", "valid", "test"] as const)
      expect(plan.splits[split].map((document) => ids[document])).toEqual(splits[split]);
    const files = await writer.write(plan.splits, all.length);
    for (const [at, split] of (["train", "valid", "test"] as const).entries()) {
      const wanted = splits[split].map((id) => textOf.get(id));
      expect(await readText(out, `${split}.txt`)).toBe(wanted.join("\n\n\n"));
      expect(files[at]).toMatchObject({ documents: wanted.length, bytes: Buffer.byteLength(wanted.join("\n\n\n")) });
    }
  });

  test("with pandas's counts, lengths and missing texts", async () => {
    const { statistics } = planCorpus(await survey(csvRows(csv)), FLAGS);
    expect(statistics.documents).toBe(golden.documents);
    const counts = (of: typeof statistics.levels) => Object.fromEntries(of.map(({ name, count }) => [name, count]));
    expect(counts(statistics.levels)).toEqual(golden.counts.cefr_level);
    expect(counts(statistics.l1)).toEqual(golden.counts.l1);
    for (const [name, value] of Object.entries(golden.lengths))
      expect(statistics.lengths[name as keyof typeof statistics.lengths]).toBeCloseTo(value, 9);
    expect(statisticsLines(statistics)).toContain("  A1: 184 (46.7 %)");
    const all = await survey(csvRows(csv));
    expect([...all.left.keys()].sort()).toEqual(["the text is a mark for a missing value", "the text is blank"]);
    expect(all.rows).toBe(400);
  });
});

test("100 texts of the published shares are 98 documents, 78 of them for training", async () => {
  const all = await survey(csvRows([...syntheticCsv(2_000, 1)].join("")));
  // 47 + 29 + 16 + 5 + 1: int(100 × share), at least 1
  const { splits, statistics } = planCorpus(all, { ...FLAGS, sampleSize: 100 });
  expect(statistics.levels.map(({ count }) => count)).toEqual([47, 29, 16, 5, 1]);
  expect([splits.train.length, splits.valid.length, splits.test.length]).toEqual([78, 10, 10]);
  expect(splits.train.length * 16).toBe(1_248);
  expect(splits.valid.length * 16).toBe(160);
});

test("a synthetic CSV has the published shares, and the same rows for the same seed", async () => {
  const text = [...syntheticCsv(1_000, 5)].join("");
  expect([...syntheticCsv(1_000, 5)].join("")).toBe(text);
  const { statistics } = planCorpus(await survey(csvRows(text)), FLAGS);
  // 1,000 × 341,155 / 723,282 …, by largest remainders
  expect(statistics.levels.map(({ count }) => count)).toEqual([472, 298, 161, 55, 14]);
  expect(statistics.l1[0]).toMatchObject({ name: "Portuguese", count: 433 });
  expect(text).toContain("\nsynthetic-1,");
});

describe("texts", () => {
  test("that hold the separator do not become two documents", async () => {
    const raw = 'a,b,c,d\n1,x,A1,"one\n\n\n\n\ntwo\r\n\r\n\r\nthree"\n'.replace(
      "a,b,c,d",
      "writing_id,l1,cefr_level,text",
    );
    const disk = memoryDisk();
    await using writer = await corpusWriter(disk);
    const all = await survey(csvRows(raw), { keep: (number, { text }) => writer.documents.add(number, text) });
    expect(all.escaped).toBe(1);
    await writer.write({ train: [0], valid: [], test: [] }, all.length);
    const written = await readText(disk, "train.txt");
    expect(written.split("\n\n\n").length).toBe(1);
    expect(written.replaceAll(" ", "")).toBe("one\n\n\n\n\ntwo\n\n\nthree");
  });

  test("are stripped as Python strips, and learners' errors stay", () => {
    expect(cleanText("\u00a0\x1f I goed  home \n")).toMatchObject({ ok: true, text: "I goed  home", length: 12 });
    expect(cleanText("🙂 ok")).toMatchObject({ length: 4 });
    expect(cleanText(" \n ")).toEqual({ ok: false, reason: "the text is blank" });
  });

  test("in several languages are refused, and the refusal says why; one can be chosen", async () => {
    const lines = [
      { lang: "DE", id: "1", cefr: "C1", text: "Guten Tag." },
      { lang: "IT", id: "2", cefr: "A1", text: "Ciao." },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join("\n");
    const rows = () => merlin.rows({ file: "m.jsonl", bytes: inParts(`${text}\n{"lang":"DE"}\n`) });
    await expect(survey(rows())).rejects.toThrow(
      "2 languages, which have other levels each: DE (C1 1); IT (A1 1). A difference between levels would be one between languages",
    );
    const german = await survey(rows(), { language: "DE" });
    expect(german.level).toEqual(["C1"]);
    expect([...german.places.values()]).toEqual(["m.jsonl:2", "m.jsonl:3"]);
  });
});

test("MERLIN has 1,029 German texts", async (context) => {
  const [disk, path] = [nodeDisk("."), "../shared/data/learner/merlin.jsonl"];
  if ((await disk.size(path)) === undefined) return context.skip(`${path} is not here`);
  const german = await survey(merlin.rows({ file: path, bytes: disk.read(path) }), { language: "DE" });
  const counts = Object.fromEntries(Array.from(german.levels, ([level, all]) => [level, all.length]));
  expect(counts).toEqual({ A1: 57, A2: 306, B1: 331, B2: 293, C1: 42 });
});

describe("EFCAMDAT's CSV", () => {
  const HEADER = "\ufeffl1,writing_id,extra,cefr_level,text\r\n";
  const read = (text: string, size?: number): Promise<RowOrBad<LearnerText>[]> => collect(csvRows(text, size));

  test("is read the same however its bytes are cut", async () => {
    const cells = fc.array(
      fc.tuple(
        fc.constantFrom("A1", "C2"),
        fc
          .array(fc.constantFrom("a", '"', ",", "\n", "\r\n", "é", "🙂", " "), { maxLength: 12 })
          .map((all) => all.join("")),
        fc.boolean(),
      ),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(
        cells,
        fc.constantFrom("\n", "\r\n"),
        fc.integer({ min: 1, max: 9 }),
        async (rows, end, size) => {
          const cell = (text: string, quoted: boolean): string =>
            quoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
          const lines = rows.map(([level, text, quoted], at) => `Arabic,w${at},,${level},${cell(text, quoted)}`);
          const csv = HEADER + lines.join(end) + (rows.length % 2 === 0 ? end : "");
          const found = await read(csv, size);
          expect(found.map((one) => (one.ok ? one.row : one))).toEqual(
            rows.map(([level, text], at) => ({ id: `w${at}`, language: "EN", l1: "Arabic", level, text })),
          );
        },
      ),
    );
  });

  test("bad rows say their line, and the rest goes on; a stray quote stands for itself", async () => {
    const csv = `${HEADER}x,1,,A1,"two\nlines"\nx,2,,A1\nx,3,,Z9,hm\n\nx,4,,B1,"He said "hi" to me"\nx,5,,B2,it"s`;
    const found = await read(csv, 4);
    expect(found.map((one) => [one.place, one.ok ? one.row.text : one.reason])).toEqual([
      ["c.csv:2", "two\nlines"],
      ["c.csv:4", "the row has another number of cells than the header"],
      ["c.csv:5", "the row names no CEFR level"],
      ["c.csv:7", 'He said "hi" to me'],
      ["c.csv:8", 'it"s'],
    ]);
  });

  test("without a column, or with a quote that is never closed, is refused", async () => {
    await expect(read("id,text\n1,a\n")).rejects.toThrow("c.csv has no column writing_id, only id, text");
    const open = `${HEADER}x,1,,A1,"${"long ".repeat(4 << 20)}`;
    await expect(read(open)).rejects.toThrow("a quote in it is left open");
  });

  test("with no document at all is refused, with the reasons", async () => {
    const all = await survey(csvRows(`${HEADER}x,1,,A1,\nx,2,,A1,NA\n`));
    expect(() => planCorpus(all, FLAGS)).toThrow(
      "none of the 2 rows is a document (the text is blank: 1; the text is a mark",
    );
    const one = await survey(csvRows(`${HEADER}x,1,,A1,Hi\n`));
    expect(() => planCorpus(one, { ...FLAGS, cefrLevel: "C2" })).toThrow("there is no text of level C2; there are A1");
  });
});
