import { keyedRng } from "corrigenda/rng";
import {
  bootstrap,
  documentLikelihood,
  doublyRobust,
  ips,
  type LoggedAction,
  type ModelledAction,
  perplexity,
  ratioStream,
  snips,
} from "corrigenda/stats";
import { describe, expect, test } from "vitest";

const rows: ModelledAction[] = Array.from({ length: 60 }, (_, i) => ({
  reward: ((i * 29) % 11) / 10,
  propensity: [0.1, 0.2, 0.3, 0.4][(i * 7) % 4] as number,
  target: [0.25, 0.05, 0.5, 0.2][(i * 3 + Math.floor(i / 4)) % 4] as number,
  predicted: 0.4 + 0.02 * (i % 5),
  expected: 0.45 + 0.01 * (i % 7),
}));

/** Two contexts, three actions: the probability of a reward, of the logged action, and of the one in question. */
const chance = [
  [0.1, 0.5, 0.9],
  [0.7, 0.2, 0.4],
];
const logging = [
  [0.5, 0.3, 0.2],
  [0.2, 0.2, 0.6],
];
const wanted = [
  [0.1, 0.1, 0.8],
  [0.6, 0.3, 0.1],
];
const at = (table: number[][], context: number, action: number): number => table[context]?.[action] as number;
const truth = [0, 1].reduce(
  (sum, x) => sum + [0, 1, 2].reduce((inner, a) => inner + 0.5 * at(wanted, x, a) * at(chance, x, a), 0),
  0,
);

function logged(study: number, n: number): ModelledAction[] {
  const rng = keyedRng(study, "logged");
  return Array.from({ length: n }, () => {
    const x = rng.int(2);
    const u = rng.next();
    const a = u < at(logging, x, 0) ? 0 : u < at(logging, x, 0) + at(logging, x, 1) ? 1 : 2;
    const reward = rng.next() < at(chance, x, a) ? 1 : 0;
    const expected = [0, 1, 2].reduce((sum, k) => sum + at(wanted, x, k) * at(chance, x, k), 0);
    return { reward, propensity: at(logging, x, a), target: at(wanted, x, a), predicted: at(chance, x, a), expected };
  });
}

describe("off-policy values", () => {
  test("values, errors and effective sample size equal the formulas in NumPy and SciPy 1.10.1 (stats.sem)", () => {
    const [byIps, bySnips, byBoth] = [ips(rows), snips(rows), doublyRobust(rows)];
    expect(byIps.value).toBeCloseTo(0.6206944444444445, 12);
    expect(byIps.error).toBeCloseTo(0.09083183054499587, 12);
    expect(byIps.high - byIps.value).toBeCloseTo(1.959963984540054 * 0.09083183054499587, 12);
    expect(bySnips.value).toBeCloseTo(0.4734110169491527, 12);
    expect(bySnips.error).toBeCloseTo(0.0491257559797165, 12);
    expect(byBoth.value).toBeCloseTo(0.5217083333333333, 12);
    expect(byBoth.error).toBeCloseTo(0.06535179146914502, 12);
    for (const one of [byIps, bySnips, byBoth]) {
      expect(one.effectiveSampleSize).toBeCloseTo(31.735612535612525, 10);
      expect(one).toMatchObject({ n: 60, maxWeight: 5, clipped: 0 });
    }
  });

  test("clipped weights are cut, counted and reported", () => {
    const cut = ips(rows, { clip: 1.5 });
    expect(cut.value).toBeCloseTo(0.45236111111111116, 12);
    expect(cut.error).toBeCloseTo(0.0514034596587433, 12);
    expect(cut.effectiveSampleSize).toBeCloseTo(45.9514396218307, 10);
    expect(cut).toMatchObject({ clipped: 19, maxWeight: 5 });
  });

  test("over every context, action and reward of a small world, IPS and the doubly robust estimate have no bias", () => {
    let [byIps, byBoth, byWrongModel] = [0, 0, 0];
    for (const x of [0, 1]) {
      const model = [0, 1, 2].map((a) => at(chance, x, a));
      const expected = [0, 1, 2].reduce((sum, a) => sum + at(wanted, x, a) * (model[a] as number), 0);
      for (const a of [0, 1, 2])
        for (const reward of [0, 1]) {
          const row = { reward, propensity: at(logging, x, a), target: at(wanted, x, a) };
          const weight = 0.5 * at(logging, x, a) * (reward === 1 ? at(chance, x, a) : 1 - at(chance, x, a));
          const modelled = { ...row, predicted: model[a] as number, expected };
          byIps += weight * ips([row, row]).value;
          byBoth += weight * doublyRobust([modelled, modelled]).value;
          const wrong = { ...row, predicted: 0.3, expected: 0.3 };
          byWrongModel += weight * doublyRobust([wrong, wrong]).value;
        }
    }
    for (const value of [byIps, byBoth, byWrongModel]) expect(value).toBeCloseTo(truth, 12);
  });

  test("of 1,000 logged studies of 400 rows, 93 to 97 % of each estimator's intervals hold the truth", () => {
    const held = { ips: 0, snips: 0, doublyRobust: 0 };
    for (let study = 0; study < 1000; study++) {
      const log = logged(study, 400);
      for (const [name, estimate] of [
        ["ips", ips(log)],
        ["snips", snips(log)],
        ["doublyRobust", doublyRobust(log)],
      ] as const)
        if (estimate.low <= truth && estimate.high >= truth) held[name]++;
    }
    for (const count of Object.values(held)) {
      expect(count).toBeGreaterThanOrEqual(930);
      expect(count).toBeLessThanOrEqual(970);
    }
  });

  test("a good model makes the doubly robust estimate the surest, and the logging policy is worth its mean reward", () => {
    const log = logged(1, 2000);
    expect(doublyRobust(log).error).toBeLessThan(snips(log).error);
    expect(snips(log).error).toBeLessThan(ips(log).error);
    const same = log.map((row) => ({ ...row, target: row.propensity }));
    const rewards = same.reduce((sum, row) => sum + row.reward, 0) / same.length;
    expect(ips(same).value).toBeCloseTo(rewards, 12);
    expect(snips(same)).toMatchObject({ effectiveSampleSize: 2000, maxWeight: 1 });
  });

  test("SNIPS moves with the rewards, IPS does not; a bootstrap over rows agrees with the error", () => {
    const log = logged(2, 300);
    const higher = log.map((row) => ({ ...row, reward: row.reward + 10 }));
    expect(snips(higher).value).toBeCloseTo(snips(log).value + 10, 10);
    expect(Math.abs(ips(higher).value - ips(log).value - 10)).toBeGreaterThan(0.001);
    const resampled = bootstrap(log, (sample) => snips(sample).value, { seed: 1, resamples: 1000 });
    expect(resampled.error / snips(log).error).toBeCloseTo(1, 0.7);
  });

  test("a row without a propensity, impossible probabilities and a policy that never acted so are refused", () => {
    const row: LoggedAction = { reward: 1, propensity: 0.5, target: 0.5 };
    expect(() => ips([row, { ...row, propensity: 0 }])).toThrow("propensity, row 1: ");
    expect(() => ips([row, { ...row, propensity: Number.NaN }])).toThrow("propensity, row 1: ");
    expect(() => ips([row, { ...row, target: 1.5 }])).toThrow("target, row 1: 1.5 is not a finite number in [0, 1]");
    expect(() => ips([row, { ...row, reward: Number.NaN }])).toThrow("reward, row 1");
    expect(() => ips([row])).toThrow("at least 2");
    expect(() => ips([row, row], { clip: 0 })).toThrow("clip");
    expect(() => snips([row, row].map((one) => ({ ...one, target: 0 })))).toThrow("sum of weights");
    expect(() => doublyRobust([row, row].map((one) => ({ ...one, predicted: Number.NaN, expected: 0 })))).toThrow(
      "predicted",
    );
  });
});

describe("perplexity", () => {
  const documents = Array.from({ length: 40 }, (_, i) => {
    const tokens = 5 + ((i * 7) % 30);
    return { tokens, logLikelihood: -tokens * (2 + ((i * 13) % 10) / 10) };
  });

  test("tokens that each have probability 1/k have perplexity k, whatever the lengths", () => {
    const even = [3, 1, 8].map((n) => documentLikelihood(Array<number>(n).fill(-Math.log(50))));
    const { value, low, high, tokens } = perplexity(even, { seed: 1 });
    for (const one of [value, low, high]) expect(one).toBeCloseTo(50, 10);
    expect(tokens).toBe(12);
  });

  test("tokens weigh alike, documents do not: exp of the mean over all tokens", () => {
    const two = [documentLikelihood([-1, -1, -1]), documentLikelihood([-5])];
    expect(perplexity(two, { seed: 1, resamples: 200 }).value).toBeCloseTo(Math.exp(8 / 4), 12);
  });

  test("the error over documents is the delta method's for a ratio (Cochran 1977, section 2.11)", () => {
    const { value, error, documents: n } = perplexity(documents, { seed: 2 });
    const loss = Math.log(value);
    const total = documents.reduce((sum, one) => sum + one.tokens, 0);
    const squares = documents.reduce((sum, one) => sum + (-one.logLikelihood - loss * one.tokens) ** 2, 0);
    expect(error / ((value * Math.sqrt(squares)) / total)).toBeCloseTo(1, 1);
    expect(n).toBe(40);
  });

  test("a stream of documents too many to keep gives the same loss and about the same interval", () => {
    const stream = ratioStream(3, 2000);
    for (const [i, one] of documents.entries()) stream.add(i, -one.logLikelihood, one.tokens);
    const kept = perplexity(documents, { seed: 3, method: "percentile" });
    const loss = stream.estimate();
    expect(Math.exp(loss.value)).toBeCloseTo(kept.value, 10);
    expect(Math.abs(Math.exp(loss.low) - kept.low)).toBeLessThan(0.4 * kept.error);
    expect(Math.abs(Math.exp(loss.high) - kept.high)).toBeLessThan(0.4 * kept.error);
  });

  test("resamples of empty documents alone are left out; no tokens, a positive log-likelihood and NaN are refused", () => {
    const one = { tokens: 2, logLikelihood: -3 };
    const empty = { tokens: 0, logLikelihood: 0 };
    expect(perplexity([one, empty], { seed: 4 }).undefinedResamples / 10_000).toBeCloseTo(0.25, 1.5);
    expect(() => perplexity([empty], { seed: 4 })).toThrow("no document has a token");
    expect(() => perplexity([], { seed: 4 })).toThrow("0 values");
    expect(() => documentLikelihood([-1, 0.5])).toThrow("token 1");
    expect(() => perplexity([{ tokens: 1, logLikelihood: Number.NaN }], { seed: 4 })).toThrow("document 0");
  });
});
