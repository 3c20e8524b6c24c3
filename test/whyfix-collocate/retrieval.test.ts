import type { NoRow } from "corrigenda/dataset";
import { keyedRng } from "corrigenda/rng";
import { describe, expect, test } from "vitest";
import { corpusSource } from "../../lib/whyfix/collocate.ts";
import { otherCategories, sentencesOf } from "../../lib/whyfix/collocate-corpus.ts";
import { collocationOf, formatEntry, parseEntry } from "../../lib/whyfix/collocate-entry.ts";
import { bm25, fuse, rank } from "../../lib/whyfix/collocate-rank.ts";
import { fullRow } from "../whyfix/fixture.ts";
import { inputOf } from "../whyfix-data/input.ts";

const M2 = [
  ...["S I made a photo of it .", "A 1 2|||R:VERB|||took|||REQUIRED|||-NONE-|||0", ""],
  ...["S We made a photo there .", "A 1 2|||R:VERB|||took|||REQUIRED|||-NONE-|||0", ""],
  ...["S They made a photo , too .", "A 1 2|||R:VERB|||shot|||REQUIRED|||-NONE-|||0", ""],
  ...["S On Monday there was strong rain .", "A 4 5|||R:ADJ|||heavy|||REQUIRED|||-NONE-|||0", ""],
  ...["S He lives at London .", "A 2 3|||R:PREP|||in|||REQUIRED|||-NONE-|||0", ""],
].join("\n");

/** The rows that a corpus becomes, and why others do not. */
async function read(corpus: string, text: string, held: ReadonlySet<string> = new Set()) {
  const dropped: NoRow[] = [];
  const rows = await corpusSource(corpus).read(inputOf(text, "corpus.txt"), held, (none) => dropped.push(none));
  return { rows, reasons: dropped.map(({ reason }) => reason) };
}

describe("collocations of corrections", () => {
  test.each([
    ["a verb takes the noun after it", {}, "make a photo -> take a photo"],
    [
      "a noun takes the word before it",
      { pos_learner: "NOUN", formatted_sentence: "We had strong [-made-]{+took+} there." },
      "strong make -> strong take",
    ],
    ["punctuation is a border", { formatted_sentence: "Yes, they [-made-]{+took+}, then, a photo." }, undefined],
    [
      "function words are looked past",
      { formatted_sentence: "He [-made-]{+took+} all of the photos." },
      "make all of the photos -> take all of the photos",
    ],
    [
      "the row's own edit is taken, of several",
      { formatted_sentence: "[-big-]{+great+} hopes [-made-]{+took+} a photo." },
      "make a photo -> take a photo",
    ],
  ])("%s", (_, changes, text) => {
    const found = collocationOf(fullRow(changes));
    expect(found && `${found.error} -> ${found.correct}`).toBe(text);
  });

  test("counts are those of the corpus, the most frequent first; grammar is left out", async () => {
    const { rows, reasons } = await read("m2:corpus.txt", M2);
    expect(rows.map(formatEntry)).toEqual([
      "made|X|made a photo|took a photo|2|took 2; other 1|photo < misc-ap|misc-ap 4|misc-ap 2|made 3|made in photo < misc-ap 3",
      "made|X|made a photo|shot a photo|1|shot 1; other 2|photo < misc-ap|misc-ap 4|misc-ap 2|made 3|made in photo < misc-ap 3",
      "strong|X|strong rain|heavy rain|1|heavy 1; other 0|rain < misc-ap|misc-ap 4|misc-ap 2|strong 1|strong in rain < misc-ap 1",
    ]);
    expect(reasons).toEqual(["no collocation around the corrected word"]);
  });

  test("a corpus does not give away the data set: its sentences are left out of it, however they are spaced", async () => {
    const held = sentencesOf([fullRow({ editor_sentence: "I took a photo of it.", sentence_in_dataset: "x" })]);
    const { rows, reasons } = await read("m2:corpus.txt", M2, held);
    expect(rows[0]?.collocation_correction_freq).toBe(1);
    expect(reasons).toContain("its sentence is in the data set itself");
  });

  test("ready rows are read with either separator, and written as they were; others are told", async () => {
    const line = (fullRow().collocations ?? "").split("\n")[0] as string;
    const text = [
      "error_component|and|so|on",
      line,
      line.replaceAll("|", "|||"),
      "only|four|fields|here",
      "a|b|c|d|x|f|g|h|i|j|k",
    ];
    const { rows, reasons } = await read("rows:corpus.txt", text.join("\n"));
    expect(rows.map(formatEntry)).toEqual([line]);
    expect(reasons).toEqual([
      "the names of the fields",
      "repeats an earlier row",
      "not 11 fields separated by | or |||",
      "a field is empty, or the count of corrections is not a number",
    ]);
  });

  test("other categories: the same change, three at most, by count; what has no category counts nothing", () => {
    const row = (category: string, pivot: string, freq: number, change = "take") => {
      const line = `make|VERB|make a ${pivot}|${change} a ${pivot}|${freq}|${change} ${freq}; other 0|${pivot} < ${category}||||`;
      const entry = parseEntry(line, "x:1");
      if ("ok" in entry) throw new Error(entry.reason);
      return entry;
    };
    const own = row("Picture", "photo", 31);
    const corpus = [
      ...[row("misc-ap", "thing", 90), own, row("Test", "exam", 9), row("Rest", "break", 8), row("Test", "test", 7)],
      ...[row("Seat", "chair", 3), row("Path", "way", 2), row("Talk", "speech", 99, "give")],
    ];
    expect(otherCategories(own, corpus)).toEqual([
      { component_change_category: "make -> take (VERB) + Test", example_collocation: "make a exam -> take a exam" },
      { component_change_category: "make -> take (VERB) + Rest", example_collocation: "make a break -> take a break" },
      { component_change_category: "make -> take (VERB) + Seat", example_collocation: "make a chair -> take a chair" },
    ]);
  });
});

describe("ranking", () => {
  const texts = [
    ...["make a photo -> take a photo", "strong rain -> heavy rain", "make a party -> have a party"],
    ...["make a photo photo -> take a photo", "do a mistake -> make a mistake"],
  ];

  // The package rank_bm25 0.2.2, BM25Okapi, on the same words: k1 1.5, b 0.75, epsilon 0.25.
  test.each([
    ["make a photo", [0.811400957424899, 0, 0.33599560482976265, 0.8491196578383385, 0.33599560482976265]],
    ["strong rain", [0, 3.020296064967565, 0, 0, 0]],
    ["a photo party", [0.6734057640455918, 0, 1.7502418911764084, 0.7209190759764901, 0.1980004114504554]],
    ["rain rain", [0, 3.4867038436525504, 0, 0, 0]],
    ["zebra", [0, 0, 0, 0, 0]],
  ])("BM25 of '%s' equals rank_bm25 0.2.2 to twelve digits", (query, expected) => {
    for (const [at, score] of bm25(texts).scores(query).entries())
      expect(score).toBeCloseTo(expected[at] as number, 12);
  });

  test("both lists are scaled to [0, 1] and count one half each; ties go to the earlier row; at most five", () => {
    const best = fuse([0.2, 0.6, 1, 0.2, 0.2, 0.2], [4, 8, 0, 4, 4, 4]);
    expect(best.map(({ at }) => at)).toEqual([1, 2, 0, 3, 4]);
    // By hand: (0.6 - 0.2) / 0.8 / 2 + 8 / 8 / 2; 1 / 2 + 0; 0 + 4 / 8 / 2
    expect(best.map(({ score }) => score)).toEqual([0.75, 0.5, 0.25, 0.25, 0.25].map((x) => expect.closeTo(x, 12)));
    expect(fuse([1, 1], [3, 3]).map(({ score }) => score)).toEqual([0, 0]);
  });

  test("the best are those of sorting everything", () => {
    const rng = keyedRng(1126, "fuse");
    for (let n = 1; n < 40; n++) {
      const [dense, lexical] = [
        Array.from({ length: n }, () => rng.int(5)),
        Array.from({ length: n }, () => rng.int(5)),
      ];
      const scale = (xs: number[], x: number) =>
        Math.max(...xs) === Math.min(...xs) ? 0 : (x - Math.min(...xs)) / (Math.max(...xs) - Math.min(...xs));
      const all = dense.map((d, at) => ({
        at,
        score: scale(dense, d) / 2 + scale(lexical, lexical[at] as number) / 2,
      }));
      all.sort((a, b) => b.score - a.score || a.at - b.at);
      expect(fuse(dense, lexical).map(({ at }) => at)).toEqual(all.slice(0, 5).map(({ at }) => at));
    }
  });

  test("each query is ranked by its own vector and its own words, however few scores fit at a time", async () => {
    const unit = (...xs: number[]): Float32Array => Float32Array.from(xs);
    const vectors = [unit(1, 0), unit(0, 1)];
    const found: number[][] = [];
    const input = {
      queries: [
        { text: "zebra", vector: unit(0, 1) },
        { text: "photo", vector: unit(1, 0) },
      ],
      texts: ["a photo", "some rain"],
      vectors: async function* () {
        yield* vectors;
      },
    };
    for (const mostScores of [1, 1_000])
      for await (const best of rank(input, mostScores)) found.push(best.map(({ at }) => at));
    expect(found).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
  });
});
