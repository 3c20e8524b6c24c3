import { type Html, html } from "./html.ts";

/** A file beside the page. */
export interface Link {
  readonly label: string;
  /** From the page; made of checked ids, never of texts from data. */
  readonly href: string;
}

export function linksOf(files: readonly Link[]): Html | undefined {
  if (files.length === 0) return undefined;
  return html`<span class="files">${files.map(({ label, href }) => html`<a href="${href}">${label}</a>`)}</span>`;
}
