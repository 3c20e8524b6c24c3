import { describe, expect, test } from "vitest";
import { joinLines } from "../../lib/pdf/hyphen.ts";
import { cleanLetters } from "../../lib/pdf/letters.ts";
import { createWords } from "../../lib/pdf/words.ts";

/** What two lines become in a document that also says something. */
function joined(line: string, next: string, elsewhere = ""): string {
  const words = createWords();
  words.add(`x ${elsewhere} x`);
  const { drop, between } = joinLines(line, next, words);
  return line.slice(0, line.length - drop) + between + next;
}

describe("a hyphen at the end of a line", () => {
  test.each([
    ["the pur-", "chase of tobacco", "", "the purchase of tobacco"],
    ["informa-", "tion was", "", "information was"],
    ["in-", "formation was", "formation in information", "information was"],
    ["a treat-", "ment that", "treat", "a treatment that"],
    ["non-His-", "panic whites", "Hispanic", "non-Hispanic whites"],
    ["of self-report-", "ing in", "self-report", "of self-reporting in"],
    ["discour-", "aged smoking", "", "discouraged smoking"],
    ["non-", "smokers were", "nonsmokers", "nonsmokers were"],
  ])("is dropped where it broke a word: %j %j", (line, next, elsewhere, whole) => {
    expect(joined(line, next, elsewhere).endsWith(whole)).toBe(true);
  });

  test.each([
    ["the parent-", "child bond", "a parent and a child", "the parent-child bond"],
    ["were self-", "reported by", "", "were self-reported by"],
    ["the State-", "Level data", "", "the State-Level data"],
    ["population-", "weighted means", "population", "population-weighted means"],
    ["state-of-the-", "art care", "", "state-of-the-art care"],
    ["buprenorphine-", "naloxone", "buprenorphine buprenorphine buprenorphine", "buprenorphine-naloxone"],
    ["from 1997-", "2003 on", "", "from 1997-2003 on"],
    ["non-", "smokers were", "non-drinkers", "non-smokers were"],
    ["see http://a.org/x-", "y.html", "", "see http://a.org/x-y.html"],
    ["the pro-", "drug effect", "pro-drug", "the pro-drug effect"],
  ])("stays where it is part of the word: %j %j", (line, next, elsewhere, whole) => {
    expect(joined(line, next, elsewhere)).toBe(whole);
  });

  test("stays before a second part that shares the word, with its space", () => {
    expect(joined("both pre-", "and post-test")).toBe("both pre- and post-test");
  });

  test("a dash with a space before it is no hyphen", () => {
    expect(joined("who pays -", "or does not")).toBe("who pays - or does not");
  });
});

test("lines without a hyphen are joined by a space, never into one word", () => {
  expect(joined("in Ghana", "Punam went")).toBe("in Ghana Punam went");
});

test("a soft hyphen that the engine dropped is seen by the word it broke", () => {
  expect(joined("the opi", "oid was", "opioid")).toBe("the opioid was");
  expect(joined("we can", "not go", "cannot can not")).toBe("we can not go");
});

describe("letters", () => {
  test("ligatures, full-width forms and mathematical letters are letters", () => {
    expect(cleanLetters("eﬀect ﬁnd ﬂow oﬃce Ａ 𝑥")).toBe("effect find flow office A x");
  });

  test("raised numbers stay raised: 10² is not 102", () => {
    expect(cleanLetters("10² m½ CO₂ 1º xª")).toBe("10² m½ CO₂ 1º xª");
  });

  test("all spaces are one space, nothing without ink is kept", () => {
    expect(cleanLetters("\u0000 a\u00a0\u2009 b\u200bc\u00add\u0007\t e ")).toBe("a bcd e");
  });

  test("an accent is put on its letter", () => {
    expect(cleanLetters("Cafe\u0301")).toBe("Café");
  });
});
