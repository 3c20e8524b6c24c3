import { openQuestions } from "corrigenda/dataset";
import { collect, nodeDisk } from "corrigenda/files";
import { scoreAnswer, scoringOf } from "corrigenda/selfcorrect";
import { expect, test } from "vitest";
import official from "./score-official.json" with { type: "json" };

const disk = nodeDisk(`${import.meta.dirname}/../..`);
const file = "../shared/data/gsm8k/train.jsonl";
const here = (await disk.size(file)) !== undefined;
if (!here) console.warn(`skipped: ${disk.resolve(file)} is not here`);

const [strict, strictMatch, flexible] = ["gsm8k-strict", "gsm8k-lm-eval-strict", "gsm8k-lm-eval-flexible"].map(
  scoringOf,
);

test("120 texts are read as the official expression and lm-eval's two filters read them in Python 3.11", () => {
  // The expressions of grade_school_math/dataset.py and lm_eval/tasks/gsm8k/gsm8k.yaml with Python's re, run once over generated texts.
  const valued = official.gsm8k.filter(([, answer]) => answer !== "[invalid]");
  expect(valued.length).toBeGreaterThan(5);
  for (const [text = "", ...answers] of official.gsm8k) {
    const ours = [strict, strictMatch, flexible].map((rule) => rule?.extract(text) ?? "[invalid]");
    expect([text, ...ours]).toEqual([text, ...answers]);
  }
});

test.each([
  // reply, reference: by value, official, strict-match, flexible-extract
  ["#### 18", "18", 1, 1, 1, 1],
  ["#### 18.", "18", 1, 0, 1, 1], // the official expression takes the full stop with it
  ["#### 18.00", "18", 1, 0, 0, 0],
  ["#### $18", "18", 1, 0, 0, 1],
  ["A: 18", "18", 1, 0, 0, 1],
  ["The answer is 18.", "18", 1, 0, 0, 1],
  ["#### 1,234", "1234", 1, 1, 1, 1],
  ["#### 1234", "#### 1,234", 1, 1, 1, 1],
  ["#### -3", "-3", 1, 1, 1, 1],
  ["#### 36/2", "18", 1, 0, 0, 0],
  ["#### 142", "42", 0, 0, 0, 0],
  ["#### 5\nCheck: 9", "5", 1, 1, 1, 0],
  ["#### 5\n#### 6", "6", 1, 0, 0, 1], // the first one counts there
  ["no idea", "5", 0, 0, 0, 0],
])("%j against %j scores %i by value, %i, %i, %i", (reply, reference, accuracy, ...[one, two, three]) => {
  expect(scoreAnswer(scoringOf("gsm8k"), reply, reference)).toEqual({
    accuracy,
    strict: one,
    strict_match: two,
    flexible_extract: three,
  });
});

test.skipIf(!here)(
  "all 7,473 training answers are read, and are right by all four rules; one more is wrong",
  async () => {
    const source = await openQuestions(disk, { dataset: "gsm8k", from: file, split: "train", folder: "", hub: {} });
    const rows = await collect(source.rows());
    const questions = rows.flatMap((one) => (one.ok ? [one.row] : []));
    expect([rows.length, questions.length, new Set(questions.map(({ id }) => id)).size]).toEqual([7473, 7473, 7473]);
    const lines = Buffer.concat(await collect(disk.read(file)))
      .toString("utf8")
      .trim()
      .split("\n");
    const answers = lines.map((line) => (JSON.parse(line) as { answer: string }).answer);
    expect(answers.filter((answer) => /#### -?\d+,/.test(answer)).length).toBe(79); // counted in the facts of the data set
    const wrong = answers.flatMap((answer, at) => {
      const reference = questions[at]?.reference_answer ?? "";
      const right = [answer, `#### ${reference}`].flatMap((text) =>
        Object.values(scoreAnswer(scoringOf("gsm8k"), text, reference)),
      );
      const off = Object.values(scoreAnswer(scoringOf("gsm8k"), `#### ${Number(reference) + 1}`, reference));
      return right.every((one) => one === 1) && off.every((one) => one === 0) ? [] : [answer];
    });
    expect(wrong).toEqual([]);
  },
);
