import { keyedRng } from "corrigenda/rng";
import { calibrate, loadTokenizer, tokenEstimator } from "corrigenda/text";
import { encodeChat } from "gpt-tokenizer/model/gpt-4o";
import { describe, expect, it } from "vitest";

const WORDS =
  "the learner wrote suggest instead of advise because collocation 這個 單字 explanation, example; 2026 café".split(
    " ",
  );

function texts(n: number, seed: string): string[] {
  const rng = keyedRng(seed, "texts");
  return Array.from({ length: n }, () => Array.from({ length: 20 + rng.int(200) }, () => rng.pick(WORDS)).join(" "));
}

describe("calibrate", () => {
  it("finds the ratio exactly, with no width, where every text has the same one", () => {
    expect(calibrate(["aaaa", "aaaaaaaa", "aa"], (text) => text.length / 2)).toEqual({
      tokensPerByte: 0.5,
      low: 0.5,
      high: 0.5,
      n: 3,
    });
  });

  it("agrees with a worked example", () => {
    // bytes 2 and 4, tokens 1 and 3: ratio 4/6; residuals -1/3 and 1/3; error 1.959964 * sqrt(2 * 2/9) / 6.
    const { tokensPerByte, low, high } = calibrate(["aa", "aaaa"], (text) => (text.length === 2 ? 1 : 3));
    expect(tokensPerByte).toBeCloseTo(2 / 3, 12);
    expect(high - tokensPerByte).toBeCloseTo((1.959964 * (2 / 3)) / 6, 9);
    expect(tokensPerByte - low).toBeCloseTo((1.959964 * (2 / 3)) / 6, 9);
  });

  it("covers the true total of other texts of the kind in about 95 of 100 samples", async () => {
    const { count } = await loadTokenizer("o200k_base");
    const all = texts(3000, "population");
    const truth = calibrate(all, count).tokensPerByte;
    const covered = Array.from({ length: 100 }, (_, sample) => {
      const { low, high } = calibrate(keyedRng(7, sample).shuffle(all).slice(0, 100), count);
      return low <= truth && truth <= high;
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThanOrEqual(88);
    expect(covered).toBeLessThan(100);
  });

  it("is within 1 % after 1,000 exact counts", async () => {
    const { count } = await loadTokenizer("o200k_base");
    const { low, high, tokensPerByte, n } = calibrate(texts(1000, "a"), count);
    expect(n).toBe(1000);
    expect((high - low) / tokensPerByte).toBeLessThan(0.02);
  });

  it("refuses to guess from fewer than two texts", () => {
    expect(() => calibrate(["one"], () => 1)).toThrow("calibration needs at least 2 texts with content, not 1");
  });
});

describe("tokenEstimator", () => {
  it("adds what a chat costs beside its contents, as gpt-tokenizer counts it", async () => {
    const { count } = await loadTokenizer("o200k_base");
    const chat = [
      { role: "system" as const, content: "You are a teacher." },
      { role: "user" as const, content: "Why was the word replaced?" },
    ];
    const contents = chat.map((message) => message.content);
    const exact = calibrate(contents, count);
    const { tokens } = tokenEstimator(exact)(contents);
    expect(tokens).toBeCloseTo(encodeChat(chat).length, 9);
  });

  it("counts bytes, not characters", () => {
    const { tokens, low, high } = tokenEstimator({ tokensPerByte: 1, low: 0.5, high: 2 })(["é字"]);
    expect([low, tokens, high]).toEqual([7 + 2.5, 7 + 5, 7 + 10]);
  });
});
