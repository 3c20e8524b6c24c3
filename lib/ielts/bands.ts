import type { Rng } from "corrigenda/rng";
import type { PerCriterion } from "./criteria.ts";

/** Where a row's overall band comes from. */
export type BandSource = "band" | "below 4" | "unreadable" | "missing" | "criteria";

export interface OverallBand {
  readonly band: number;
  readonly from: BandSource;
}

/** What stands for a band that says no more than "below 4", or nothing that can be read, or is not there. */
const BELOW = 4;
const UNREADABLE = 4;
const MISSING = 5;
/** A drawn criterion starts within one band of the overall. */
const OFFSETS = [-1, -0.5, 0, 0.5, 1] as const;
const STEP = 0.5;

/** To the nearest half band; a quarter goes up: 6.25 is 6.5, 6.75 is 7. @see https://ielts.org, "How are scores calculated" */
export function roundToHalf(value: number): number {
  return Math.floor(2 * value + 0.5) / 2;
}

/** The overall band of four criteria: their mean, each weighing a quarter, rounded officially. */
export function overallOf(bands: PerCriterion<number>): number {
  return roundToHalf(bands.reduce((sum, band) => sum + band, 0) / bands.length);
}

/** True for 0, 0.5, …, 9. */
export function isBand(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 9 && Number.isInteger(2 * value);
}

/** The overall band of a dataset's cell, which may be a number, a text with line ends after it, or garbage such as "<4\n\r". */
export function readBand(cell: string | number | null | undefined): OverallBand {
  const text = String(cell ?? "").trim();
  if (text === "") return { band: MISSING, from: "missing" };
  if (text.startsWith("<") || text.includes("<4")) return { band: BELOW, from: "below 4" };
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= 9
    ? { band: roundToHalf(value), from: "band" }
    : { band: UNREADABLE, from: "unreadable" };
}

/**
 * Four criterion bands on the grid whose rounded mean is `overall`: known ones stay where that is possible and move in
 * half bands where they contradict it; the others are drawn.
 */
export function completeBands(
  overall: number,
  known: PerCriterion<number | undefined>,
  rng: Rng,
): { readonly bands: PerCriterion<number>; readonly moved: number } {
  const bands = known.map((band) => band ?? clamp(overall + rng.pick(OFFSETS)));
  const drawn = known.flatMap((band, place) => (band === undefined ? [place] : []));
  const order = [...rng.shuffle(drawn), ...rng.shuffle([0, 1, 2, 3].filter((place) => !drawn.includes(place)))];
  for (let at = overallOf(four(bands)); at !== overall; at = overallOf(four(bands))) {
    const step = at < overall ? STEP : -STEP;
    // Drawn ones within a band of the overall first; a known one moves only where no drawn one can.
    const reach = (place: number): boolean => Math.abs((bands[place] ?? 0) + step - overall) <= 1;
    const can = order.filter((place) => clamp((bands[place] ?? 0) + step) !== bands[place]);
    const place = can.find((one) => drawn.includes(one) && reach(one)) ?? furthest(can, bands, -step);
    bands[place] = (bands[place] ?? 0) + step;
  }
  const moved = bands.filter((band, place) => known[place] !== undefined && known[place] !== band).length;
  return { bands: four(bands), moved };
}

/** The place whose band lies furthest in the direction it should leave. */
function furthest(places: readonly number[], bands: readonly number[], direction: number): number {
  const side = Math.sign(direction);
  return places.reduce(
    (best, place) => ((bands[place] ?? 0) * side > (bands[best] ?? 0) * side ? place : best),
    places[0] ?? 0,
  );
}

function clamp(band: number): number {
  return Math.min(9, Math.max(0, band));
}

function four(bands: readonly number[]): PerCriterion<number> {
  return bands as unknown as PerCriterion<number>;
}
