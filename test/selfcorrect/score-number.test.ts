import { scoringOf } from "corrigenda/selfcorrect";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const { extract, isCorrect, same } = scoringOf("gsm8k");

describe("the number that a reply ends on", () => {
  test.each([
    ["It is 42.", "42"],
    ["#### 42.0", "42"],
    ["$42", "42"],
    ["US$42", "42"],
    ["€42", "42"],
    ["so 84/2", "42"],
    ["3 1/2", "3.5"],
    ["3½ miles", "3.5"],
    ["-3 1/2", "-3.5"],
    ["1/3", "1/3"],
    ["\\frac{1}{3}", "1/3"],
    ["\\boxed{42}", "42"],
    ["**42**", "42"],
    ["1,234,567 people", "1234567"],
    ["1{,}234", "1234"],
    ["1,2,3", "3"],
    ["50%", "50"],
    [".5", "0.5"],
    ["0.125", "0.125"],
    ["x=-5", "-5"],
    ["\u22125", "-5"],
    ["-$5", "-5"],
    ["$-5", "-5"],
    ["10-15", "15"],
    ["10\u201315", "15"],
    ["5 into CO2", "5"],
    ["version 1.2.3", "1.2"],
    ["the answer is...42", "42"],
    ["A: 18\n", "18"],
    ["18.", "18"],
    ["18.00", "18"],
    ["007", "7"],
    ["-0", "0"],
  ])("%j is %s", (text, number) => {
    expect(extract(text)).toBe(number);
  });

  test("is the one behind ####, where there is one, also when more is said after it", () => {
    expect(extract("3 + 4 = 7\n#### 7\nCheck: 2 steps")).toBe("7");
    expect(extract("#### 5\nNo, wait.\n#### **$1,200**")).toBe("1200");
    expect(extract("#### Answer\nIt is 5 cats")).toBe("5");
  });

  test("is missing where there is none", () => {
    for (const text of ["", "none", "####", "CO2", "1".repeat(2_000)]) expect(extract(text)).toBeUndefined();
    expect(isCorrect("none", "none")).toBe(false);
  });
});

test("equal values are the same answer, and nothing else is", () => {
  expect(["42", "42.0", "$42", "84/2", "42%", "042"].every((one) => same(one, "42") && isCorrect(one, "42"))).toBe(
    true,
  );
  expect(same("3 1/2", "7/2")).toBe(true);
  expect(["142", "420", "4 2", "-42", "42.01", "4.2", "42/1.5"].some((one) => isCorrect(one, "42"))).toBe(false);
  expect(isCorrect(`0.${"3".repeat(40)}`, "1/3")).toBe(false);
});

test("a number with a digit more, on either side, is another number", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 9 }), (number, digit) => {
      expect(isCorrect(`The answer is ${number}.`, String(number))).toBe(true);
      expect(isCorrect(`The answer is ${digit}${number}.`, String(number))).toBe(false);
      expect(isCorrect(`The answer is ${number + 1}${digit}.`, String(number + 1))).toBe(false);
    }),
  );
});

test("every way to write a fraction has its value: exact, as arithmetic on whole numbers says", () => {
  const whole = fc.integer({ min: -(10 ** 9), max: 10 ** 9 });
  fc.assert(
    fc.property(whole, whole, fc.nat({ max: 6 }), fc.integer({ min: 1, max: 999 }), (a, b, places, factor) => {
      const [p, q] = [Math.abs(a), Math.max(1, Math.abs(b))];
      expect(isCorrect(`${p}/${q}`, `${BigInt(p) * BigInt(factor)}/${BigInt(q) * BigInt(factor)}`)).toBe(true);
      expect(isCorrect(`${p}/${q}`, `${p + 1}/${q}`)).toBe(false);
      expect(isCorrect(a.toLocaleString("en-US"), String(a))).toBe(true);
      expect(isCorrect(`${a}.${"0".repeat(places)}`, String(a))).toBe(true);
      expect(isCorrect(`${p} ${q}/${q + 1}`, `${BigInt(p) * BigInt(q + 1) + BigInt(q)}/${q + 1}`)).toBe(true);
      const text = extract(`${p}/${q}`) ?? "";
      expect(extract(text)).toBe(text);
    }),
  );
});
