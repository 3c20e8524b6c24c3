/** Names of a page's colours; each is the CSS variable "--<name>". */
export interface Colours {
  readonly paper: string;
  readonly card: string;
  readonly ink: string;
  readonly soft: string;
  readonly rule: string;
  readonly line: string;
  readonly accent: string;
  readonly "accent-wash": string;
  readonly bad: string;
  readonly "bad-wash": string;
  readonly "warn-ink": string;
  readonly "warn-wash": string;
  readonly "warn-line": string;
  /**
   * "--series-1" … "--series-7". Any two differ by at least 14 (CIEDE2000) for normal, protan, deutan and tritan sight, and
   * each stands out from paper and card by 3:1: test/report/colours.test.ts measures it.
   */
  readonly series: readonly string[];
}

const LIGHT_SERIES = ["#1094d5", "#984210", "#693998", "#a18115", "#437d5a", "#de4b92", "#4d5259"];

export const LIGHT: Colours = {
  ...{ paper: "#fbfaf7", card: "#ffffff", ink: "#1d1c1a", soft: "#5c5953", rule: "#e6e2d9", line: "#c9c4b8" },
  ...{ accent: "#0a6272", "accent-wash": "#e3f0f2", bad: "#a5311c", "bad-wash": "#fbeae6" },
  ...{ "warn-ink": "#6a4a00", "warn-wash": "#fdf2d6", "warn-line": "#e5c877" },
  series: LIGHT_SERIES,
};

export const DARK: Colours = {
  ...{ paper: "#15171a", card: "#1c1f23", ink: "#ebe8e1", soft: "#a8a49b", rule: "#2b2f34", line: "#454a51" },
  ...{ accent: "#74cbd9", "accent-wash": "#17323a", bad: "#ff9a83", "bad-wash": "#3a1d17" },
  ...{ "warn-ink": "#f3d68b", "warn-wash": "#33290f", "warn-line": "#6b5620" },
  series: ["#4ac3f2", "#eaaf86", "#8865f1", "#9d7c04", "#3b7d61", "#c61b90", "#a4a6a7"],
};

/** On white paper; also for images. */
export const PRINT: Colours = {
  ...{ paper: "#ffffff", card: "#ffffff", ink: "#000000", soft: "#444444", rule: "#dddddd", line: "#999999" },
  ...{ accent: "#0a4a56", "accent-wash": "#ffffff", bad: "#8c2412", "bad-wash": "#ffffff" },
  ...{ "warn-ink": "#000000", "warn-wash": "#ffffff", "warn-line": "#888888" },
  series: LIGHT_SERIES,
};

/** Fonts of figures and of the page's text, found on most systems; the last ones are Debian's. */
export const SANS =
  '"Inter", "Helvetica Neue", "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans", "PingFang TC", "Microsoft JhengHei", "Noto Sans CJK TC", sans-serif';

/** Colours by the names that figures and styles use: "--ink", "--series-1", and see-through "--fill-1" and "--band-1". */
export function colourMap({ series, ...named }: Colours): Readonly<Record<string, string>> {
  const one = Object.entries(named).map(([name, colour]) => [`--${name}`, colour]);
  const numbered = series.map((colour, index) => [`--series-${index + 1}`, colour]);
  const fills = series.map((colour, index) => [`--fill-${index + 1}`, `${colour}80`]); // 50 %
  const bands = series.map((colour, index) => [`--band-${index + 1}`, `${colour}33`]); // 20 %
  return Object.fromEntries([...one, ...numbered, ...fills, ...bands]);
}

/** The colours as CSS declarations. */
export function cssOf(colours: Colours): string {
  return Object.entries(colourMap(colours))
    .map(([name, colour]) => `${name}: ${colour};`)
    .join(" ");
}
