import { collect, nodeDisk, readJsonl } from "corrigenda/files";
import { COLUMN_NAMES, calculatorFaults, columnsOf, type Revision } from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";
import { lastNumber } from "./classify-scoring.ts";

const column = (name: string, revision: Revision): number => {
  expect(COLUMN_NAMES).toContain(name);
  return columnsOf(revision, lastNumber).values[COLUMN_NAMES.indexOf(name)] ?? Number.NaN;
};
const step = (initialAnswer: string, revisedAnswer: string, more: Partial<Revision> = {}): Revision => ({
  ...{ initialAnswer, revisedAnswer, repromptId: "p_try_again" },
  ...more,
});

describe("calculator annotations", () => {
  test.each([
    ["<<48/2=24>>", 0],
    ["<<48/2=25>>", 1],
    ["half is <<.5*100=50>>50, then <<50+7=58>>58", 1],
    ["<<10/3=3.33>> and <<10/3=3.34>>: rounded or cut off", 0],
    ["<<10/3=3.35>>", 1],
    ["<<2*(3+4)=14>> <<-3+5=2>> <<20*15%=3>> <<1,000-1=999>> <<$5*3=$15>>", 0],
    ["<<2+3*4=20>>: the product comes first", 1],
    ["<<x+1=2>> <<3=>> <<no sum>> <<1/0=5>> <<open", 0],
  ])("%s: %i that do not add up", (text, faults) => {
    expect(calculatorFaults(text)).toBe(faults);
  });

  const file = "gsm8k/train.jsonl";
  const disk = nodeDisk("../shared/data");
  test("all of GSM8K's training answers add up, and nearly all are caught once their results are changed", async ({
    skip,
  }) => {
    if ((await disk.size(file)) === undefined) skip(`${disk.resolve(file)} is not here`);
    let [all, faults, caught] = [0, 0, 0];
    for (const { value } of await collect(readJsonl(disk, file)))
      for (const [one] of (value as { answer: string }).answer.matchAll(/<<[^>]*>>/g)) {
        const wrong = one.replace(
          /=([^=>]*)>>$/,
          (_, result: string) => `=${Number(result.replace(/[,$]/g, "")) + 11}>>`,
        );
        all += 1;
        faults += calculatorFaults(one);
        caught += calculatorFaults(wrong);
      }
    // Two of them write whole division as //, which is no sum.
    expect([all, faults, caught]).toEqual([23_716, 0, 23_714]);
  });
});

describe("what a step looks like without the reference", () => {
  test("agreement counts the earlier answers of the trace that say the same", () => {
    const answers = ["42", "41", undefined, "42.0", "42"];
    const own = step("42.0", "42", { answers });
    expect(column("earlier answers that agree", own)).toBeCloseTo(Math.log1p(2), 12);
    expect(column("agreement with earlier answers", own)).toBe(2.5 / 4);
    expect(column("same answer", own)).toBe(1);
    expect(column("returned to an earlier answer", step("41", "42", { answers: ["42", "41", "42"] }))).toBe(1);
    expect(column("returned to an earlier answer", step("41", "42"))).toBe(0);
  });

  test("answers of the trace are taken as they come; without them they are read off both texts", () => {
    expect(column("same answer", step("It is 5", "It is 5.0"))).toBe(1);
    expect(column("same answer", step("It is 5", "It is 6"))).toBe(0);
    expect(column("same answer", step("It is 5", "It is 6", { answers: ["5", "5"] }))).toBe(1);
    expect(column("first turn", { ...step("a 5", "a 5"), repromptId: "none" })).toBe(1);
    expect(column("became unreadable", step("It is 5", "I do not know"))).toBe(1);
    expect(column("became readable", step("I do not know", "It is 5"))).toBe(1);
  });

  test("numbers, hedges, admissions, form and length are seen", () => {
    expect(column("numbers in common", step("3 + 4 = 7", "3 + 5 = 8"))).toBe(1 / 5);
    expect(column("hedges", step("7", "Maybe 7, perhaps 8, I am not sure."))).toBeCloseTo(Math.log1p(3), 12);
    expect(column("admissions", step("7", "I apologize, I made a mistake: 8"))).toBeCloseTo(Math.log1p(2), 12);
    expect(column("final answer is marked", step("7", "So it is\n#### 8"))).toBe(1);
    expect(column("is cut off", step("7", "So we take 8 and"))).toBe(1);
    expect(column("is cut off", step("7", "So we take 8."))).toBe(0);
    expect(column("answer stands in the question", step("7", "8", { question: "There are 8 apples" }))).toBe(1);
    expect(column("change in letters", step("aaa 7", "aaa 7"))).toBe(0);
  });

  test("every column is a number, whatever the texts are", () => {
    const odd = ["", " ", "\u0000", "9".repeat(400), "-0", "1/0", "<<", "<<=>>", "💥".repeat(50), "e".repeat(10_000)];
    for (const a of odd)
      for (const b of odd)
        for (const value of columnsOf(step(a, b, { answers: [a, undefined, b] }), lastNumber).values)
          expect(Number.isFinite(value)).toBe(true);
  });
});
