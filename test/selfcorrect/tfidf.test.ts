import { nodeDisk, readText } from "corrigenda/files";
import { fitTfidf, type SparseRow, tfidfRows, type Vectorizer } from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";

/** Made by scikit-learn 1.9.1; see its `source`. */
const reference: {
  readonly texts: readonly string[];
  readonly terms: readonly string[];
  readonly idf: readonly number[];
  readonly rows: readonly Readonly<Record<string, number>>[];
} = JSON.parse(await readText(nodeDisk("test/selfcorrect"), "tfidf-reference.json"));

const named = ({ terms }: Vectorizer, { columns, values }: SparseRow): Record<string, number> =>
  Object.fromEntries(columns.map((column, at) => [terms[column] ?? "?", values[at] ?? Number.NaN]));

describe("TF-IDF of words and pairs", () => {
  const vectorizer = fitTfidf(reference.texts.slice(0, 5));

  test("has scikit-learn's terms and idf, accents, Japanese, mathematical letters and Turkish capitals included", () => {
    expect([...vectorizer.terms].sort()).toEqual([...reference.terms].sort());
    const own = new Map(vectorizer.terms.map((term, at) => [term, vectorizer.idf[at] ?? 0]));
    for (const [at, term] of reference.terms.entries())
      expect(Math.abs((own.get(term) ?? 0) - (reference.idf[at] ?? 0))).toBeLessThan(1e-9);
  });

  test("gives scikit-learn's rows to 1e-9, those of a text not seen before and of an empty one too", () => {
    const rowOf = tfidfRows(vectorizer);
    for (const [at, text] of reference.texts.entries()) {
      const [own, wanted] = [named(vectorizer, rowOf(text)), reference.rows[at] ?? {}];
      expect(Object.keys(own).sort()).toEqual(Object.keys(wanted).sort());
      for (const [term, value] of Object.entries(wanted)) expect(Math.abs((own[term] ?? 0) - value)).toBeLessThan(1e-9);
    }
  });

  test("a text leaves nothing behind for the next one", () => {
    const rowOf = tfidfRows(vectorizer);
    const [first = "", second = ""] = reference.texts;
    const before = rowOf(first);
    rowOf(second);
    expect(rowOf(first)).toEqual(before);
  });

  test("a row by hand: two of three texts hold the term, so idf = ln(4/3) + 1", () => {
    const { terms, idf } = fitTfidf(["aa bb", "aa", "cc"]);
    expect(terms).toEqual(["aa", "aa bb", "bb", "cc"]);
    const [often, once] = [Math.log(4 / 3) + 1, Math.log(4 / 2) + 1];
    for (const [at, value] of [often, once, once, once].entries()) expect(idf[at]).toBeCloseTo(value, 12);
    const row = tfidfRows({ terms, idf })("bb aa bb");
    const length = Math.hypot(often, 2 * once, once); // aa, bb twice, "aa bb"
    expect(named({ terms, idf }, row).aa).toBeCloseTo(often / length, 12);
    expect(named({ terms, idf }, row).bb).toBeCloseTo((2 * once) / length, 12);
  });

  test("min_df = 2 keeps scikit-learn's nine terms, and the most frequent ones come first into a small vocabulary", () => {
    // As printed by TfidfVectorizer(ngram_range=(1, 2), min_df=2) on the same five texts.
    const nine = ["answer", "initial", "prompt", "revised", "sep", "sep prompt", "sep revised", "the", "the answer"];
    expect(fitTfidf(reference.texts.slice(0, 5), { minTexts: 2 }).terms).toEqual(nine);
    expect(fitTfidf(["aa bb aa", "aa cc"], { maxTerms: 2 }).terms).toEqual(["aa", "aa bb"]);
  });
});
