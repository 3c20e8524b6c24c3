import type { Chart } from "./chart.ts";
import { PRINT, SANS } from "./colours.ts";
import type { Size } from "./engine.ts";
import { type Html, html, markup } from "./html.ts";

/** An image for itself: the plot below its title, above its caption and source. */
export interface Plate extends Size {
  readonly svg: string;
}

const SIDE = 16;

/** Puts title, caption and source around a plot of `plot.width`; long texts are broken. */
export function plateOf({ title, caption, source }: Chart, plotSvg: string, plot: Size): Plate {
  const { width } = plot;
  const head = linesOf(title, width - 2 * SIDE, 17, 24);
  const below = [...(caption === undefined ? [] : [caption]), ...(source === undefined ? [] : [`Source: ${source}`])];
  const foot = below.flatMap((text) => linesOf(text, width - 2 * SIDE, 12.5, 18));
  const top = SIDE + total(head) + 6;
  const height = Math.ceil(top + plot.height + (foot.length > 0 ? 10 + total(foot) : 0) + SIDE);
  const inner = plotSvg.replace(/^<svg /, `<svg x="0" y="${top}" `);
  const outer = html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}" font-family="${SANS}"><title>${title}</title><rect width="${width}" height="${height}" fill="${PRINT.paper}"/>${textAt(head, SIDE, PRINT.ink, "bold")}${textAt(foot, top + plot.height + 10, PRINT.soft, "normal")}`;
  return { svg: `${markup(outer)}${inner}</svg>\n`, width, height };
}

interface Line {
  readonly text: string;
  readonly size: number;
  readonly step: number;
}

function textAt(lines: readonly Line[], from: number, fill: string, weight: string): Html[] {
  let y = from;
  return lines.map(({ text, size, step }) => {
    y += step;
    return html`<text x="${SIDE}" y="${y - step * 0.3}" font-size="${size}" font-weight="${weight}" fill="${fill}">${text}</text>`;
  });
}

/** Lines of at most `width` px, by a guess of the letters' widths that errs on the wide side. */
function linesOf(text: string, width: number, size: number, step: number): Line[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(longer) * size > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((one) => ({ text: one, size, step }));
}

/** In ems: East Asian letters are one wide, others a little over half. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text)
    width += /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(letter) ? 1 : 0.54;
  return width;
}

function total(lines: readonly Line[]): number {
  return lines.reduce((sum, { step }) => sum + step, 0);
}
