import { quoteFinder } from "corrigenda/text";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("a quote is found", () => {
  const text = "The “Demographic and Health Sur-\nvey” (DHS)\u00a0is ﬁne. DHSS is not. The DHS goes on.";
  test.each<[what: string, quote: string, found: string | undefined, match?: string]>([
    ["as it stands", "DHSS is not", "DHSS is not", "exact"],
    ["over a hyphen at a line's end", "Demographic and Health Survey", "Demographic and Health Sur-\nvey", "tolerant"],
    ["with other white space", "(DHS) is", "(DHS)\u00a0is", "tolerant"],
    ["with a ligature spelt out", "is fine.", "is ﬁne.", "tolerant"],
    ["with quotation marks of its own around it", '"Demographic and Health"', "Demographic and Health", "exact"],
    ["with dots around it", "… The DHS goes on …", "The DHS goes on", "exact"],
    ["in other capitals", "the dhs GOES on", "The DHS goes on", "tolerant"],
  ])("%s", (_, quote, found, match) => {
    const place = quoteFinder(text).find(quote);
    expect(place && text.slice(place.start, place.end)).toBe(found);
    expect(place?.match).toBe(match);
  });

  test("as whole words only, within the stretch that is asked for", () => {
    const finder = quoteFinder(text);
    const place = finder.find("DHS", { start: text.indexOf("DHSS"), end: text.length });
    expect(place?.start).toBe(text.lastIndexOf("DHS"));
    expect(finder.find("DHS", { start: 0, end: 10 })).toBeUndefined();
    expect(finder.find("emographic")).toBeUndefined();
  });

  test("not where a word differs, and not where there is nothing to find", () => {
    const finder = quoteFinder(text);
    for (const quote of ["The DHS went on", "", " … ", "\u00ad"]) expect(finder.find(quote)).toBeUndefined();
  });

  test("again, in any cutting of its own text into lines", () => {
    const words = ["household", "survey", "data", "2001-2006", "Ghana’s", "(GLSS)"];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...words), { minLength: 1 }),
        fc.array(fc.constantFrom(" ", "\n", " \n ", "\u00a0")),
        (list, gaps) => {
          const own = list.join(" ");
          const cut = list.map((word, at) => `${word}${gaps[at % Math.max(gaps.length, 1)] ?? " "}`).join("");
          const found = quoteFinder(`Before. ${cut} After.`).find(own);
          expect(found?.start).toBe(8);
          expect(found?.end).toBe(8 + cut.trimEnd().length);
        },
      ),
    );
  });
});
