import { comparisonMetrics, gainsOf, isDecided, LEVELS, lossTally } from "corrigenda/ilm";
import { describe, expect, test } from "vitest";
import { outcomes, SIX, specialised, type World, worldComparison, worldPlan, worldRecords } from "./compare-world.ts";

describe("planted worlds", () => {
  test("gain 40 % on every level: H1 holds, H2 fails, H3 is not decidable without fine-tuned models", () => {
    const found = worldComparison({ documents: 120, log: specialised(40) }, worldPlan(), SIX);
    expect(outcomes(found)).toEqual(["H1 holds / holds", "H2 fails / fails", "H3 not decidable / not decidable"]);
    expect(found.verdicts[2]?.reason).toBe("not evaluated: A1, A2, B1, B2, C1");
    expect(isDecided(found)).toBe(true);
  });

  test("gain 4 %: H1 fails and H2 holds", () => {
    const found = worldComparison({ documents: 120, log: specialised(4) }, worldPlan(), SIX);
    expect(outcomes(found).slice(0, 2)).toEqual(["H1 fails / fails", "H2 holds / holds"]);
  });

  test("gain 17 %: neither, and that is not a mistake", () => {
    const found = worldComparison({ documents: 120, log: specialised(17) }, worldPlan(), SIX);
    expect(outcomes(found).slice(0, 2)).toEqual(["H1 fails / fails", "H2 fails / fails"]);
  });

  test("at the threshold itself intervals decide nothing, whatever the numbers say", () => {
    const found = worldComparison({ documents: 120, within: 0.1, log: specialised(25) }, worldPlan(), SIX);
    const [h1] = found.verdicts;
    expect(h1?.levels.map(({ interval }) => interval)).toEqual(LEVELS.map(() => "undecided"));
    expect(h1?.interval).toBe("undecided");
    expect(new Set(h1?.levels.map(({ rule }) => rule))).toEqual(new Set(["holds", "fails"]));
  });

  test("a gain on some levels only: mixed", () => {
    const [high, low] = [specialised(60), specialised(3)];
    const log: World["log"] = (model, on) => (on === "C1" || on === "B2" ? low : high)(model, on);
    const [h1, h2] = worldComparison({ documents: 120, log }, worldPlan(), SIX).verdicts;
    expect([h1?.interval, h2?.interval]).toEqual(["mixed", "mixed"]);
    expect(h1?.levels.map(({ interval }) => interval)).toEqual(["holds", "holds", "holds", "fails", "fails"]);
  });

  test("99 test documents decide nothing, 100 do", () => {
    const log = specialised(40);
    const few = worldComparison({ documents: 99, log }, worldPlan(), SIX);
    expect(outcomes(few).slice(0, 2)).toEqual(["H1 not decidable / not decidable", "H2 not decidable / not decidable"]);
    expect(few.verdicts[0]?.reason).toBe("fewer than 100 test documents: A1, A2, B1, B2, C1");
    expect(comparisonMetrics(few).headline.name).toContain("H1–H3 are not decided");
    expect(few.recommendations.every(({ decided }) => !decided)).toBe(true);
    expect(outcomes(worldComparison({ documents: 100, log }, worldPlan(), SIX))[0]).toBe("H1 holds / holds");
  });

  test("a split whose general model trained on test texts decides nothing, however clear the numbers", () => {
    const found = worldComparison({ documents: 120, log: specialised(40) }, worldPlan({ split: "source" }), SIX);
    expect(outcomes(found)[0]).toBe("H1 not decidable / not decidable");
    expect(found.verdicts[0]?.reason).toContain("split: nested");
  });

  test("all three can hold at once: H1 and H3 with one gain, H2 and H3 with another", () => {
    const plan = worldPlan({ transfer: { steps: 50, documents: ["all"] } });
    expect(outcomes(worldComparison({ documents: 120, log: specialised(40) }, plan))).toEqual([
      "H1 holds / holds",
      "H2 fails / fails",
      "H3 holds / holds",
    ]);
    expect(outcomes(worldComparison({ documents: 120, log: specialised(4) }, plan))).toEqual([
      "H1 fails / fails",
      "H2 holds / holds",
      "H3 holds / holds",
    ]);
  });

  test("fine-tuning that beats the general model but not direct training: H3 fails", () => {
    const plan = worldPlan({ transfer: { steps: 50, documents: ["all"] } });
    const own = specialised(40);
    const log: World["log"] = (model, on) => (model.startsWith("all-to-") ? Math.log(24) : own(model, on));
    expect(outcomes(worldComparison({ documents: 120, log }, plan))[2]).toBe("H3 fails / fails");
  });
});

test("of 80 worlds with a gain of 20 %, the 95 % intervals hold it in 89 to 100 %", () => {
  const log: World["log"] = (model) => Math.log(model === "all" ? 24 : 20);
  let held = 0;
  for (let seed = 0; seed < 80; seed++) {
    const tally = lossTally(seed, 200);
    for (const model of ["all", "A1"])
      for (const one of worldRecords({ documents: 60, log, within: 0.1, seed }, model)) {
        if (one.test === "A1") tally.add(one);
        else break;
      }
    const gain = gainsOf(tally)[0]?.gain;
    held += Number(gain !== undefined && gain.low <= 20 && 20 <= gain.high);
  }
  // Binomial(80, 0.95): fewer than 71 has a probability below 0.02.
  expect(held).toBeGreaterThanOrEqual(71);
});
