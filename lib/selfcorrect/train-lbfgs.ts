/** The value at a point; its slope is written into `slope`. */
export type Objective = (point: Float64Array, slope: Float64Array) => number;

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly steps: number;
  /** The largest entry of the slope went below the tolerance. */
  readonly converged: boolean;
}

export interface MinimizeOptions {
  /** Most steps. */
  readonly steps?: number;
  /** Of the largest entry of the slope. */
  readonly tolerance?: number;
}

/** Corrections that are remembered: Nocedal & Wright advise 3 to 20. */
const MEMORY = 10;
/** Wolfe's conditions. */
const [DECREASE, CURVATURE] = [1e-4, 0.9];
const MOST_TRIALS = 40;

/** L-BFGS with a Wolfe line search by bisection; for smooth functions. @see Nocedal & Wright 2006, algorithms 7.4, 7.5 */
export function minimize(
  objective: Objective,
  start: Float64Array,
  { steps = 500, tolerance = 1e-6 }: MinimizeOptions = {},
): Minimum {
  let point = Float64Array.from(start);
  let slope = new Float64Array(point.length);
  let value = objective(point, slope);
  const memory: Correction[] = [];
  for (let step = 0; step < steps; step++) {
    if (largest(slope) <= tolerance) return { point, value, steps: step, converged: true };
    let direction = directionOf(slope, memory);
    if (dot(direction, slope) >= 0) {
      memory.length = 0;
      direction = slope.map((one) => -one);
    }
    const first = memory.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(slope, slope))) : 1;
    const found = lineSearch(objective, { point, slope, value, direction }, first);
    // No lower point can be told apart in double precision.
    if (!found) return { point, value, steps: step, converged: false };
    const moved = minus(found.point, point);
    const turned = minus(found.slope, slope);
    const bend = dot(moved, turned);
    if (bend > 0) memory.push({ moved, turned, bend });
    if (memory.length > MEMORY) memory.shift();
    ({ point, slope, value } = found);
  }
  return { point, value, steps, converged: false };
}

interface Correction {
  readonly moved: Float64Array;
  readonly turned: Float64Array;
  readonly bend: number;
}

function directionOf(slope: Float64Array, memory: readonly Correction[]): Float64Array {
  const direction = slope.map((one) => -one);
  const shares = new Float64Array(memory.length);
  for (const [at, { moved, turned, bend }] of [...memory.entries()].reverse()) {
    shares[at] = dot(moved, direction) / bend;
    add(direction, turned, -(shares[at] ?? 0));
  }
  const last = memory.at(-1);
  if (last) {
    const scale = last.bend / dot(last.turned, last.turned);
    for (let at = 0; at < direction.length; at++) direction[at] = (direction[at] ?? 0) * scale;
  }
  for (const [at, { moved, turned, bend }] of memory.entries())
    add(direction, moved, (shares[at] ?? 0) - dot(turned, direction) / bend);
  return direction;
}

interface Place {
  readonly point: Float64Array<ArrayBuffer>;
  readonly slope: Float64Array<ArrayBuffer>;
  readonly value: number;
}

function lineSearch(
  objective: Objective,
  { point, slope, value, direction }: Place & { readonly direction: Float64Array },
  first: number,
): Place | undefined {
  const descent = dot(direction, slope);
  let [low, high, length] = [0, Number.POSITIVE_INFINITY, first];
  let best: Place | undefined;
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    const next = Float64Array.from(point);
    add(next, direction, length);
    const own = new Float64Array(point.length);
    const reached = objective(next, own);
    if (!(reached <= value + DECREASE * length * descent)) high = length;
    else {
      if (!best || reached < best.value) best = { point: next, slope: own, value: reached };
      if (dot(direction, own) >= CURVATURE * descent) return { point: next, slope: own, value: reached };
      low = length;
    }
    length = high === Number.POSITIVE_INFINITY ? 2 * length : (low + high) / 2;
  }
  return best;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

/** a += factor b */
function add(a: Float64Array, b: Float64Array, factor: number): void {
  for (let at = 0; at < a.length; at++) a[at] = (a[at] ?? 0) + factor * (b[at] ?? 0);
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((one, at) => one - (b[at] ?? 0));
}

function largest(slope: Float64Array): number {
  let most = 0;
  for (const one of slope) most = Math.max(most, Math.abs(one));
  return most;
}
