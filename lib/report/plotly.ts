import { createRequire } from "node:module";
import { nodeDisk, readText } from "corrigenda/files";

/** "full" is plotly.js-dist (every trace type, 10 MB); "cartesian" the part of it that draws the commonest (1.5 MB). */
export type Bundle = "cartesian" | "full";

const CARTESIAN =
  /^(bar|box|contour|heatmap|histogram|histogram2d|histogram2dcontour|image|pie|scatter|scatterternary|violin)$/;

const FILES: Readonly<Record<Bundle, string>> = {
  cartesian: "plotly.js-cartesian-dist-min",
  full: "plotly.js-dist",
};

/** The smallest bundle that draws all these trace types. */
export function bundleOf(types: readonly string[]): Bundle {
  return types.every((type) => CARTESIAN.test(type)) ? "cartesian" : "full";
}

/** The smallest bundle that draws all these figures. */
export function bundleFor(figures: readonly { readonly bundle: Bundle }[]): Bundle {
  return figures.some(({ bundle }) => bundle === "full") ? "full" : "cartesian";
}

/** The source of the installed plotly.js, for page(). */
export function loadPlotly(bundle: Bundle): Promise<string> {
  return readText(nodeDisk("/"), createRequire(import.meta.url).resolve(FILES[bundle]));
}
