import { StudyError } from "corrigenda/error";
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

const PAGE = /^(?:\.\.\/)*(?:[A-Za-z0-9][\w.-]*\/)*[A-Za-z0-9][\w.-]*\.(?:html|md)(?:#(?:find=)?[\w.%-]+)?$/;

/** Folders of a run carry its names, so they are checked: a link leads to a page and to nothing else. */
export function checkHref(href: string | undefined, what: string): void {
  if (href === undefined || PAGE.test(href)) return;
  const shown = JSON.stringify(href.slice(0, 100));
  throw new StudyError("config", `${what} links ${shown}; give a relative path to an .html file`);
}
