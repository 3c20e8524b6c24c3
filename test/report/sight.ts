export type Lab = readonly [lightness: number, a: number, b: number];

/** What the three kinds of colour blindness make of linear RGB, severity 1: Machado, Oliveira and Fernandes 2009, table 1. */
export const SIGHTS = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

type Triple = readonly [number, number, number];

/** A colour as a kind of sight sees it. @param hex "#rrggbb" */
export function seen(hex: string, sight: keyof typeof SIGHTS): Lab {
  const [red, green, blue] = linear(hex);
  const m = SIGHTS[sight];
  const clipped = (value: number): number => Math.min(1, Math.max(0, value));
  return lab([
    clipped(m[0] * red + m[1] * green + m[2] * blue),
    clipped(m[3] * red + m[4] * green + m[5] * blue),
    clipped(m[6] * red + m[7] * green + m[8] * blue),
  ]);
}

export function labOf(hex: string): Lab {
  return lab(linear(hex));
}

/** WCAG 2 contrast ratio. */
export function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** CIEDE2000. */
export function difference([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const degrees = Math.PI / 180;
  const pull = (chroma: number): number => Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7));
  const stretch = 1.5 - 0.5 * pull((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2);
  const [c1, c2] = [Math.hypot(a1 * stretch, b1), Math.hypot(a2 * stretch, b2)];
  const hue = (a: number, b: number): number => (Math.atan2(b, a) / degrees + 360) % 360;
  const [h1, h2] = [c1 === 0 ? 0 : hue(a1 * stretch, b1), c2 === 0 ? 0 : hue(a2 * stretch, b2)];
  const gray = c1 * c2 === 0;
  const turn = gray ? 0 : h2 - h1 > 180 ? h2 - h1 - 360 : h2 - h1 < -180 ? h2 - h1 + 360 : h2 - h1;
  const over = Math.abs(h1 - h2) > 180 ? (h1 + h2 < 360 ? 180 : -180) : 0;
  const meanHue = gray ? h1 + h2 : (h1 + h2) / 2 + over;
  const [meanL, meanC] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const cos = (angle: number): number => Math.cos(angle * degrees);
  const weight =
    1 - 0.17 * cos(meanHue - 30) + 0.24 * cos(2 * meanHue) + 0.32 * cos(3 * meanHue + 6) - 0.2 * cos(4 * meanHue - 63);
  const dl = (l2 - l1) / (1 + (0.015 * (meanL - 50) ** 2) / Math.sqrt(20 + (meanL - 50) ** 2));
  const dc = (c2 - c1) / (1 + 0.045 * meanC);
  const dh = (2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * degrees)) / (1 + 0.015 * meanC * weight);
  const twist = -2 * pull(meanC) * Math.sin(60 * Math.exp(-(((meanHue - 275) / 25) ** 2)) * degrees);
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + twist * dc * dh);
}

function linear(hex: string): Triple {
  const part = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function luminance(hex: string): number {
  const [red, green, blue] = linear(hex);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function lab([red, green, blue]: Triple): Lab {
  const root = (value: number): number => (value > 216 / 24389 ? Math.cbrt(value) : ((24389 / 27) * value + 16) / 116);
  const x = root((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
  const y = root(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
  const z = root((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
