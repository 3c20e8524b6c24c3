/** Independent normal variables, and one known constant among them or none. */
export interface Normals {
  readonly means: ArrayLike<number>;
  /** >= 0; not read at `known`. */
  readonly sds: ArrayLike<number>;
  /** The place of the constant, whose value is its mean; -1 for none. */
  readonly known: number;
}

// Four-point Gauss-Legendre on [-1, 1] (Abramowitz & Stegun 25.4.30, table 25.4).
const NODES = [-0.8611363115940526, -0.3399810435848563, 0.3399810435848563, 0.8611363115940526] as const;
const WEIGHTS = [0.3478548451374538, 0.6521451548625461, 0.6521451548625461, 0.3478548451374538] as const;
/** Standard deviations beyond which a variable is taken to be above, or below: 3e-7 of it lie there. */
const REACH = 5;
/** Width of a panel in the smallest standard deviation that matters in it. */
const PANEL = 1.5;
const STEPS = 128;
const END = 8;

/**
 * P(variable i is the largest), by Gauss-Legendre over panels as fine as the narrowest distribution under way:
 * the integral of f_i(x) times the product of the other F_j(x). Error below 1e-4; sums to 1.
 */
export function normalWinners(normals: Normals): number[] {
  const { means, sds, known } = normals;
  const p = new Array<number>(means.length).fill(0);
  let [from, to] = [-Infinity, -Infinity];
  for (let i = 0; i < means.length; i++) {
    const [mean, reach] = [means[i] as number, i === known ? 0 : REACH * (sds[i] as number)];
    from = Math.max(from, mean - reach);
    to = Math.max(to, mean + reach);
  }
  const inverse = inverseSds(normals, from);
  if (known >= 0) p[known] = product(normals, inverse, means[known] as number);
  if (to > from) integrate(normals, inverse, [from, to], p);
  return normalised(p);
}

/** Scales p to sum to 1. */
export function normalised(p: number[]): number[] {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += p[i] as number;
  for (let i = 0; i < p.length; i++) p[i] = (p[i] as number) / sum;
  return p;
}

/** 1/sd of those that can be the largest, 0 of those that cannot. */
function inverseSds({ means, sds, known }: Normals, from: number): Float64Array {
  const inverse = new Float64Array(means.length);
  for (let i = 0; i < inverse.length; i++)
    if (i !== known && (means[i] as number) + REACH * (sds[i] as number) > from) inverse[i] = 1 / (sds[i] as number);
  return inverse;
}

function product({ means }: Normals, inverse: Float64Array, x: number): number {
  let all = 1;
  for (let i = 0; i < inverse.length; i++)
    if (inverse[i] !== 0) all *= normalCdf((x - (means[i] as number)) * (inverse[i] as number));
  return all;
}

function integrate(
  { means }: Normals,
  inverse: Float64Array,
  [from, to]: readonly [from: number, to: number],
  p: number[],
): void {
  const live: number[] = [];
  for (let i = 0; i < inverse.length; i++) if (inverse[i] !== 0) live.push(i);
  const hazards = new Float64Array(live.length);
  const { cdf, hazard } = table();
  for (let low = from; low < to; ) {
    const high = Math.min(to, panelEnd(means, inverse, live, low));
    for (let node = 0; node < NODES.length; node++) {
      const half = (high - low) / 2;
      const x = low + half * (1 + (NODES[node] as number));
      let all = half * (WEIGHTS[node] as number);
      for (let at = 0; at < live.length; at++) {
        const i = live[at] as number;
        const scale = inverse[i] as number;
        const place = ((x - (means[i] as number)) * scale + END) * STEPS;
        if (place >= 2 * END * STEPS) {
          hazards[at] = 0;
          continue;
        }
        const k = place < 0 ? 0 : Math.floor(place);
        const part = place < 0 ? 0 : place - k;
        const below = cdf[k] as number;
        all *= below + part * ((cdf[k + 1] as number) - below);
        const rate = hazard[k] as number;
        hazards[at] = scale * (rate + part * ((hazard[k + 1] as number) - rate));
      }
      for (let at = 0; at < live.length; at++) {
        const i = live[at] as number;
        p[i] = (p[i] as number) + all * (hazards[at] as number);
      }
    }
    low = high;
  }
}

/** Where the next panel ends: by the narrowest variable under way, or where a narrow one begins. */
function panelEnd(means: ArrayLike<number>, inverse: Float64Array, live: readonly number[], low: number): number {
  let end = Infinity;
  for (let at = 0; at < live.length; at++) {
    const i = live[at] as number;
    const [mean, sd] = [means[i] as number, 1 / (inverse[i] as number)];
    if (low >= mean + REACH * sd) continue;
    const begins = mean - REACH * sd;
    const own = low >= begins ? low + PANEL * sd : begins;
    if (own < end && own > low) end = own;
  }
  return end;
}

function normalCdf(z: number): number {
  const place = (z + END) * STEPS;
  if (place >= 2 * END * STEPS) return 1;
  const { cdf } = table();
  const k = Math.max(0, Math.floor(place));
  const low = cdf[k] as number;
  return low + Math.max(0, place - k) * ((cdf[k + 1] as number) - low);
}

interface Table {
  readonly cdf: Float64Array;
  /** density / cdf */
  readonly hazard: Float64Array;
}
let tabulated: Table | undefined;

/** The standard normal on [-8, 8] by steps of 1/128, summed by Simpson's rule: to 1e-12. */
function table(): Table {
  if (tabulated) return tabulated;
  const size = 2 * END * STEPS + 2;
  const [cdf, hazard] = [new Float64Array(size), new Float64Array(size)];
  const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(END) / END;
  for (let k = 0; k < size; k++) {
    const z = k / STEPS - END;
    cdf[k] = sum;
    hazard[k] = density(z) / sum;
    sum += (density(z) + 4 * density(z + 0.5 / STEPS) + density(z + 1 / STEPS)) / (6 * STEPS);
  }
  tabulated = { cdf, hazard };
  return tabulated;
}
