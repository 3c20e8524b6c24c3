import type { Json } from "corrigenda/json";
import type { Chart } from "./chart.ts";
import { dataBlock, type Html, html } from "./html.ts";
import { type Link, linksOf } from "./links.ts";

/** A chart on a page, in the page's width and colours. @param files where it is saved too: links below it */
export function figure(chart: Chart, files: readonly Link[] = []): Html {
  const { title, caption } = chart;
  const below = caption === undefined ? undefined : html`<span>${caption}</span>`;
  return framed(chart, html`<figcaption><b>${title}</b>${below}</figcaption>`, files);
}

/** A chart on a page of its own, whose title and question say what its title and caption would. */
export function loneFigure(chart: Chart): Html {
  return framed(chart, html``, []);
}

function framed({ id, title, source, height, spec }: Chart, heading: Html, files: readonly Link[]): Html {
  const from = source === undefined ? undefined : html`<span>Source: ${source}</span>`;
  const foot = from || files.length > 0 ? html`<p class="source">${from}${linksOf(files)}</p>` : undefined;
  return html`<figure data-figure="" id="figure-${id}">
${heading}
<div class="plot" role="img" aria-label="${title}" style="height:${height}px"><noscript>This figure needs JavaScript; its numbers are in the tables.</noscript></div>
${foot}
${dataBlock("figure", spec as unknown as Json)}
</figure>`;
}
