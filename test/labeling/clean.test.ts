import { textPages } from "corrigenda/labeling";
import { describe, expect, test } from "vitest";
import { describeWorldBank } from "./fixture.ts";

const clean = (text: string, rest = ""): string | undefined =>
  textPages({ source: "a", pages: { "1": text, "2": rest } })[0]?.text;

describe("a page's text", () => {
  test.each<[what: string, raw: string, cleaned: string, rest?: string]>([
    ["keeps a line that ends between words", "Evidence from Ghana\nPunam Chuhan", "Evidence from Ghana\nPunam Chuhan"],
    ["joins a word that is broken by a hyphen", "the informa-\ntion we use", "the information we use"],
    ["keeps a compound that breaks at its hyphen", "parent-\nchild pairs", "parent-child pairs", "a parent-child pair"],
    ["keeps two words that stand alone elsewhere", "gold-\nproducing", "gold-producing", "gold is producing"],
    ["keeps the hyphen before a capital", "Benshaul-\nTolonen", "Benshaul-Tolonen"],
    ["has plain spaces for hard ones, one at a time", "a\u00a0\u00a0b \t c", "a b c"],
    ["has at most one blank line at a time", "a\n\n\n\n\nb", "a\n\nb"],
    ["has no control characters", "children\u0019s\u0000 health\r\nnext", "childrens health\nnext"],
    ["has no white space at its ends", "\n\n a \n", "a"],
  ])("%s", (_, raw, cleaned, rest = "") => {
    expect(clean(raw, rest)).toBe(cleaned);
  });

  test("comes with the text as it was given", () => {
    const [page] = textPages({ source: "a", pages: { "1": " a\u00a0b " } });
    expect(page).toMatchObject({ text: "a b", raw: " a\u00a0b " });
  });

  test("pages come in the order of their numbers", () => {
    const pages = { "10": "ten", "9": "nine", "2": "two" };
    expect(textPages({ source: "a", pages }).map(({ page }) => page)).toEqual([2, 9, 10]);
  });
});

describeWorldBank("the paper that the original hyphenated at every line's end", (read) => {
  test("keeps its lines", () => {
    const pages = textPages(JSON.parse(read("raw_text")));
    const shipped = (JSON.parse(read("text")) as { pages: Record<string, string> }).pages;
    expect(shipped["1"]).toContain("Evidence from Ghana-Punam");
    expect(pages[0]?.text).toContain("Evidence from Ghana\nPunam");
    expect(pages).toHaveLength(Object.keys(shipped).length);
    const joined = (text: string): number => text.match(/\p{L}-\p{L}/gu)?.length ?? 0;
    const sum = (texts: readonly string[]): number => texts.reduce((total, text) => total + joined(text), 0);
    expect(sum(pages.map(({ text }) => text))).toBeLessThan(sum(Object.values(shipped)));
  });
});
