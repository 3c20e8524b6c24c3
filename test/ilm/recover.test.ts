import { recoveryTally, WordRecord, wordMasks, wordMatch } from "corrigenda/ilm";
import { keyedRng } from "corrigenda/rng";
import { wilson } from "corrigenda/stats";
import { describe, expect, test } from "vitest";

describe("a word and what was written in its place", () => {
  test("capitals and outer space do not count, everything else does", () => {
    expect(wordMatch("House", " house ").isExact).toBe(true);
    expect(wordMatch("Straße", "STRASSE").isExact).toBe(false);
    expect(wordMatch("e\u0301tude", "étude").isExact).toBe(true);
    expect(wordMatch("house", "").isExact).toBe(false);
  });

  test("overlap is of sets: recall by the word's letters, precision by the answer's", () => {
    // house: h o u s e; horse: h o r s e. Pairs ho ou us se and ho or rs se.
    const { unigrams, bigrams } = wordMatch("house", "horse");
    expect(unigrams).toEqual({ recall: 4 / 5, precision: 4 / 5, f1: 4 / 5 });
    expect(bigrams).toEqual({ recall: 2 / 4, precision: 2 / 4, f1: 2 / 4 });
    expect(wordMatch("aab", "ab").unigrams).toEqual({ recall: 1, precision: 1, f1: 1 });
    expect(wordMatch("abcd", "ab").unigrams).toEqual({ recall: 0.5, precision: 1, f1: 2 / 3 });
    expect(wordMatch("a", "a").bigrams.f1).toBe(1);
    expect(wordMatch("ab", "").unigrams).toEqual({ recall: 0, precision: 0, f1: 0 });
  });
});

describe("words to be masked", () => {
  const text = `Ich habe 3 Äpfel, don’t I? 😀 ${"weit ".repeat(200)}`;

  test("are whole and alphabetic, within the first 500 units, in order, as many as asked for", () => {
    for (let seed = 0; seed < 50; seed++) {
      const masks = wordMasks(text, keyedRng(seed, "words"));
      expect(masks.length).toBe(3);
      for (const { offset, length } of masks) {
        expect(text.slice(offset, offset + length)).toMatch(/^(Ich|habe|Äpfel|don’t|I|weit)$/);
        expect(offset + length).toBeLessThanOrEqual(500);
      }
      expect(masks.map(({ offset }) => offset)).toEqual(masks.map(({ offset }) => offset).toSorted((a, b) => a - b));
      expect(new Set(masks.map(({ offset }) => offset)).size).toBe(3);
    }
  });

  test("are the same for the same seed, and fewer where there are fewer", () => {
    expect(wordMasks(text, keyedRng(1, "w"))).toEqual(wordMasks(text, keyedRng(1, "w")));
    expect(wordMasks("12 34 !", keyedRng(1, "w"))).toEqual([]);
    expect(wordMasks("eins zwei", keyedRng(1, "w"), { most: 5 }).length).toBe(2);
  });
});

describe("recovery", () => {
  const tally = recoveryTally(0, 2000);
  for (let document = 0; document < 400; document++)
    tally.add({
      ...{ model: "C1", test: "C1", document, word: "house", subtokens: 1 + (document % 6) },
      answer: document % 4 === 0 ? "HOUSE" : "horse",
    });
  const [row] = tally.rows();

  test("accuracy is the share that is exact; its interval that of Wilson for one word a document, to 0.01", () => {
    expect(row).toMatchObject({ model: "C1", test: "C1", words: 400 });
    const known = wilson(100, 400);
    expect(row?.accuracy.value).toBe(0.25);
    expect(Math.abs((row?.accuracy.low ?? 0) - known.low)).toBeLessThan(0.01);
    expect(Math.abs((row?.accuracy.high ?? 0) - known.high)).toBeLessThan(0.01);
    expect(row?.unigrams.f1).toBeCloseTo(0.25 + 0.75 * 0.8, 12);
  });

  test("by number of tokens: 1, 2, 3 and 4, 5 and more", () => {
    expect(row?.bySubtokens.map(({ tokens, words }) => [tokens, words])).toEqual([
      ["1", 67],
      ["2", 67],
      ["3-4", 134],
      ["5+", 132],
    ]);
  });

  test("words of one document are drawn together: ten copies of a word are no ten documents", () => {
    const copies = recoveryTally(0, 2000);
    for (let document = 0; document < 400; document++)
      for (let copy = 0; copy < 10; copy++)
        copies.add({
          ...{ model: "C1", test: "C1", document, word: "house", subtokens: 1 },
          answer: document % 4 === 0 ? "house" : "",
        });
    const width = (one = row): number => (one ? one.accuracy.high - one.accuracy.low : 0);
    expect(width(copies.rows()[0])).toBeCloseTo(width(), 12);
  });

  test("a line without a word is no record", () => {
    const line = { model: "C1", test: "C1", document: 0, word: "", answer: "", subtokens: 1 };
    expect(WordRecord.safeParse(line).success).toBe(false);
    expect(WordRecord.safeParse({ ...line, word: "a" }).success).toBe(true);
  });
});
