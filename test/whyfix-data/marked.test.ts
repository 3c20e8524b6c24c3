import { type Piece, parseMarked, sideOf, writeMarked } from "corrigenda/whyfix/data";
import fc from "fast-check";
import { expect, test } from "vitest";

test("both orders of the markers, and each marker alone, are read", () => {
  const edit = { learner: "made", editor: "took" };
  expect(parseMarked("I [-made-]{+took+} a photo.")).toEqual(["I ", edit, " a photo."]);
  expect(parseMarked("I {+took+}[-made-] a photo.")).toEqual(["I ", edit, " a photo."]);
  expect(parseMarked("in {+the+} end")).toEqual(["in ", { editor: "the" }, " end"]);
  expect(parseMarked("return [-back-] home")).toEqual(["return ", { learner: "back" }, " home"]);
});

test("markers of the same side, or apart, are two edits; a third marker starts a new edit", () => {
  expect(parseMarked("[-a-][-b-]")).toEqual([{ learner: "a" }, { learner: "b" }]);
  expect(parseMarked("[-a-] {+b+}")).toEqual([{ learner: "a" }, " ", { editor: "b" }]);
  expect(parseMarked("[-a-]{+b+}[-c-]")).toEqual([{ learner: "a", editor: "b" }, { learner: "c" }]);
  expect(parseMarked("{+a+}[-b-]{+c+}[-d-]")).toEqual([
    { editor: "a", learner: "b" },
    { editor: "c", learner: "d" },
  ]);
});

test.each([
  ["x in [-1, 1] is [-big-]{+large+}", ["x in [-1, 1] is ", { learner: "big", editor: "large" }]],
  ["a {+b and [-c-] d", ["a {+b and ", { learner: "c" }, " d"]],
  ["a -] b +} c", ["a -] b +} c"]],
  ["[a] {b} [-]", ["[a] {b} [-]"]],
  ["[-multi\nline-]", [{ learner: "multi\nline" }]],
  [String.raw`C:\dir \[-not-\] [-x-\]y-]`, [String.raw`C:\dir [-not-] `, { learner: "x-]y" }]],
  ["[---]{+++}", [{ learner: "-", editor: "+" }]],
  ["", []],
])("brackets that mark nothing are text: %s", (text, pieces) => {
  expect(parseMarked(text)).toEqual(pieces);
});

test("a sentence is written without backslashes unless it would be misread", () => {
  expect(writeMarked(["in [-1, 1] it ", { learner: "is", editor: "lies" }])).toBe("in [-1, 1] it [-is-]{+lies+}");
  expect(writeMarked(["the sign [-x-] is ", { learner: "odd" }])).toBe(String.raw`the sign \[-x-\] is [-odd-]`);
});

test("each side's sentence loses the space of a word that is not there", () => {
  const sides = (text: string): string[] => [sideOf(parseMarked(text), "learner"), sideOf(parseMarked(text), "editor")];
  expect(sides("I [-made-]{+took+} it.")).toEqual(["I made it.", "I took it."]);
  expect(sides("go [-to-] home")).toEqual(["go to home", "go home"]);
  expect(sides("{+The+} end")).toEqual(["end", "The end"]);
  expect(sides("go home {+now+}")).toEqual(["go home", "go home now"]);
  expect(sides("go home {+now+}.")).toEqual(["go home.", "go home now."]);
  expect(sides("go home {+now+} .")).toEqual(["go home .", "go home now ."]);
});

// Pieces that are rich in what markers are made of.
const text = fc.array(
  fc.constantFrom("[-", "-]", "{+", "+}", "\\", "[", "-", "]", "{", "+", "}", "a", " ", "é", "🎉"),
  {
    minLength: 1,
    maxLength: 8,
  },
);
const joined = text.map((parts) => parts.join(""));
const edit = fc.oneof(
  fc.record({ learner: joined, editor: joined }),
  fc.record({ learner: joined }),
  fc.record({ editor: joined }),
);
const sentence = fc
  .tuple(joined, fc.array(fc.tuple(edit, joined), { maxLength: 4 }))
  .map(([first, rest]): Piece[] => [first, ...rest.flat()]);

test("what is written is read back, whatever brackets and backslashes the words hold", () => {
  fc.assert(
    fc.property(sentence, (pieces) => {
      expect(parseMarked(writeMarked(pieces))).toEqual(pieces);
    }),
    { numRuns: 2000 },
  );
});

test("any text at all is read, and a text without markers is itself on both sides", () => {
  fc.assert(
    fc.property(joined, (any) => {
      const pieces = parseMarked(any);
      expect(parseMarked(writeMarked(pieces))).toEqual(pieces);
    }),
    { numRuns: 2000 },
  );
  const plain = "We measured [-5, +5] and {a + b}.";
  expect([sideOf([plain], "learner"), sideOf([plain], "editor"), writeMarked([plain])]).toEqual([plain, plain, plain]);
});
