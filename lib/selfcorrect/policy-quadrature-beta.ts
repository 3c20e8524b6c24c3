import { normalised } from "./policy-quadrature.ts";

/** Independent Beta variables, and one known constant among them or none. */
export interface Betas {
  /** >= 1 */
  readonly a: ArrayLike<number>;
  /** >= 1 */
  readonly b: ArrayLike<number>;
  /** The place of the constant, or -1; its a and b are not read. */
  readonly known: number;
  /** Any number; the variables lie in [0, 1]. */
  readonly constant: number;
}

/** Four points of Gauss and Legendre on [-1, 1] and their weights (Abramowitz & Stegun, table 25.4). */
const NODES = [-0.8611363115940526, -0.3399810435848563, 0.3399810435848563, 0.8611363115940526] as const;
const WEIGHTS = [0.3478548451374538, 0.6521451548625461, 0.6521451548625461, 0.3478548451374538] as const;
/** Standard deviations below the mean that are looked at, and above it: the tail of Beta(1, b) falls as slowly as e^-x. */
const BELOW = 5;
const ABOVE = 10;
/** Width of a panel in the smallest standard deviation that matters in it. */
const PANEL = 1.5;
/** The same of a panel that begins at 0 or 1. */
const FINEST = 0.01;

interface Live {
  readonly place: number;
  readonly a: number;
  readonly b: number;
  readonly logScale: number;
  readonly sd: number;
  readonly low: number;
  readonly high: number;
  /** P(X > x) at the upper end of the panel. */
  above: number;
  /** At the nodes of the panel. */
  readonly density: Float64Array;
  readonly cdf: Float64Array;
}

/** P(variable i is the largest): densities are summed from the top down, panel by panel. Error below 1e-4; sums to 1. */
export function betaWinners(betas: Betas): number[] {
  const { a, known, constant } = betas;
  const all = Array.from(a, (_, place) => place).filter((place) => place !== known);
  const arms = all.map((place) => liveOf(betas, place));
  const from = Math.max(0, known >= 0 ? constant : 0, ...arms.map(({ low }) => low));
  const live = arms.filter(({ high }) => high > from);
  const p = new Array<number>(a.length).fill(0);
  let high = Math.max(from, ...live.map((arm) => arm.high));
  while (high > from) {
    const low = Math.max(from, panelStart(live, high));
    addPanel(live, low, high, p);
    high = low;
  }
  if (known >= 0) p[known] = live.reduce((product, { above }) => product * Math.max(0, 1 - above), 1);
  // A constant that is below all the others has lost.
  if (known >= 0 && from > constant) p[known] = 0;
  return normalised(p);
}

function liveOf(betas: Betas, place: number): Live {
  const [a, b] = [betas.a[place] as number, betas.b[place] as number];
  const mean = a / (a + b);
  const sd = Math.sqrt((mean * (1 - mean)) / (a + b + 1));
  return {
    place,
    a,
    b,
    logScale: logGamma(a + b) - logGamma(a) - logGamma(b),
    sd,
    low: mean - (b < 2 ? ABOVE : BELOW) * sd,
    high: Math.min(1, mean + ABOVE * sd),
    above: 0,
    density: new Float64Array(NODES.length),
    cdf: new Float64Array(NODES.length),
  };
}

/** Where the panel below `high` begins. */
function panelStart(live: readonly Live[], high: number): number {
  let start = -Infinity;
  for (const arm of live) {
    if (high <= arm.low) continue;
    // At 0 and 1 a density may rise like a root, which no polynomial follows: panels grow from there.
    const near = Math.max(FINEST * arm.sd, Math.min(2 * (1 - high), (2 * high) / 3));
    const own = high <= arm.high ? high - Math.min(PANEL * arm.sd, near) : arm.high;
    if (own > start && own < high) start = own;
  }
  return start;
}

function addPanel(live: readonly Live[], low: number, high: number, p: number[]): void {
  const half = (high - low) / 2;
  const inner = innerWeights();
  for (let node = 0; node < NODES.length; node++) {
    const x = low + half * (1 + (NODES[node] as number));
    const [logX, logRest] = [Math.log(x), Math.log1p(-x)];
    for (const arm of live)
      arm.density[node] = high > arm.high ? 0 : Math.exp(arm.logScale + (arm.a - 1) * logX + (arm.b - 1) * logRest);
  }
  for (const arm of live) {
    for (let node = 0; node < NODES.length; node++) {
      let above = arm.above;
      const weights = inner[node] as readonly number[];
      for (let at = 0; at < NODES.length; at++) above += half * (weights[at] as number) * (arm.density[at] as number);
      arm.cdf[node] = Math.max(1e-12, 1 - above);
    }
  }
  for (let node = 0; node < NODES.length; node++) {
    let all = half * (WEIGHTS[node] as number);
    for (const arm of live) all *= arm.cdf[node] as number;
    for (const arm of live)
      p[arm.place] = (p[arm.place] as number) + (all * (arm.density[node] as number)) / (arm.cdf[node] as number);
  }
  for (const arm of live)
    for (let at = 0; at < NODES.length; at++) arm.above += half * (WEIGHTS[at] as number) * (arm.density[at] as number);
}

let weighed: readonly (readonly number[])[] | undefined;

/** [node][at]: the integral from the node to 1 of the polynomial that is 1 at `at` and 0 at the other nodes. */
function innerWeights(): readonly (readonly number[])[] {
  const basis = (at: number, t: number): number =>
    NODES.reduce<number>(
      (product, node, other) => (other === at ? product : (product * (t - node)) / ((NODES[at] as number) - node)),
      1,
    );
  weighed ??= NODES.map((from) => {
    const half = (1 - from) / 2;
    return NODES.map((_, at) =>
      NODES.reduce<number>((sum, t, k) => sum + half * (WEIGHTS[k] as number) * basis(at, from + half * (1 + t)), 0),
    );
  });
  return weighed;
}

/** ln of the gamma function for x >= 1, to 1e-12. @see Abramowitz & Stegun 6.1.41 */
function logGamma(x: number): number {
  let [shifted, product] = [x, 1];
  for (; shifted < 10; shifted++) product *= shifted;
  const square = 1 / (shifted * shifted);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
