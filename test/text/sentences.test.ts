import { sentences } from "corrigenda/text";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const split = (text: string): string[] => sentences(text).map(({ start, end }) => text.slice(start, end));

describe("sentences", () => {
  test("end at a full stop, not at abbreviations, initials, numbers of figures or citations", () => {
    expect(
      split(
        "We use the U.S. Census Bureau's data, e.g. those of 2001 (Smith et al. 2016, p. 4). See Fig. 3 of J. Doe. Prof. Roe disagrees! Does she?",
      ),
    ).toEqual([
      "We use the U.S. Census Bureau's data, e.g. those of 2001 (Smith et al. 2016, p. 4).",
      "See Fig. 3 of J. Doe.",
      "Prof. Roe disagrees!",
      "Does she?",
    ]);
  });

  test("go on over a line break, and end at a blank line", () => {
    expect(split("We use house-\nhold data\nfrom Ghana. They\nare good.\n\nMethods\n \nWe ask.")).toEqual([
      "We use house-\nhold data\nfrom Ghana.",
      "They\nare good.",
      "Methods",
      "We ask.",
    ]);
  });

  test("a text without a full stop is one, an empty one has none", () => {
    expect(split("Household survey data")).toEqual(["Household survey data"]);
    expect(split(" \n\n ")).toEqual([]);
  });

  test("hold every character that is no white space exactly once, in order", () => {
    const pieces = fc.constantFrom(
      "We use",
      " DHS",
      ". ",
      "\n",
      "\n\n",
      " et al. ",
      "U.S.",
      "é",
      "😀",
      "3.5",
      "? ",
      "(no. 4)",
      "\u00a0",
    );
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const text = parts.join("");
        const spans = sentences(text);
        expect(
          spans
            .map(({ start, end }) => text.slice(start, end))
            .join("")
            .replace(/\s/g, ""),
        ).toBe(text.replace(/\s/g, ""));
        for (const [at, span] of spans.entries()) expect(span.start).toBeGreaterThanOrEqual(spans[at - 1]?.end ?? 0);
      }),
    );
  });

  test("a page of nothing but line breaks or abbreviations is read to its end", () => {
    expect(sentences(" \n".repeat(100_000))).toEqual([]);
    expect(sentences("e.g. ".repeat(20_000))).toHaveLength(1);
  });
});
