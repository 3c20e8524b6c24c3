import { keyedRng, type Rng } from "corrigenda/rng";
import {
  answerScore,
  jointScore,
  type MatchScore,
  normalizeAnswer,
  type SupportingFact,
  supportingFactScore,
} from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";
import official from "./score-official.json" with { type: "json" };

const score = (em: number, f1: number, precision: number, recall: number): MatchScore => ({
  em,
  f1,
  precision,
  recall,
});

describe("answers, by hand from hotpot_evaluate_v1.py", () => {
  test.each<[string, string, MatchScore]>([
    ["the Eiffel Tower", "Eiffel Tower in Paris", score(0, 2 / 3, 1, 1 / 2)],
    ["new new york", "New York, New York", score(0, 6 / 7, 1, 3 / 4)],
    ["The U.S.", "us", score(1, 1, 1, 1)],
    ["an apple a day", "apple day", score(1, 1, 1, 1)],
    ["Yes.", "yes", score(1, 1, 1, 1)],
    ["yes it is", "yes", score(0, 0, 0, 0)],
    ["yes", "yes it is", score(0, 0, 0, 0)],
    ["no", "yes", score(0, 0, 0, 0)],
    ["noanswer", "noanswer", score(1, 1, 1, 1)],
    ["noanswer", "Paris", score(0, 0, 0, 0)],
    ["no answer", "answer", score(0, 2 / 3, 1 / 2, 1)], // "no answer" is not "noanswer"
    ["The", "An", score(1, 0, 0, 0)], // nothing is left: equal, and no word in common
    ["“Paris”", "Paris", score(0, 0, 0, 0)], // only ASCII punctuation is taken off
    ["l’été", "l'été", score(0, 0, 0, 0)],
    ["well-known", "wellknown", score(1, 1, 1, 1)],
    ["theatre", "atre", score(0, 0, 0, 0)],
  ])("%j against %j", (prediction, gold, expected) => {
    const { f1, ...rest } = answerScore(prediction, gold);
    expect(rest).toEqual({ em: expected.em, precision: expected.precision, recall: expected.recall });
    expect(f1).toBeCloseTo(expected.f1, 12);
  });

  test("200 generated pairs score as the official functions scored them in Python 3.11, to 1e-12", () => {
    expect(official.hotpotqa.filter(([, , , f1]) => Number(f1) > 0).length).toBeGreaterThan(20);
    for (const [prediction, gold, ...values] of official.hotpotqa) {
      const { em, f1, precision, recall } = answerScore(String(prediction), String(gold));
      const off = [em, f1, precision, recall].map((one, at) => Math.abs(one - Number(values[at])));
      expect([prediction, gold, Math.max(...off) < 1e-12]).toEqual([prediction, gold, true]);
    }
  });
});

describe("supporting facts and both together, by hand", () => {
  const [a, b, c]: SupportingFact[] = [
    ["A", 0],
    ["B", 1],
    ["C", 2],
  ];
  test.each<[string, (SupportingFact | undefined)[], (SupportingFact | undefined)[], MatchScore]>([
    ["one of two, one of them said twice", [a, a, b], [a, c], score(0, 1 / 2, 1 / 2, 1 / 2)],
    ["all, in another order", [b, a], [a, b], score(1, 1, 1, 1)],
    ["too many", [a, b, c], [a], score(0, 1 / 2, 1 / 3, 1)],
    ["the right title, another sentence", [["A", 1]], [a], score(0, 0, 0, 0)],
    ["none where there are some", [], [a], score(0, 0, 0, 0)],
    ["none where there are none", [], [], score(1, 0, 0, 0)],
  ])("%s", (_, prediction, gold, expected) => {
    const facts = (list: (SupportingFact | undefined)[]): SupportingFact[] => list.flatMap((one) => (one ? [one] : []));
    expect(supportingFactScore(facts(prediction), facts(gold))).toEqual(expected);
  });

  test("the joint score is of the products of precision and of recall", () => {
    const joint = jointScore(score(1, 2 / 3, 1, 1 / 2), score(0, 1 / 2, 1 / 2, 1 / 2));
    expect([joint.em, joint.precision, joint.recall]).toEqual([0, 1 / 2, 1 / 4]);
    expect(joint.f1).toBeCloseTo(1 / 3, 12);
    expect(jointScore(score(1, 1, 1, 1), score(0, 0, 0, 0))).toEqual(score(0, 0, 0, 0));
  });
});

/** The same definition once more, letter by letter and with sorted lists, to compare with. */
function plainly(text: string): string[] {
  const kept = [...text.toLowerCase()]
    .filter((letter) => !"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".includes(letter))
    .join("");
  return kept.split(" ").filter((word) => word !== "" && word !== "a" && word !== "an" && word !== "the");
}

function f1Plainly(prediction: string, gold: string): { em: number; f1: number } {
  const [mine, theirs] = [plainly(prediction).toSorted(), plainly(gold).toSorted()];
  const em = Number(plainly(prediction).join(" ") === plainly(gold).join(" "));
  const closed = (list: string[]): boolean => list.length === 1 && ["yes", "no", "noanswer"].includes(list[0] ?? "");
  if (em === 0 && (closed(mine) || closed(theirs))) return { em, f1: 0 };
  let [same, i, j] = [0, 0, 0];
  while (i < mine.length && j < theirs.length) {
    const [left = "", right = ""] = [mine[i], theirs[j]];
    if (left === right) same += 1;
    if (left <= right) i += 1;
    if (left >= right) j += 1;
  }
  return { em, f1: same === 0 ? 0 : (2 * same) / (mine.length + theirs.length) };
}

const WORDS =
  "the a An yes Yes no noanswer Paris paris Tower 1984 U.S. o'clock (in) of; well-known x_y É “so” it’s . - !".split(
    " ",
  );

function phrase(rng: Rng): string {
  return Array.from({ length: rng.int(6) }, () => rng.pick(WORDS)).join(rng.int(5) === 0 ? "  " : " ");
}

test("12,000 generated pairs score as a second, independent implementation scores them, to 1e-12", () => {
  const rng = keyedRng(20, "hotpotqa pairs");
  const seen = { exact: 0, partly: 0, none: 0 };
  for (let made = 0; made < 12_000; made++) {
    const gold = phrase(rng);
    const prediction = rng.int(3) === 0 ? rng.shuffle(gold.split(" ")).slice(rng.int(2)).join(" ") : phrase(rng);
    const [ours, plain] = [answerScore(prediction, gold), f1Plainly(prediction, gold)];
    if (ours.em !== plain.em || Math.abs(ours.f1 - plain.f1) > 1e-12) expect([prediction, gold, ours]).toBe(plain);
    seen[ours.em === 1 ? "exact" : ours.f1 > 0 ? "partly" : "none"] += 1;
    expect(normalizeAnswer(normalizeAnswer(gold))).toBe(normalizeAnswer(gold));
  }
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(500);
});
