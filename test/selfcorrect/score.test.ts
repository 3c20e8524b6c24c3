import { openQuestions } from "corrigenda/dataset";
import { collect, nodeDisk } from "corrigenda/files";
import { keyedRng } from "corrigenda/rng";
import { type Question, type Scoring, scoreAnswer, scoringNames, scoringOf } from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";

const disk = nodeDisk(`${import.meta.dirname}/../..`);

describe("a BoolQ reply is its first decisive word", () => {
  const { extract, isCorrect, same } = scoringOf("boolq");
  test.each([
    ["Yes.", "yes"],
    ["NO, it is not.", "no"],
    ["True", "yes"],
    ["false", "no"],
    ["**Yes**, because there is no other.", "yes"],
    ["It says nothing, so no. Or yes?", "no"],
    ["There is no doubt about it.\nAnswer: yes", "yes"],
    ["The answer is true: no one denies it.", "yes"],
    ["Not known; nobody, noon, yesterday, untrue", undefined],
    ["", undefined],
  ])("%j: %s", (text, verdict) => {
    expect(extract(text)).toBe(verdict);
  });

  test("and right where it is the reference's", () => {
    expect([
      isCorrect("true", "yes"),
      isCorrect("no", "yes"),
      isCorrect("maybe", "yes"),
      isCorrect("false", "false"),
    ]).toEqual([true, false, false, true]);
    expect([same("yes", "true"), same("yes", "no"), same("maybe", "perhaps")]).toEqual([true, false, false]);
  });
});

describe("a HotpotQA reply is the line behind Answer:, else its last line", () => {
  const { extract, isCorrect } = scoringOf("hotpotqa");
  test.each([
    ["Answer: The Eiffel Tower", "Eiffel Tower", true],
    ["It stands in Paris.\n**Answer:** Eiffel Tower.", "eiffel tower", true],
    ["First I thought: answer: Rome.\nFinal answer:\n\nParis", "Paris", true],
    ["The answer is Paris.", "Paris", true],
    ["Let me see.\nParis", "Paris", true],
    ["Answer: yes, they are", "yes", false],
    ["answer: Paris, France", "Paris", false],
  ])("%j for %j: %s", (text, reference, right) => {
    expect(isCorrect(text, reference)).toBe(right);
  });

  test("and has an F1 beside its exact match", () => {
    const { f1, ...rest } = scoreAnswer(scoringOf("hotpotqa"), "Answer: Paris, France", "Paris");
    expect(rest).toEqual({ accuracy: 0, em: 0, precision: 0.5, recall: 1 });
    expect(f1).toBeCloseTo(2 / 3, 12);
    expect([extract("Answer: The"), extract("  \n")]).toEqual([undefined, undefined]);
  });
});

describe("any other data set has a rule that knows numbers and texts", () => {
  const { extract, isCorrect, same, name } = scoringOf("my set");
  test.each([
    ["Answer: $1,200.00", "1200", true],
    ["Answer: 42 apples", "42", true],
    ["Answer: 142", "42", false],
    ["42 of them.\nAnswer: none", "42", false],
    ["Answer: (B)", "b", true],
    ["Answer: A", "B", false],
    ["Answer: the", "a", false],
    ["The Battle of  Hastings.", "battle of Hastings", true],
    ["C++", "C", false],
    ["Apollo 11", "Apollo 12", false],
    ["", "", false],
  ])("%j for %j: %s", (text, reference, right) => {
    expect(isCorrect(text, reference)).toBe(right);
  });

  test("and the same answers count as one", () => {
    expect([name, extract("Answer: 84/2"), extract("Answer: The Nile!"), extract("")]).toEqual([
      "my set",
      "42",
      "nile",
      undefined,
    ]);
    expect([same("$42", "42.0"), same("The Nile", "nile."), same("Nile", "Rhine")]).toEqual([true, true, false]);
  });
});

test("a rule of one's own takes one function's place", () => {
  const mine: Scoring = { ...scoringOf("gsm8k"), isCorrect: (text, reference) => text.length === reference.length };
  expect([mine.isCorrect("ab", "42"), mine.extract("#### 42"), scoreAnswer(mine, "ab", "42").accuracy]).toEqual([
    true,
    "42",
    1,
  ]);
});

test("every question of the sample is right with its own answer in the form that is asked for, and wrong without", async () => {
  const files = { gsm8k: "gsm8k.jsonl", hotpotqa: "hotpotqa.json", boolq: "boolq.jsonl" };
  for (const [dataset, file] of Object.entries(files)) {
    const from = `data/sample/selfcorrect/${file}`;
    const source = await openQuestions(disk, { dataset, from, split: "", folder: "", hub: {} });
    const scoring = scoringOf(dataset);
    for (const one of await collect(source.rows())) {
      if (!one.ok) throw new Error(`${one.place}: ${one.reason}`);
      const question: Question = one.row;
      const answer = question.reference_answer;
      for (const reply of [answer, `Answer: ${answer}`, `#### ${answer}`])
        expect([question.id, reply, scoring.isCorrect(reply, answer)]).toEqual([question.id, reply, true]);
      expect(scoring.isCorrect("I cannot say.", answer)).toBe(false);
      expect(scoring.extract(scoring.extract(answer) ?? "")).toBe(scoring.extract(answer));
    }
  }
});

test("every rule asks for its form of answer and takes any text, however odd or long", () => {
  expect(scoringNames).toEqual([
    ...["gsm8k", "gsm8k-strict", "gsm8k-lm-eval-strict", "gsm8k-lm-eval-flexible", "mock"],
    ...["hotpotqa", "hotpotqa-fullwiki", "boolq"],
  ]);
  const rng = keyedRng(7, "odd texts");
  const parts = [
    "####",
    "Answer:",
    "the answer is",
    "1,000",
    "1/",
    "/0",
    "½",
    "-",
    "$",
    "\\frac{1}{0}",
    ".",
    " ",
    "\u0000",
    "\ud800",
    "\n",
    "no",
    "a",
    "🙂",
  ];
  const odd = Array.from({ length: 300 }, () =>
    Array.from({ length: rng.int(12) }, () => rng.pick(parts)).join(rng.pick(["", " "])),
  );
  const long = parts.map((part) => `${part.repeat(20_000 / part.length)}x`); // a slow expression would run out of the test's time
  for (const scoring of [...scoringNames, "mine"].map(scoringOf)) {
    expect(scoring.instruction.length).toBeGreaterThan(20);
    for (const text of [...odd, ...long]) {
      const answer = scoring.extract(text);
      expect(answer === undefined || scoring.same(answer, answer)).toBe(true);
      expect(typeof scoring.isCorrect(text, text)).toBe("boolean");
    }
  }
});
