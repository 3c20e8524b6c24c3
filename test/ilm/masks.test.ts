import { nodeDisk, readText } from "corrigenda/files";
import {
  documentChance,
  MASK_CLASSES,
  maskClass,
  maskDocument,
  maskHierarchical,
  problemOf,
  pythonChance,
  type Spans,
  structureReader,
} from "corrigenda/ilm";
import { describe, expect, test } from "vitest";

const read = structureReader();
const tally = () => ({ retries: new Map<string, number>(), dropped: new Map<string, number>() });
const texts = (text: string, spans: Spans): string[] =>
  Array.from({ length: spans.length / 3 }, (_, at) => {
    const [start = 0, length = 0] = spans.slice(3 * at + 1, 3 * at + 3);
    return text.slice(start, start + length);
  });

describe("sentences and words", () => {
  test("are Punkt's and NLTK's for 800 texts of learners and of signs", async () => {
    interface Case {
      readonly text: string;
      readonly sentences: readonly { readonly text: string; readonly words: readonly string[] }[];
    }
    const cases = JSON.parse(await readText(nodeDisk("test/golden/ilm"), "words.json")) as Case[];
    expect(cases.length).toBe(800);
    // NLTK writes quotes as `` and ''; here a word is what stands in the text.
    const plain = (word: string): string => (word === "``" || word === "''" ? '"' : word);
    for (const { text, sentences } of cases) {
      const found = read(text).flatMap((paragraph) => paragraph.sentences);
      expect(found.map(({ start, end }) => text.slice(start, end))).toEqual(sentences.map((one) => one.text));
      const words = found.map((one) =>
        Array.from({ length: one.words.length / 2 }, (_, at) => text.slice(one.words[2 * at], one.words[2 * at + 1])),
      );
      expect(words.map((all) => all.map(plain))).toEqual(sentences.map((one) => one.words.map(plain)));
    }
  });

  test("paragraphs are the lines that are not blank, stripped as Python strips; in verse, stanzas", () => {
    const text = "Dear Ann,\r\n\r\n \u00a0 I am fine. \u2028And you?\x1f\n\ufeff";
    const lines = (of: typeof read): string[] => of(text).map(({ start, end }) => text.slice(start, end));
    expect(lines(read)).toEqual(["Dear Ann,", "I am fine.", "And you?", "\ufeff"]);
    const verse = "one two\nthree\n\n\nfour";
    const stanzas = structureReader(true)(verse);
    expect(stanzas.map(({ start, end }) => verse.slice(start, end))).toEqual(["one two\nthree", "four"]);
    expect(stanzas.map(({ sentences }) => sentences.length)).toEqual([2, 1]);
  });

  test("documents with emoji, curly quotes and CJK keep all their words", () => {
    const text = "“Café” 🙂🙂 is — 日本語 — naïve.";
    const [sentence] = read(text).flatMap((paragraph) => paragraph.sentences);
    const words = sentence?.words ?? [];
    const found = Array.from({ length: words.length / 2 }, (_, at) => text.slice(words[2 * at], words[2 * at + 1]));
    expect(found.join("")).toBe(text.replaceAll(" ", ""));
  });
});

const NEWS = `
After Iowa's first-in-the-nation caucuses melted down earlier this week, all eyes are on the New Hampshire primary to give some clarity to the crowded and chaotic Democratic presidential race.
Voters in the New England state will head to the polls on February 11 to pick the Democrat they want to see nominated. The contest is the second stop after the all-important Iowa caucuses, which normally help cut down the field of candidates.
But issues in the Midwestern state have left the race more open-ended than usual. Historically, the two or three candidates who come out on top in Iowa see increased momentum for the rest of the early-voting season. Now, the muddled results have left the primary race in slight disarray.
`;

describe("mask classes", () => {
  test("the original test's text, seed and probability give its 14 spans", () => {
    // chrisdonahue/ilm, ilm/mask/hierarchical_test.py: random.seed(4), p = 0.15
    const mask = maskClass("ilm.mask.hierarchical.MaskHierarchical", 0.15);
    expect(mask.types).toEqual(["document", "paragraph", "sentence", "ngram", "word"]);
    expect(mask.open(NEWS)(pythonChance(4)).length / 3).toBe(14);
  });

  test("punctuation and proper nouns are the original tests' spans", () => {
    // chrisdonahue/ilm, ilm/mask/custom_test.py: random.seed(0)
    const punctuation = maskClass("MaskPunctuation").open("This is a document; it contains words. a!b@c#d4e5");
    expect(punctuation(pythonChance(0))).toEqual([0, 40, 1, 1, 42, 1]);
    const hike = "Mary went for a hike in Yosemite";
    expect(texts(hike, maskClass("MaskProperNoun").open(hike)(pythonChance(0)))).toEqual(["Mary", "Yosemite"]);
  });

  test("where a probability is 0 nothing is drawn", () => {
    const none = { document: 0, paragraph: 0, sentence: 0, word: 0, ngram: 0.5 };
    const drawn = { random: () => expect.unreachable("drew"), below: () => expect.unreachable("drew") };
    expect(maskHierarchical(NEWS, read(NEWS), none, drawn)).toEqual([]);
  });

  test("what is masked hides what is inside it, and n-grams are 1 to 8 words of one sentence", () => {
    const mask = maskClass("MaskHierarchical", 0.3);
    const draw = mask.open(NEWS);
    const lengths = new Set<number>();
    for (let document = 0; document < 300; document++) {
      const spans = draw(documentChance(1, document));
      expect(problemOf(spans, NEWS.length)).toBeUndefined();
      for (let at = 0; at < spans.length; at += 3) {
        if (spans[at] !== 3) continue;
        const [gram = ""] = texts(NEWS, spans.slice(at, at + 3));
        expect(gram).not.toContain("\n");
        const sentence = read(gram)[0]?.sentences[0];
        lengths.add((sentence?.words.length ?? 0) / 2);
      }
    }
    expect(Math.max(...lengths)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(9); // a full stop inside counts with its word or alone
  });

  test("documents are masked with probability p, and words of the others with theirs", () => {
    const p = 0.03;
    const word = "one two three four five six seven eight nine ten";
    const [draw, n] = [maskClass("MaskHierarchical", p).open(word), 20_000];
    const counts = { document: 0, starts: 0, paragraphs: 0 };
    for (let document = 0; document < n; document++) {
      const spans = draw(documentChance(7, document));
      if (spans[0] === 0) counts.document += 1;
      else if (spans[0] === 1 || spans[0] === 2) counts.paragraphs += 1;
    }
    const within = (count: number, share: number): void =>
      expect(Math.abs(count / n - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / n));
    within(counts.document, p);
    within(counts.paragraphs, (1 - p) * (1 - (1 - p) ** 2));
  });

  test("of texts of EFCAMDAT's length about 15 % of the characters are masked", () => {
    // Donahue, Lee & Liang 2020: p = 0.03 at every level masks about 15 %
    const mask = maskClass("MaskHierarchical");
    const paragraph = NEWS.trim().split("\n").slice(1).join(" ").slice(0, 328);
    let masked = 0;
    const n = 5_000;
    const draw = mask.open(paragraph);
    for (let document = 0; document < n; document++)
      masked += draw(documentChance(2, document)).reduce((sum, value, at) => sum + (at % 3 === 2 ? value : 0), 0);
    expect(masked / n / paragraph.length).toBeGreaterThan(0.13);
    expect(masked / n / paragraph.length).toBeLessThan(0.17);
  });

  test("classes of one level mask that level alone, and their first type is their only one", () => {
    const units = {
      MaskDocuments: [NEWS],
      MaskParagraphs: NEWS.trim().split("\n"),
      MaskWords: undefined,
      MaskNgrams: undefined,
      MaskSentences: undefined,
    };
    for (const [name, all] of Object.entries(units)) {
      const { types, open } = maskClass(name, 1);
      const spans = open(NEWS)(documentChance(0, 0));
      expect(types.length).toBe(1);
      expect(spans.filter((_, at) => at % 3 === 0).every((type) => type === 0)).toBe(true);
      if (all) expect(texts(NEWS, spans)).toEqual(all);
    }
    expect(texts("Go. Run!", maskClass("MaskSentences", 1).open("Go. Run!")(documentChance(0, 0)))).toEqual([
      "Go.",
      "Run!",
    ]);
    expect(texts("I don't", maskClass("MaskWords", 1).open("I don't")(documentChance(0, 0)))).toEqual([
      "I",
      "do",
      "n't",
    ]);
  });

  test("every class of the source is there, and an unknown one is refused", () => {
    expect(MASK_CLASSES.length).toBe(14);
    for (const name of MASK_CLASSES) expect(() => maskClass(name).open(NEWS)(documentChance(0, 0))).not.toThrow();
    expect(() => maskClass("ilm.mask.MaskNothing")).toThrow("no mask class 'ilm.mask.MaskNothing'; known are ilm.mask");
  });
});

describe("examples of a document", () => {
  const hierarchical = maskClass("MaskHierarchical");
  const limits = { examples: 16, tries: 16, unique: true };

  test("a mask without spans is taken once, and a short document has fewer examples: each reason is counted", () => {
    const counts = tally();
    const { examples } = maskDocument("Hi", maskClass("MaskWords", 0.5), pythonChance(0), limits, counts);
    expect(examples.map((spans) => spans.length).sort()).toEqual([0, 3]);
    expect([...counts.dropped]).toEqual([["Mask is not unique", 14]]);
    // The two that were taken needed a few tries of their own.
    expect(counts.retries.get("Mask is not unique")).toBeGreaterThanOrEqual(14 * 16);
  });

  test("with duplicates allowed there are as many as wanted", () => {
    const counts = tally();
    const made = maskDocument("Hi", hierarchical, pythonChance(0), { ...limits, unique: false }, counts);
    expect(made.examples.length).toBe(16);
    expect([...counts.retries, ...counts.dropped]).toEqual([]);
  });

  test("limits on spans hold; sampled ones come in the order of the document", () => {
    const made = maskDocument(
      NEWS,
      maskClass("MaskWords", 0.5),
      pythonChance(5),
      { ...limits, minSpans: 2, maxSpans: 3 },
      tally(),
    );
    expect(made.examples.length).toBe(16);
    for (const spans of made.examples) {
      expect(spans.length / 3).toBe(3);
      expect(problemOf(spans, NEWS.length)).toBeUndefined();
    }
  });

  test.each<[spans: Spans, length: number, problem: string | undefined]>([
    // chrisdonahue/ilm, ilm/mask/util_test.py
    [[0, -1, 4], 6, "Masked span boundaries are invalid"],
    [[0, 4, 0], 6, "Masked span boundaries are invalid"],
    [[0, 4, 2], 6, undefined],
    [[0, 4, 3], 6, "Masked span boundaries are invalid"],
    [[0, 0, 2, 0, 2, 4], 6, undefined],
    [[0, 0, 2, 0, 1, 5], 6, "Masked spans overlap"],
    [[], 0, undefined],
  ])("of the mask %j in %i units it is said: %s", (spans, length, problem) => {
    expect(problemOf(spans, length)).toBe(problem);
  });

  test("too few spans, too many spans", () => {
    expect(problemOf([0, 0, 1], 5, { minSpans: 2 })).toBe("Too few spans");
    expect(problemOf([0, 0, 1, 0, 2, 1], 5, { maxSpans: 1 })).toBe("Too many spans");
  });
});
