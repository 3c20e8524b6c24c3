import { consolidate, type Entry, type ExtractionFile, textPages } from "corrigenda/labeling";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { all, describeWorldBank, entry } from "./fixture.ts";

const TEXT =
  "Gold is mined. We use the Demographic and Health Survey (DHS). It covers 1993 to 2008. Mines are listed elsewhere. " +
  "Prices rose. Wages fell. The GLSS data are used as well. They are public.";
const DHS = entry({ mentioned_in: "We use the Demographic and Health Survey (DHS)." });
const GLSS = entry({ raw_name: "GLSS data", mentioned_in: "The GLSS data are used as well." });

describe("mentions are put into groups of sentences", () => {
  test("each with the sentence before and after it; groups that do not touch stay apart", () => {
    const groups = consolidate(TEXT, [GLSS, DHS]);
    expect(groups.map(({ mentioned_in }) => mentioned_in)).toEqual([
      "Gold is mined. We use the Demographic and Health Survey (DHS). It covers 1993 to 2008.",
      "Wages fell. The GLSS data are used as well. They are public.",
    ]);
    expect(all(groups)).toEqual([DHS.raw_name, GLSS.raw_name]);
  });

  test("what shares a sentence becomes one group", () => {
    const years = entry({ raw_name: "Mines", mentioned_in: "Mines are listed elsewhere." });
    const [group, ...others] = consolidate(TEXT, [DHS, years]);
    expect(others).toEqual([]);
    expect(group?.mentioned_in).toBe(TEXT.slice(0, TEXT.indexOf(" Wages")));
    expect(group?.datasets).toHaveLength(2);
  });

  test("a page of a single sentence keeps its mention", () => {
    const groups = consolidate("We use the DHS", [entry({ raw_name: "DHS", mentioned_in: "We use the DHS" })]);
    expect(groups).toMatchObject([{ mentioned_in: "We use the DHS", span: { start: 0, end: 14 } }]);
    expect(all(groups)).toEqual(["DHS"]);
  });

  test("a sentence that stands twice on the page is one place, not none", () => {
    const text = "We use the DHS. It is large. Wages fell. Prices rose. We use the DHS. It is public.";
    const groups = consolidate(text, [entry({ raw_name: "DHS", mentioned_in: "We use the DHS." })]);
    expect(groups).toMatchObject([{ mentioned_in: "We use the DHS. It is large." }]);
  });

  test("a quote over a line's end, a hyphen and other quotation marks is found", () => {
    const text = "It says “house-\nhold survey\u00a0data” here. Next.";
    const [group] = consolidate(text, [
      entry({ raw_name: "household survey data", mentioned_in: 'It says "household survey data" here.' }),
    ]);
    expect(group?.datasets[0]).toMatchObject({
      quote: { start: 0, end: text.indexOf(" Next"), match: "tolerant" },
      name: { start: 9, end: 32 },
    });
  });

  test("a quote that is not there is not found, but its name leads to the right sentence", () => {
    const text =
      "The DHS is old. Wages fell. Prices rose. Gold is mined. In Ghana the DHS was asked of women. They answered.";
    const [group, ...others] = consolidate(text, [
      entry({ raw_name: "DHS", mentioned_in: "In Ghana the DHS was put to women." }),
    ]);
    expect(others).toEqual([]);
    expect(group?.datasets[0]?.quote).toBeUndefined();
    const { sentence, name } = group?.datasets[0] ?? {};
    expect(text.slice(sentence?.start, sentence?.end)).toBe("In Ghana the DHS was asked of women.");
    expect(text.slice(name?.start, name?.end)).toBe("DHS");
  });

  test("what has no word in common with the page has no place, and is kept with what the model said", () => {
    const groups = consolidate(TEXT, [
      DHS,
      entry({ raw_name: "PISA", mentioned_in: "Pupils sat an exam." }),
      entry({ raw_name: "TIMSS", mentioned_in: null }),
    ]);
    expect(groups.slice(1)).toMatchObject([
      { span: undefined, mentioned_in: "Pupils sat an exam.", datasets: [{ sentence: undefined, quote: undefined }] },
      { span: undefined, mentioned_in: "TIMSS" },
    ]);
    expect(all(groups)).toEqual([DHS.raw_name, "PISA", "TIMSS"]);
  });

  test("a name counts as a whole word only", () => {
    const [group] = consolidate("The DHSS is closed. We use the DHS.", [
      entry({ raw_name: "DHS", mentioned_in: "we used the DHS" }),
    ]);
    expect(group?.datasets[0]?.name).toEqual({ start: 31, end: 34 });
  });

  test("an empty page keeps what was said about it", () => {
    expect(all(consolidate("", [DHS]))).toEqual([DHS.raw_name]);
  });
});

test("every data set comes out in exactly one group, whatever the page and whatever is quoted", () => {
  const words = fc.constantFrom(
    "DHS",
    "GLSS",
    "data",
    "of",
    "the",
    "survey",
    "(2001)",
    "Wages",
    "-\n",
    "é",
    "e.g.",
    "“x”",
  );
  const sentence = fc.tuple(
    fc.array(words, { minLength: 1, maxLength: 6 }),
    fc.constantFrom(".", "?", "", "\n\n", "."),
  );
  const page = fc.array(sentence, { maxLength: 12 }).map((list) => list.map(([own, end]) => `${own.join(" ")}${end}`));
  const scene = page.chain((sentences) => {
    const quote =
      sentences.length === 0
        ? fc.string()
        : fc.oneof(fc.constantFrom(...sentences), fc.string(), fc.constant(sentences.slice(0, 2).join(" ")));
    const one = fc.record({ raw_name: fc.oneof(words, fc.string()), mentioned_in: fc.oneof(quote, fc.constant(null)) });
    return fc.tuple(fc.constant(sentences.join(" ")), fc.array(one, { maxLength: 6 }));
  });
  fc.assert(
    fc.property(scene, ([text, said]) => {
      const entries: Entry[] = said.map((one) => entry(one));
      const groups = consolidate(text, entries);
      const out = groups.flatMap(({ datasets }) => datasets.map((placed) => placed.entry));
      expect(out).toHaveLength(entries.length);
      expect(new Set(out)).toEqual(new Set(entries));
      for (const { span, mentioned_in, datasets } of groups) {
        if (span) expect(text.slice(span.start, span.end)).toBe(mentioned_in);
        for (const { sentence } of datasets) {
          if (!span) expect(sentence).toBeUndefined();
          else
            expect(span.start <= (sentence?.start ?? -1) && (sentence?.end ?? text.length + 1) <= span.end).toBe(true);
        }
      }
      const spans = groups.flatMap(({ span }) => span ?? []);
      for (const [at, { start }] of spans.entries()) expect(start).toBeGreaterThanOrEqual(spans[at - 1]?.end ?? 0);
    }),
    { numRuns: 500 },
  );
});

describeWorldBank("the 27 data sets of the original's extraction", (read) => {
  test("all stand on their page by their own sentence, each in one group, and the groups cover them", () => {
    const { pages } = JSON.parse(read("extracted_data")) as ExtractionFile;
    const texts = new Map(textPages(JSON.parse(read("raw_text"))).map(({ page, raw }) => [page, raw]));
    let found = 0;
    for (const { page, data_mentions } of pages) {
      const entries = data_mentions.flatMap(({ datasets }) =>
        datasets.map(({ raw_name, sent }) => entry({ raw_name, mentioned_in: sent })),
      );
      const groups = consolidate(texts.get(page) ?? "", entries);
      const placed = groups.flatMap(({ datasets }) => datasets);
      expect(new Set(placed.map((one) => one.entry))).toEqual(new Set(entries));
      expect(placed.every(({ quote, sentence }) => quote && sentence)).toBe(true);
      found += placed.length;
    }
    expect(found).toBe(27);
  });
});
