import { type Colours, colourMap, DARK, LIGHT, PRINT } from "corrigenda/report";
import { describe, expect, test } from "vitest";
import { contrast, difference, type Lab, labOf, SIGHTS, seen } from "./sight.ts";

/** Every pair's difference, the smallest first, as "2.1 series 1 and 3". */
function closest(colours: Colours, sight: keyof typeof SIGHTS): number {
  const labs = colours.series.map((colour) => seen(colour, sight));
  return Math.min(...labs.flatMap((one, at) => labs.slice(at + 1).map((other) => difference(one, other))));
}

describe.each(Object.entries({ LIGHT, DARK, PRINT }))("the %s colours", (_name, colours) => {
  test.each(Object.keys(SIGHTS) as (keyof typeof SIGHTS)[])("of any two series differ for %s sight", (sight) => {
    expect(closest(colours, sight)).toBeGreaterThan(14);
  });

  test("of a series stand out from page and card by 3:1, texts by 4.5:1", () => {
    for (const ground of [colours.paper, colours.card]) {
      for (const series of colours.series) expect(contrast(series, ground)).toBeGreaterThanOrEqual(3);
      for (const text of [colours.ink, colours.soft, colours.accent, colours.bad])
        expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(colours["warn-ink"], colours["warn-wash"])).toBeGreaterThanOrEqual(4.5);
  });

  test("have a name for each of seven series, its fill and its band", () => {
    const names = Object.keys(colourMap(colours)).filter((name) => /-\d$/.test(name));
    expect(names).toHaveLength(21);
  });
});

describe("the measure", () => {
  // Sharma, Wu and Dalal 2005, table 1: pairs 1, 7, 17, 25 and 34.
  test.each<[a: Lab, b: Lab, expected: number]>([
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ])("is CIEDE2000: %j and %j differ by %d", (a, b, expected) => {
    expect(difference(a, b)).toBeCloseTo(expected, 4);
  });

  test("finds two colours that the red-blind take for one", () => {
    expect(difference(labOf("#c4532f"), labOf("#a87812"))).toBeGreaterThan(20);
    expect(difference(seen("#c4532f", "deutan"), seen("#a87812", "deutan"))).toBeLessThan(5);
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 6);
  });
});
