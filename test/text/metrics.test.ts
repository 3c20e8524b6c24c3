import { readFileSync } from "node:fs";
import {
  bleu,
  chrf,
  corpusBleu,
  corpusChrf,
  correctionCounts,
  correctionScore,
  gleu,
  gleuCounts,
  gleuOf,
  meteor,
  rougeL,
  rougeN,
  type SpanEdit,
  spanEdits,
  stem,
  tokens,
} from "corrigenda/text";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

type Three = [precision: number, recall: number, f: number];

/** Made by running NLTK 3.10.3, sacrebleu 2.6.0 and the code of rouge_score, gleu.py and ERRANT over sentences of our own; `made` in the file says how. */
const golden = JSON.parse(readFileSync(new URL("../golden/text-metrics.json", import.meta.url), "utf8")) as {
  pairs: {
    references: string[];
    hypothesis: string;
    bleu: Record<"none" | "method1" | "method2", number>;
    meteor: number;
    rouge: Record<"false" | "true", [Three, Three, Three]>;
    chrf: number;
  }[];
  corpus: { bleu: Record<"none" | "method1" | "method2", number>; chrf: number };
  gleu: {
    sentences: { source: string; references: string[]; hypothesis: string }[];
    first: number;
    second: number;
    copy: number;
    smooth: number[][];
    script: { mean: number; deviation: number; indices: string[]; scores: number[] };
    expected: { mean: number; deviation: number };
  };
  stems: Record<string, string>;
  edits: {
    sentences: { edits: [number, number, string][]; annotators: [number, number, string][][] }[];
    counts: [number, number, number];
    after20: [number, number, number];
    score: Three;
  };
};
const split = (text: string): string[] => text.split(" ");
const split2 = (texts: readonly string[]): string[][] => texts.map(split);
const SMOOTHINGS = ["none", "method1", "method2"] as const;

/** The example sentences of NLTK's documentation of bleu_score and meteor_score. */
const H1 = split("It is a guide to action which ensures that the military always obeys the commands of the party");
const R1 = [
  "It is a guide to action that ensures that the military will forever heed Party commands",
  "It is the guiding principle which guarantees the military forces always being under the command of the Party",
  "It is the practical guide for the army always to heed the directions of the party",
].map(split);
const H2 = split("he read the book because he was interested in world history");
const R2 = [split("he was interested in world history because he read the book")];

describe("BLEU", () => {
  test("equals NLTK 3.10.3, plain and with smoothing 1 and 2, to 1e-12", () => {
    for (const { references, hypothesis, bleu: wanted } of golden.pairs)
      for (const kind of SMOOTHINGS)
        expect(bleu(split2(references), split(hypothesis), kind), hypothesis).toBeCloseTo(wanted[kind], 12);
    const all = golden.pairs.map(({ references, hypothesis }) => ({
      references: split2(references),
      hypothesis: split(hypothesis),
    }));
    for (const kind of SMOOTHINGS) expect(corpusBleu(all, kind)).toBeCloseTo(golden.corpus.bleu[kind], 12);
  });

  test("NLTK's documentation: 0.5045 for a sentence, 0.5920 for a corpus, 0.4118, 0.4118 and 0.4452 with one reference, cut at 4 digits", () => {
    const cut = (value: number): number => Math.floor(value * 1e4) / 1e4;
    expect(cut(bleu(R1, H1))).toBe(0.5045);
    const two = [
      { references: R1, hypothesis: H1 },
      { references: R2, hypothesis: H2 },
    ];
    expect(cut(corpusBleu(two))).toBe(0.592);
    expect(SMOOTHINGS.map((kind) => cut(bleu(R1.slice(0, 1), H1, kind)))).toEqual([0.4118, 0.4118, 0.4452]);
  });

  test("what has no word of the references scores 0 under every smoothing, also nothing at all", () => {
    for (const kind of SMOOTHINGS) {
      expect(bleu(R2, ["else"], kind)).toBe(0);
      expect(bleu(R2, [], kind)).toBe(0);
    }
  });
});

describe("METEOR", () => {
  test("equals NLTK 3.10.3 with an empty WordNet, to 1e-12", () => {
    for (const { references, hypothesis, meteor: wanted } of golden.pairs)
      expect(meteor(split2(references), split(hypothesis)), hypothesis).toBeCloseTo(wanted, 12);
  });

  test("NLTK's documented 0.6944 holds, to four digits: these sentences have no synonyms beyond stems", () => {
    expect(meteor(R1, H1)).toBeCloseTo(0.6944, 4);
  });
});

describe("ROUGE", () => {
  test("ROUGE-1, -2 and -L equal rouge_score's own code, with and without stems, to 1e-12", () => {
    for (const { references, hypothesis, rouge } of golden.pairs)
      for (const stemmed of [false, true]) {
        const given = [1, 2].map((n) => rougeN(n, references[0] ?? "", hypothesis, stemmed));
        for (const [at, wanted] of rouge[`${stemmed}`].entries()) {
          const { precision, recall, f } =
            [...given, rougeL(references[0] ?? "", hypothesis, stemmed)][at] ?? given[0] ?? fail();
          for (const [i, value] of [precision, recall, f].entries()) expect(value).toBeCloseTo(wanted[i] ?? -1, 12);
        }
      }
  });

  test("rouge_score's own test values, five digits, from runs of ROUGE-1.5.5 on its random letters", () => {
    const target =
      "ZfbCUIUuePaiLVUlCaUXxkpu XPeWing tUHfPMuZ',-Xd Y BrUgVJing M-HV.-DgdDaY.rFDJCRing Ht-LM EKBDXkME,yz'RBr q'wtion wIojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxer tKM L";
    const prediction = "rFDJCRtion Ht-LM EKtDXkME,yz'RBr q'wer wrojNbN wL,b .a-'XdQggyFl jB-RPP'iyOIcUxi";
    const five = ({ precision, recall, f }: { precision: number; recall: number; f: number }): number[] =>
      [recall, precision, f].map((value) => Number(value.toFixed(5)));
    for (const stemmed of [false, true]) {
      expect(five(rougeN(1, target, prediction, stemmed))).toEqual([0.40741, 0.6875, 0.51163]);
      expect(five(rougeN(2, target, prediction, stemmed))).toEqual([0.30769, 0.53333, 0.39024]);
    }
    expect(five(rougeL(target, prediction, false))).toEqual([0.40741, 0.6875, 0.51163]);
    expect(five(rougeL("testing one two", "testing two", false))).toEqual([0.66667, 1, 0.8]);
    expect(five(rougeL("testing one two", "", false))).toEqual([0, 0, 0]);
  });
});

test("chrF equals sacrebleu 2.6.0 with its defaults, sentence and corpus, a hundredth of it, to 1e-12", () => {
  for (const { references, hypothesis, chrf: wanted } of golden.pairs)
    expect(chrf(references, hypothesis), hypothesis).toBeCloseTo(wanted, 12);
  expect(corpusChrf(golden.pairs)).toBeCloseTo(golden.corpus.chrf, 12);
});

describe("Porter's stemmer", () => {
  test("equals NLTK 3.10.3 on the paper's examples, NLTK's irregular forms and words of this field", () => {
    const words = Object.keys(golden.stems);
    expect(words.length).toBe(233);
    expect(Object.fromEntries(words.map((word) => [word, stem(word)]))).toEqual(golden.stems);
  });

  test("any word has a stem that is no longer than it, in small letters", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z]{1,14}$/), (word) => {
        const short = stem(word);
        return short.length <= word.length && short === short.toLowerCase() && short.length > 0;
      }),
    );
  });
});

describe("GLEU for corrections", () => {
  const sentences = golden.gleu.sentences.map(({ source, references, hypothesis }) => ({
    source: split(source),
    references: split2(references),
    hypothesis: split(hypothesis),
  }));
  const counts = sentences.map(({ source, references, hypothesis }) =>
    references.map((reference) => gleuCounts(source, reference, hypothesis)),
  );
  const chosen = (indices: string): number => gleuOf(counts.map((known, at) => known[Number(indices[at])] ?? fail()));

  test("equals the authors' script (2 May 2016) on each draw of references that the script makes, to 1e-12", () => {
    const { indices, scores } = golden.gleu.script;
    for (const [at, one] of indices.entries()) expect(chosen(one)).toBeCloseTo(scores[at] ?? -1, 12);
  });

  test("equals it for each single reference, with its smoothing of single sentences, and for a copy of the source", () => {
    const only = (at: number) => sentences.map((one) => ({ ...one, references: one.references.slice(at, at + 1) }));
    expect(gleu(only(0), { seed: 1 }).value).toBeCloseTo(golden.gleu.first, 12);
    expect(gleu(only(1), { seed: 1 }).value).toBeCloseTo(golden.gleu.second, 12);
    for (const [at, known] of counts.entries())
      for (const [i, one] of known.entries())
        expect(gleuOf([one], true)).toBeCloseTo(golden.gleu.smooth[at]?.[i] ?? -1, 12);
    const copy = only(0).map((one) => ({ ...one, hypothesis: one.source }));
    expect(gleu(copy, { seed: 1 }).value).toBeCloseTo(golden.gleu.copy, 12);
  });

  test("the mean over 500 draws lies within four standard errors of the mean over all 32 choices, as the script's does", () => {
    const { mean, deviation } = golden.gleu.expected;
    const far = (4 * deviation) / Math.sqrt(500);
    expect(Math.abs(gleu(sentences, { seed: 1126 }).value - mean)).toBeLessThan(far);
    expect(Math.abs(golden.gleu.script.mean - mean)).toBeLessThan(far);
    expect(gleu(sentences, { seed: 1126 })).toEqual(gleu(sentences, { seed: 1126 }));
  });
});

describe("edits", () => {
  const edit = (start: number, end: number, correction: string): SpanEdit => ({ start, end, correction });

  test("a rewrite's edits are its changed stretches; neighbours are one", () => {
    expect(spanEdits(split("They made a mistake"), split("They made a big mistake"))).toEqual([edit(3, 3, "big")]);
    expect(spanEdits(split("I am agree with it"), split("I agree with this"))).toEqual([
      edit(1, 2, ""),
      edit(4, 5, "this"),
    ]);
    expect(spanEdits(split("Actually I am here"), split("At the moment I am here"))).toEqual([
      edit(0, 1, "At the moment"),
    ]);
    expect(spanEdits(["same"], ["same"])).toEqual([]);
  });

  test("applied to their source, the edits give the rewrite back", () => {
    const words = fc.array(fc.constantFrom<string>("a", "b", "c", "d"), { maxLength: 9 });
    fc.assert(
      fc.property(words, words, (source, rewrite) => {
        const out = [...source];
        for (const { start, end, correction } of spanEdits(source, rewrite).reverse())
          out.splice(start, end - start, ...(correction === "" ? [] : split(correction)));
        expect(out).toEqual(rewrite);
      }),
    );
  });

  test("F0.5 by hand from ERRANT's rules: span and correction both have to be the annotator's", () => {
    const gold = [edit(1, 2, "pays"), edit(4, 5, "to")];
    const counts = correctionCounts([
      { edits: [edit(1, 2, "pays"), edit(4, 5, "at"), edit(7, 7, ".")], annotators: [gold] },
      { edits: [], annotators: [[]] },
      { edits: [], annotators: [[edit(0, 1, "The")]] },
    ]);
    expect(counts).toEqual({ hits: 1, extra: 2, missed: 2 });
    // P = R = 1/3, so F is 1/3 whatever beta.
    expect(correctionScore(counts).f).toBeCloseTo(1 / 3, 12);
    // compare_m2: P = 3/4, R = 3/5 give F0.5 = 1.25 × 0.45 / (0.1875 + 0.6) = 0.7142857…
    expect(correctionScore({ hits: 3, extra: 1, missed: 2 }).f).toBeCloseTo(5 / 7, 12);
    expect(correctionScore({ hits: 0, extra: 0, missed: 4 })).toMatchObject({ precision: 1, recall: 0, f: 0 });
    expect(correctionScore({ hits: 0, extra: 0, missed: 0 }).f).toBe(1);
  });

  test("equals ERRANT's compare_m2 on 60 drawn sentences with three annotators: counts on the way and at the end", () => {
    const { sentences, counts, after20, score } = golden.edits;
    const whole = sentences.map(({ edits, annotators }) => ({
      edits: edits.map((one) => edit(...one)),
      annotators: annotators.map((own) => own.map((one) => edit(...one))),
    }));
    const { hits, extra, missed } = correctionCounts(whole);
    expect([hits, extra, missed]).toEqual(counts);
    expect(Object.values(correctionCounts(whole.slice(0, 20)))).toEqual(after20);
    const { precision, recall, f } = correctionScore({ hits, extra, missed });
    expect([precision, recall, f].map((value) => Number(value.toFixed(4)))).toEqual(score);
  });

  test("of two annotators the one counts who helps the corpus so far", () => {
    const [first, second] = [[edit(0, 1, "x"), edit(3, 4, "y")], [edit(0, 1, "z")]];
    expect(correctionCounts([{ edits: [edit(0, 1, "z")], annotators: [first, second] }])).toEqual({
      hits: 1,
      extra: 0,
      missed: 0,
    });
    // Nothing proposed: both give F 0 and no hits; the annotator who misses less is taken.
    expect(correctionCounts([{ edits: [], annotators: [first, second] }])).toEqual({ hits: 0, extra: 0, missed: 1 });
  });
});

test("tokens are words with their apostrophes and hyphens, and single marks", () => {
  expect(tokens("It's well-known (U.S.): “don’t”, naïve 3.5 %")).toEqual([
    ..."It's well-known ( U.S . ) : “ don’t ” , naïve 3.5 %".split(" "),
  ]);
});

function fail(): never {
  throw new Error("no such reference");
}
