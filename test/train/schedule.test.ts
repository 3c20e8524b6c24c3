import { rateAt } from "corrigenda/train";
import { expect, test } from "vitest";
import { documentOrder } from "../../lib/train/schedule.ts";

test("the rate rises over the warm-up, then stays or falls to 0 just after the last step", () => {
  const linear = { rate: 1, warmup: 4, decay: "linear" } as const;
  expect([1, 2, 4, 5, 7, 9].map((step) => rateAt(linear, step, 9))).toEqual([0.25, 0.5, 1, 5 / 6, 0.5, 1 / 6]);
  expect([1, 9].map((step) => rateAt({ rate: 5e-5, warmup: 0, decay: "constant" }, step, 9))).toEqual([5e-5, 5e-5]);
});

test("each epoch holds every document once, in an order of its own, whatever was asked before", () => {
  const [first, second] = [documentOrder(50, 1), documentOrder(50, 1)];
  const epoch = (of: typeof first, at: number) =>
    Array.from({ length: 50 }, (_, place) => of(at * 50 + place).document);
  const zero = epoch(first, 0);
  const one = epoch(first, 1);
  expect([...zero].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, at) => at));
  expect(one).not.toEqual(zero);
  expect([...one].sort((a, b) => a - b)).toEqual([...zero].sort((a, b) => a - b));
  expect(epoch(second, 1)).toEqual(one);
  expect(second(120)).toEqual({ document: epoch(second, 2)[20], epoch: 2 });
  expect(() => documentOrder(0, 1)).toThrow("there are no training examples");
});
