import {
  type Comparison,
  comparisonMetrics,
  comparisonOf,
  criteriaOf,
  deploymentsOf,
  gainsOf,
  gapsOf,
  ilmReport,
  isTransfer,
  LEVELS,
  lossTally,
  matrixOf,
  type Training,
  trainingCurve,
  transfersOf,
} from "corrigenda/ilm";
import { keyedRng } from "corrigenda/rng";
import { describe, expect, test } from "vitest";
import {
  cardOf,
  evaluatedModels,
  outcomes,
  SIX,
  specialised,
  type World,
  worldComparison,
  worldPlan,
  worldRecords,
  worldTally,
} from "./compare-world.ts";

describe("numbers", () => {
  const plan = worldPlan({ transfer: { steps: 50, documents: [100, "all"] } });
  const world: World = { documents: 120, log: specialised(40), within: 0 };
  const found = worldComparison(world, plan);

  test("the source's example: 25 against 80 on C1 is a gain of 220 %", () => {
    const log: World["log"] = (model) => Math.log(model === "all" ? 80 : 25);
    const [gain] = gainsOf(worldTally({ documents: 2, within: 0, between: 0, log }, ["all", "A1"]));
    expect(gain?.gain.value).toBeCloseTo(220, 9);
    expect(gain?.ratio.value).toBeCloseTo(3.2, 9);
  });

  test("gains are paired: documents that differ a hundredfold do not widen them", () => {
    for (const { gain } of found.gains) {
      expect(gain.value).toBeCloseTo(40, 9);
      expect(gain.high - gain.low).toBeLessThan(1e-9);
    }
    const [own] = found.cells.filter(({ model, test }) => model === "A1" && test === "A1");
    expect((own?.perplexity.infill?.high ?? 0) - (own?.perplexity.infill?.low ?? 0)).toBeGreaterThan(0.5);
  });

  test("the matrix has six models by six test sets, and every mixture", () => {
    const names = new Set(found.cells.map(({ model }) => model));
    expect([...names].slice(0, 6)).toEqual(["A1", "A2", "B1", "B2", "C1", "all"]);
    for (const model of names)
      expect(found.cells.filter((cell) => cell.model === model).length).toBe(isTransfer(model) ? 1 : 6);
    expect(names).toContain("guessed");
  });

  test("a level model three times as bad elsewhere has an excess of 3; its ratio to its own texts also has their difficulty", () => {
    for (const { excess, others, specificity } of found.gaps) {
      expect(excess.value).toBeCloseTo(3, 9);
      expect(others.length).toBe(4);
      expect(specificity.low).toBeLessThan(3.2);
      expect(specificity.high).toBeGreaterThan(2.8);
      expect(specificity.high - specificity.low).toBeGreaterThan(0.1);
    }
    // Gap against logs: exp(mean of ln ratios), from the matrix alone.
    const at = (model: string, on: string): number =>
      found.cells.find((cell) => cell.model === model && cell.test === on)?.perplexity.infill?.value ?? 0;
    const [a1] = found.gaps;
    const ratios = ["A2", "B1", "B2", "C1"].map((on) => Math.log(at("A1", on) / at("A1", "A1")));
    expect(a1?.specificity.value).toBeCloseTo(Math.exp(ratios.reduce((a, b) => a + b) / 4), 9);
  });

  test("the general model's gap is its perplexity on a level over that on all texts", () => {
    expect(found.generalGaps.map(({ test }) => test)).toEqual([...LEVELS]);
    for (const { ratio } of found.generalGaps) expect(Math.abs(ratio.value - 1)).toBeLessThan(0.1);
  });

  test("transfer at each size: 20 % better than direct training, as planted", () => {
    expect(found.transfers.map(({ level, size }) => `${level} ${size}`)).toEqual(
      LEVELS.flatMap((level) => [`${level} 100`, `${level} null`]),
    );
    for (const { gain, overGeneral } of found.transfers) {
      expect(gain.value).toBeCloseTo(20, 9);
      expect(overGeneral?.value).toBeCloseTo(68, 9); // 1.4 × 1.2
    }
  });

  test("costs: five models take five times the weights, mixtures a fifth of the speed", () => {
    const of = (name: string) => found.deployments.find((one) => one.name === name);
    expect(of("general")).toMatchObject({ hours: 2, weightBytes: 4e6, tokensPerSecond: 1_000, gain: null });
    expect(of("level-routed")).toMatchObject({ hours: 10, weightBytes: 20e6, storageBytes: 100e6 });
    expect(of("level-routed")?.gain?.value).toBeCloseTo(40, 9);
    expect(of("level-routed")?.hoursPerPercent).toBeCloseTo(8 / 40, 9);
    expect(of("level-routed")?.bytesPerPercent).toBeCloseTo(16e6 / 40, 3);
    expect(of("averaged")?.tokensPerSecond).toBeCloseTo(200, 9);
    expect(of("fine-tuned")?.hours).toBe(12);
    // Cold start: contexts give the level away here, so a guess is as good as knowing; a wrong level is not.
    expect(of("guessed")?.perplexity.value).toBeCloseTo(of("level-routed")?.perplexity.value ?? 0, 9);
    expect(of("blind")?.gain?.value).toBeCloseTo(100 * (1.4 / 3 ** 0.8 - 1), 9);
  });

  test("a card that is missing leaves costs open, not perplexities", () => {
    const without = deploymentsOf(worldTally(world, SIX), new Map());
    expect(without.map(({ name, hours, hoursPerPercent }) => [name, hours, hoursPerPercent])[1]).toEqual([
      "level-routed",
      null,
      null,
    ]);
  });

  test("recommendations follow the evidence, beside the source's own rule", () => {
    const choices = (comparison: Comparison): string[] => comparison.recommendations.map(({ choice }) => choice);
    expect(choices(found)).toEqual([
      "the general model fine-tuned on the level",
      "the level model that finds the context likeliest",
      "the general model",
      "the general model fine-tuned on the level",
    ]);
    const worse: World["log"] = (model) => Math.log(model === "all" ? 20 : 25);
    expect(new Set(choices(worldComparison({ documents: 120, log: worse }, plan)))).toEqual(
      new Set(["the general model"]),
    );
    expect(found.recommendations.map(({ source }) => source)).toEqual([
      "the level's model",
      "the general model",
      "the general model",
      "the general model, then fine-tuned on each level",
    ]);
  });

  test("models that scored other documents of a test set are not compared", () => {
    const tally = worldTally({ ...world, documents: 10 }, ["all"]);
    for (const record of worldRecords({ ...world, documents: 9 }, "A1")) tally.add(record);
    expect(() => gainsOf(tally)).toThrow("models all and A1 scored other tokens of test set A1");
  });

  test("what was not evaluated is left out: a run of two models has their cells and no verdict", () => {
    const two = worldComparison(world, worldPlan(), ["all", "C1"]);
    expect(two.gains.map(({ level }) => level)).toEqual(["C1"]);
    expect([two.gaps, two.transfers]).toEqual([[], []]);
    expect(two.verdicts[0]?.reason).toBe("not evaluated: A1, A2, B1, B2");
    expect(two.criteria.find(({ criterion }) => criterion.startsWith("evaluated"))).toMatchObject({
      met: false,
      evidence: "2 of 6; not A1, A2, B1, B2",
    });
  });

  test("with one document in each test set there is still a comparison, which decides nothing", () => {
    const plan = worldPlan();
    const tally = worldTally({ documents: 1, log: specialised(40) }, evaluatedModels(plan), 1000);
    const one = comparisonOf({ plan, tally, recovery: [], cards: new Map(), trainings: new Map(), resamples: 1000 });
    expect(one.gaps.length).toBe(5);
    expect(outcomes(one)[0]).toBe("H1 not decidable / not decidable");
  });

  test("folds are pooled: each document counts once, and the gain is the same", () => {
    const tally = lossTally(0, 200);
    for (const model of ["all", "B1"])
      for (const fold of [0, 1, 2])
        for (const one of worldRecords({ ...world, documents: 40 }, model, fold)) tally.add(one);
    const [b1] = gainsOf(tally);
    expect(b1).toMatchObject({ level: "B1", documents: 120 });
    expect(b1?.gain.value).toBeCloseTo(40, 9);
  });

  test("the same records and seed give the same numbers, whichever model comes first", () => {
    const turned = worldComparison(world, plan, evaluatedModels(plan).toReversed());
    expect(turned.gains).toEqual(found.gains);
    expect(turned.deployments).toEqual(found.deployments);
  });
});

describe("training curves and success criteria", () => {
  const curve = (losses: readonly number[], validation: readonly number[]): Training => {
    const lines = trainingCurve();
    for (const [at, loss] of losses.entries()) lines.add({ step: at + 1, loss });
    for (const [at, loss] of validation.entries()) lines.add({ step: at + 1, validation: loss });
    return { model: "C1", ...lines.result(), hasCheckpoint: true, hasLog: true };
  };
  const judged = (training: Training, deviceErrors = 0): Record<string, boolean> => {
    const [trainings, cards] = [new Map<string, Training>(), new Map<string, ReturnType<typeof cardOf>>()];
    for (const model of SIX) {
      trainings.set(model, training);
      cards.set(model, cardOf(model, { deviceErrors }));
    }
    const empty = { cells: [], gains: [], gaps: [], transfers: [], verdicts: [], recommendations: [] };
    return Object.fromEntries(criteriaOf({ ...empty, cards, trainings }).map(({ criterion, met }) => [criterion, met]));
  };

  test("a falling curve meets them, a rising one does not, and neither does a run that was cut off at once", () => {
    const [falls, rises] = [curve([6, 5, 4, 3], [5, 4]), curve([3, 4, 5, 6], [4, 5])];
    expect(judged(falls)).toMatchObject({
      "loss decreases during training": true,
      "validation perplexity falls": true,
    });
    expect(judged(rises)).toMatchObject({
      "loss decreases during training": false,
      "validation perplexity falls": false,
    });
    expect(judged(curve([6], []))).toMatchObject({ "loss decreases during training": false });
  });

  test("device errors, checkpoints and logs are looked at; no evaluation is no winner", () => {
    expect(judged(curve([2, 1], [2, 1]), 1)).toMatchObject({
      "trained without device errors": false,
      "checkpoints saved": true,
      "TensorBoard logs written": true,
      "evaluated on all six test sets": false,
      "the comparison shows a clear winner": false,
      "transfer learning tested": false,
    });
    expect(judged({ ...curve([2, 1], [2, 1]), hasCheckpoint: false, hasLog: false })).toMatchObject({
      "checkpoints saved": false,
      "TensorBoard logs written": false,
    });
  });

  test("a curve of 100,000 steps is shown by 200 points or fewer, whose mean is that of the steps", () => {
    const rng = keyedRng(0, "losses");
    const losses = Array.from({ length: 100_000 }, () => rng.next());
    const shown = curve(losses, []).curve;
    expect(shown.length).toBeLessThanOrEqual(200);
    expect(shown.at(-1)?.step).toBe(100_000);
    const steps = shown.map(({ step }, at) => step - (shown[at - 1]?.step ?? 0));
    const mean = shown.reduce((sum, { loss }, at) => sum + loss * (steps[at] ?? 0), 0) / 100_000;
    expect(mean).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / 100_000, 9);
  });
});

describe("the report", () => {
  const plan = worldPlan({ transfer: { steps: 50, documents: [100, "all"] } });
  const comparison = worldComparison({ documents: 120, log: specialised(40) }, plan);
  const report = ilmReport({ run: "w1", comparison, trainings: new Map() });

  test("draws the numbers of metrics.json", () => {
    const drawn = new Set<number>();
    const walk = (value: unknown): void => {
      if (typeof value === "number") drawn.add(value);
      else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) walk(inner);
    };
    walk(report.sections);
    const { headline, metrics } = comparisonMetrics(comparison);
    expect(metrics.length).toBeGreaterThan(200);
    for (const { name, value, low, high } of [headline, ...metrics])
      expect([name, drawn.has(value), drawn.has(low ?? Number.NaN), drawn.has(high ?? Number.NaN)]).toEqual([
        name,
        true,
        true,
        true,
      ]);
    expect(report.stats?.[0]?.value).toBe(`${headline.value.toFixed(1)} %`);
  });

  test("says in its headline that nothing is decided, where that is so", () => {
    expect(report.title).toBe("ilm w1: level models and a general one");
    const few = worldComparison({ documents: 24, log: specialised(40) }, worldPlan(), SIX);
    const title = ilmReport({ run: "micro", comparison: few, trainings: new Map() }).title;
    expect(title).toBe("ilm micro: H1–H3 are not decided by these six models");
  });

  test("an empty run has no figure and no section without content", () => {
    const empty = comparisonOf({
      ...{ plan, tally: lossTally(0, 100), recovery: [], cards: new Map(), trainings: new Map(), resamples: 100 },
    });
    const { sections } = ilmReport({ run: "x", comparison: empty, trainings: new Map() });
    expect(matrixOf(lossTally(0, 100))).toEqual([]);
    expect(sections.every(({ parts }) => parts.length > 0)).toBe(true);
    expect(comparisonMetrics(empty).headline).toMatchObject({ n: 0, low: null });
    expect([gapsOf(lossTally(0, 100)), transfersOf(plan, lossTally(0, 100))]).toEqual([[], []]);
  });
});
