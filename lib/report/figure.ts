import { type Disk, readText } from "corrigenda/files";
import type { Json, JsonObject } from "corrigenda/json";
import { dataBlock, type Html, html } from "./html.ts";

export interface FigureOptions {
  /** What is to be seen, as a sentence. */
  readonly title: string;
  /** How to read it: units, intervals, n. */
  readonly caption?: string;
  /** Plotly traces of the cartesian bundle: bar, scatter, box, violin, histogram, heatmap, contour. */
  readonly data: readonly JsonObject[];
  /** Plotly layout; fonts and grid come from the page, in light and dark. "--series-1" … "--series-7", "--bad" are its colours. */
  readonly layout?: JsonObject;
  /** px */
  readonly height?: number;
}

/** A plotly figure that follows the page's width and colours. The page needs plotly's source: see loadPlotly. */
export function figure({ title, caption, data, layout = {}, height = 380 }: FigureOptions): Html {
  return html`<figure data-figure="">
<figcaption><b>${title}</b>${caption === undefined ? undefined : html`<span>${caption}</span>`}</figcaption>
<div class="plot" role="img" aria-label="${title}" style="height:${height}px"><noscript>This figure needs JavaScript; its numbers are in the tables.</noscript></div>
${dataBlock("figure", { data: data as Json, layout })}
</figure>`;
}

/** The installed plotly.js (cartesian bundle, about 1.5 MB), to be inlined. @param repository the repository's root */
export function loadPlotly(repository: Disk): Promise<string> {
  return readText(repository, "node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js");
}
