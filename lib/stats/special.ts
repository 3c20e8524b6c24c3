const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;
const TINY = 1e-300;
const ENOUGH = 1e-16;
const TERMS = 100_000;

/** ln Γ(x), x > 0, relative error about 1e-15. @see Lanczos 1964, SIAM J. Numer. Anal. B 1:86 (g = 7, nine terms) */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const t = shifted + 7.5;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (shifted + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Regularised incomplete beta function I_x(a, b), a and b > 0, x in [0, 1]. @see DLMF 8.17.22 (continued fraction) */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; above it the mirror image does.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  const fraction = lentz(1, (i) => {
    const m = Math.floor(i / 2);
    const up = i % 2 === 0 ? m * (b - m) * x : -(a + m) * (a + b + m) * x;
    return [up / ((a + i - 1) * (a + i)), 1];
  });
  return Math.exp(front) / (a * fraction);
}

/** Upper regularised incomplete gamma function Q(a, x), a > 0, x >= 0. @see DLMF 8.7.1 (series), 8.9.2 (fraction) */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = a * Math.log(x) - x - logGamma(a);
  if (x >= a + 1) return Math.exp(front) / lentz(x + 1 - a, (i) => [-i * (i - a), x + 2 * i + 1 - a]);
  let term = 1 / a;
  let sum = term;
  for (let i = 1; i < TERMS && term > sum * ENOUGH; i++) {
    term *= x / (a + i);
    sum += term;
  }
  return 1 - Math.exp(front) * sum;
}

/** b0 + a1/(b1 + a2/(b2 + ...)), by the modified method of Lentz (Thompson & Barnett 1986, J. Comput. Phys. 64:490). */
function lentz(b0: number, term: (i: number) => readonly [a: number, b: number]): number {
  let value = b0;
  let c = b0;
  let d = 0;
  for (let i = 1; i < TERMS; i++) {
    const [a, b] = term(i);
    d = 1 / (b + a * d || TINY);
    c = b + a / c || TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < ENOUGH * 4) break;
  }
  return value;
}
