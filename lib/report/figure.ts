import type { Json } from "corrigenda/json";
import type { Chart } from "./chart.ts";
import { dataBlock, type Html, html } from "./html.ts";
import { type Link, linksOf } from "./links.ts";

/** A chart on a page, in the page's width and colours. @param files where it is saved too: links below it */
export function figure(chart: Chart, files: readonly Link[] = []): Html {
  const { id, title, caption, source, height, spec } = chart;
  return html`<figure data-figure="" id="figure-${id}">
<figcaption><b>${title}</b>${caption === undefined ? undefined : html`<span>${caption}</span>`}</figcaption>
<div class="plot" role="img" aria-label="${title}" style="height:${height}px"><noscript>This figure needs JavaScript; its numbers are in the tables.</noscript></div>
${source === undefined && files.length === 0 ? undefined : html`<p class="source">${source === undefined ? undefined : html`<span>Source: ${source}</span>`}${linksOf(files)}</p>`}
${dataBlock("figure", spec as unknown as Json)}
</figure>`;
}
