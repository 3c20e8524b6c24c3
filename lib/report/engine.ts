import type { JsonObject } from "corrigenda/json";
import type { Bundle } from "./plotly.ts";

/** px */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What plotly is to draw: colours and template are in it. */
export interface Drawing extends Size {
  readonly data: readonly JsonObject[];
  readonly layout: JsonObject;
  readonly bundle: Bundle;
}

/** Draws figures and turns SVG into other formats; one call at a time. */
export interface Engine {
  readonly name: "Chromium" | "jsdom";
  plot(drawing: Drawing): Promise<string>;
  /** Twice as many pixels as px. */
  png(svg: string, size: Size): Promise<Uint8Array>;
  pdf(svg: string, size: Size): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Code for the window in which plotly runs: equal figures get equal ids, whatever was drawn before. */
export function plotCode({ data, layout, width, height }: Drawing): string {
  const figure = JSON.stringify({ data, layout: { ...layout, width, height } });
  return `(() => {
  let state = 1;
  Math.random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return Plotly.toImage(${figure}, { format: "svg", width: ${width}, height: ${height} });
})()`;
}

/** The SVG in plotly's answer. */
export function svgOf(url: string): string {
  return decodeURIComponent(url.slice(url.indexOf(",") + 1));
}
