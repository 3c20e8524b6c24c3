import { normalQuantile, studentCdf, studentQuantile } from "corrigenda/stats";
import fc from "fast-check";
import { expect, test } from "vitest";

test("normal quantiles equal SciPy 1.10.1's norm.ppf", () => {
  for (const [p, z] of [
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.975, 1.959963984540054],
    [0.0005, -3.2905267314918945],
    [1e-10, -6.361340902404056],
    [1e-300, -37.0470962993612],
  ] as const)
    expect(normalQuantile(p)).toBeCloseTo(z, 12);
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
});

test("Student quantiles equal the printed table (NIST/SEMATECH e-Handbook, 1.3.6.7.2, three decimals)", () => {
  for (const [df, at95, at975, at999] of [
    [1, 6.314, 12.706, 318.309],
    [2, 2.92, 4.303, 22.327],
    [5, 2.015, 2.571, 5.893],
    [10, 1.812, 2.228, 4.144],
    [29, 1.699, 2.045, 3.396],
    [100, 1.66, 1.984, 3.174],
  ] as const) {
    expect(studentQuantile(0.95, df)).toBeCloseTo(at95, 3);
    expect(studentQuantile(0.975, df)).toBeCloseTo(at975, 3);
    expect(studentQuantile(0.999, df)).toBeCloseTo(at999, 2);
  }
});

test("Student quantiles equal the closed forms for 1 and 2 degrees of freedom, and tend to the normal", () => {
  for (const p of [0.6, 0.9, 0.975, 0.9999]) {
    const one = Math.tan(Math.PI * (p - 0.5));
    const two = (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
    expect(studentQuantile(p, 1) / one).toBeCloseTo(1, 11);
    expect(studentQuantile(p, 2) / two).toBeCloseTo(1, 11);
    expect(studentQuantile(p, 1e7)).toBeCloseTo(normalQuantile(p), 5);
  }
});

test("the quantile undoes the distribution, and both are symmetric", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 500 }), (p, df) => {
      const t = studentQuantile(p, df);
      expect(studentCdf(t, df)).toBeCloseTo(p, 12);
      expect(studentCdf(-t, df)).toBeCloseTo(1 - p, 12);
    }),
    { examples: [[0.4921222705456078, 495]] }, // near zero, where digits are lost easily
  );
});

test("a probability outside [0, 1] and no degrees of freedom are refused", () => {
  expect(() => normalQuantile(1.5)).toThrow("[0, 1]");
  expect(() => studentQuantile(Number.NaN, 3)).toThrow("[0, 1]");
  expect(() => studentQuantile(0.5, 0)).toThrow("degrees of freedom");
});
