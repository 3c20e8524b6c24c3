import {
  type Attempt,
  commonAttempts,
  comparisons,
  Evaluation,
  evaluationMetrics,
  evaluationOf,
  frontOf,
  hypervolume,
  mcnemarChiSquare,
  type PolicyAttempts,
  paretoFront,
  parseBaselines,
  policyRows,
  runGroups,
  tokensAtAccuracy,
} from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";
import { attempts } from "./evaluate-fixture.ts";

const OPTIONS = { seed: 1126, lambda: 0.001, resamples: 4_000 };

/** Two policies over questions of which so many are right for both, for one alone, for neither. */
function pair(both: number, onlyA: number, onlyB: number, neither: number): [PolicyAttempts, PolicyAttempts] {
  const of = (name: string, counts: readonly [boolean, number][]) =>
    attempts(
      name,
      counts.flatMap(([right, n]) => new Array<boolean>(n).fill(right)),
    );
  return [
    of("a", [
      [true, both + onlyA],
      [false, onlyB + neither],
    ]),
    of("b", [
      [true, both],
      [false, onlyA],
      [true, onlyB],
      [false, neither],
    ]),
  ];
}

describe("paired tests give the reference values of stats_reference_gsm8k_pairs.json (statsmodels 0.15):", () => {
  // /work/shared/facts/selfcorrect-research.md §6 and §5.B: counts of right solutions 515 and 458 of 1,319, b = 209, c = 152.
  const [six, big] = pair(306, 209, 152, 652);
  test("175B finetuning against 6B verification: exact p .0031507, chi-square 8.687, difference -.0432 [-.0705, -.0144]", () => {
    const [found] = comparisons([big, six], OPTIONS);
    expect(found?.pairs).toEqual({ both: 306, onlyA: 152, onlyB: 209, neither: 652 });
    expect(found?.p.toPrecision(5)).toBe("0.0031507");
    expect(found?.chiSquare?.toFixed(3)).toBe("8.687");
    expect(found?.difference.value.toFixed(4)).toBe("-0.0432");
    expect(found?.difference.low).toBeCloseTo(-0.0705, 2.4); // bootstrap: to .002
    expect(found?.difference.high).toBeCloseTo(-0.0144, 2.4);
  });

  test("175B verification against 6B finetuning: p 1.66e-99, difference .3457 [.3169, .3745]", () => {
    const [verified, tuned] = pair(243, 499, 43, 534);
    const [found] = comparisons([verified, tuned], OPTIONS);
    expect(found?.p.toExponential(2)).toBe("1.66e-99");
    expect(found?.difference.value.toFixed(4)).toBe("0.3457");
    expect(found?.difference.low).toBeCloseTo(0.3169, 2.4);
    expect(found?.difference.high).toBeCloseTo(0.3745, 2.4);
  });

  test("several comparisons are one family: Holm's p are the largest of rank times p so far", () => {
    const others = [1, 2, 3].map((at) => ({ ...big, policy: `other ${at}` }));
    const found = comparisons([six, ...others], OPTIONS);
    expect(found.map(({ pHolm }) => pHolm.toPrecision(4))).toEqual(new Array(3).fill((3 * 0.00315067).toPrecision(4)));
  });

  test("without a discordant pair nothing differs", () => {
    expect(mcnemarChiSquare({ onlyA: 0, onlyB: 0 })).toBe(0);
    expect(comparisons(pair(5, 0, 0, 5), OPTIONS)[0]).toMatchObject({
      p: 1,
      difference: { value: 0, low: 0, high: 0 },
    });
  });
});

describe("several attempts at a question", () => {
  const [a, b] = pair(120, 40, 20, 20);
  const thrice = (one: PolicyAttempts): PolicyAttempts => ({
    ...one,
    attempts: one.attempts.flatMap((attempt) => [attempt, attempt, attempt]),
  });
  test("count as one draw: the interval and p are those of the questions, not of the attempts", () => {
    const [once] = comparisons([a, b], OPTIONS);
    const [more] = comparisons([thrice(a), thrice(b)], OPTIONS);
    expect(more?.difference).toEqual(once?.difference);
    expect(more?.pairs).toBeNull();
    // 60 questions differ: the sampled permutation is McNemar's test but for sampling.
    expect(Math.abs((more?.p ?? 1) - (once?.p ?? 0))).toBeLessThan(0.005);
    expect(policyRows([thrice(a)], OPTIONS)[0]).toMatchObject({
      questions: 200,
      attempts: 600,
      accuracy: { value: 0.8 },
    });
  });

  test("only questions that every policy has are compared, in one order", () => {
    const some = { ...b, attempts: b.attempts.filter((_, at) => at % 2 === 0).toReversed() };
    const [left, right] = commonAttempts([a, some]);
    expect(left?.attempts.map(({ question }) => question)).toEqual(right?.attempts.map(({ question }) => question));
    expect(left?.attempts).toHaveLength(100);
  });
});

describe("cost and accuracy:", () => {
  const points = [
    { policy: "a", tokens: 100, accuracy: 0.5 },
    { policy: "b", tokens: 200, accuracy: 0.8 },
    { policy: "c", tokens: 300, accuracy: 0.7 },
    { policy: "d", tokens: 100, accuracy: 0.4 },
  ];
  test("the front has what nothing beats, and its area is that of its steps", () => {
    expect(paretoFront(points).map(({ policy }) => policy)).toEqual(["a", "b"]);
    expect(hypervolume(points, { tokens: 400, accuracy: 0 })).toBeCloseTo(300 * 0.5 + 200 * 0.3, 12);
    expect(hypervolume(points, { tokens: 200, accuracy: 0.45 })).toBeCloseTo(100 * 0.05, 12);
  });

  test("the area is what random points of the rectangle find", () => {
    let hits = 0;
    const grid = 400;
    for (let x = 0; x < grid; x++)
      for (let y = 0; y < grid; y++) {
        const [tokens, accuracy] = [(400 * (x + 0.5)) / grid, (y + 0.5) / grid];
        if (points.some((one) => one.tokens <= tokens && one.accuracy >= accuracy)) hits += 1;
      }
    expect((400 * hits) / grid ** 2).toBeCloseTo(hypervolume(points, { tokens: 400, accuracy: 0 }), 0);
  });

  test("the price of an accuracy is the cheapest policy's, or that of a draw between two", () => {
    expect(tokensAtAccuracy(points, 0.5)).toBe(100);
    expect(tokensAtAccuracy(points, 0.65)).toBeCloseTo(150, 12);
    expect(tokensAtAccuracy(points, 0.3)).toBe(100);
    expect(tokensAtAccuracy(points, 0.9)).toBeUndefined();
  });

  test("what knows the reference is a bound: on no front, in no test, and it gives nobody a price", () => {
    const dear = (one: PolicyAttempts, tokens: number): PolicyAttempts => ({
      ...one,
      attempts: one.attempts.map((attempt): Attempt => ({ ...attempt, tokens, extraTokens: tokens - 100 })),
    });
    const [own, never] = pair(50, 30, 10, 10);
    const oracle = { ...attempts("oracle-stop", new Array(100).fill(true)), knowsReference: true, feedback: "oracle" };
    const all = [dear(own, 300), dear(never, 100), oracle as PolicyAttempts];
    const rows = policyRows(all, OPTIONS);
    expect(rows.map(({ onFront }) => onFront)).toEqual([true, true, false]);
    expect(rows[0]?.tokensOfOthers).toBeNull();
    expect(rows[0]?.net.value).toBeCloseTo(0.8 - 0.2, 12);
    expect(comparisons(all, OPTIONS).map(({ against }) => against)).toEqual(["b"]);
    const { hypervolume: whole, hypervolumeOfOthers, policies } = frontOf(all);
    expect(policies).toEqual(["b", "a"]);
    expect(whole).toBeCloseTo((230 * 0.6 + 30 * 0.2) / 330, 12);
    expect(hypervolumeOfOthers).toBeCloseTo((230 * 0.6) / 330, 12);
  });
});

describe("an evaluation", () => {
  const [own, never] = pair(50, 30, 10, 10);
  const evaluation = evaluationOf({
    policies: [
      { ...own, kind: "run" },
      { ...never, policy: "never" },
    ],
    ...{ dataset: "gsm8k", provider: "offline", model: "m", feedback: "classifier", against: [], lambda: 0.001 },
    ...{ samples: 3, seed: 42 },
  });
  test("is read again as it was written", () => {
    expect(Evaluation.parse(JSON.parse(JSON.stringify(evaluation)))).toEqual(evaluation);
  });

  test("has as its headline what the run gained over never asking again, with interval, n, feedback and provider", () => {
    const { headline, metrics } = evaluationMetrics(evaluation);
    const { value, low, high } = evaluation.comparisons[0]?.difference ?? {};
    expect(headline).toMatchObject({ value, low, high, n: 100, unit: "share", provider: "offline" });
    expect(headline.name).toContain("feedback classifier");
    expect(headline.value).toBeCloseTo(0.2, 12);
    expect(metrics.every(({ provider }) => provider === "offline")).toBe(true);
  });
});

describe("runs that are compared", () => {
  const config = { model: "m", feedback: "classifier", lambda: 0.001, algorithm: "greedy", repetition: 0, seed: 1 };
  test("have the same questions, model and feedback, else the difference is named", () => {
    expect(() =>
      runGroups([
        { run: "one", config },
        { run: "two", config: { ...config, feedback: "oracle" } },
      ]),
    ).toThrow(
      'one and two differ in feedback ("classifier" and "oracle"); compare runs that differ in their policy alone',
    );
  });

  test("are one policy where only the repetition differs, and several of one algorithm are told apart", () => {
    const groups = runGroups([
      { run: "one", config },
      { run: "again", config: { ...config, repetition: 1 } },
      { run: "two", config: { ...config, seed: 2 } },
      { run: "other", config: { ...config, algorithm: "random" } },
    ]);
    expect(groups.map(({ policy, runs }) => [policy, runs.length])).toEqual([
      ["greedy", 2],
      ["greedy, two", 1],
      ["random", 1],
    ]);
  });
});

describe("baselines are named", () => {
  const templates = [{ id: "p_a" }, { id: "p_b" }];
  const names = (list?: string): string[] => parseBaselines(list, templates).map(({ name }) => name);
  test("by a list; always is each template, never is always there and is not made", () => {
    expect(names("never, always,oracle-stop:p_b,always:p_a")).toEqual(["always:p_a", "always:p_b", "oracle-stop:p_b"]);
    expect(names()).toEqual(["random", "greedy", "always:p_a", "oracle-stop:p_a", "self-consistency"]);
    expect(names("never")).toEqual([]);
  });

  test("and an unknown one is refused with those there are", () => {
    expect(() => names("never,best")).toThrow(
      'there is no baseline "best"; take random, greedy, always (each template)',
    );
    expect(() => names("always:p_c")).toThrow('the baseline always:p_c: no template "p_c" is loaded');
  });
});
