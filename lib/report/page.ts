import { createHash } from "node:crypto";
import { StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import { DETAIL_SCRIPT } from "./detail-script.ts";
import { FIGURE_SCRIPT } from "./figure-script.ts";
import { dataBlock, type Html, html, markup, verbatim } from "./html.ts";
import { checkHref, type Link } from "./links.ts";
import { STYLE } from "./style.ts";
import { TABLE_SCRIPT } from "./table-script.ts";

/** A number that the page opens with. */
export interface Stat {
  readonly label: string;
  /** As it is to be read: "0.72", "$1.40". */
  readonly value: string;
  /** Interval, n, unit. */
  readonly note?: string;
}

export interface Section {
  readonly title?: string;
  /** A sentence or two: what this shows and how to read it. */
  readonly intro?: string;
  readonly body: Html;
}

export interface DetailField {
  readonly label: string;
  readonly value: string | number;
  /** A text of several lines. */
  readonly block?: boolean;
  /** A page of the same results, as in a table's cell. */
  readonly href?: string;
}

/** What a click on a cell opens: request, reply, tokens, cost, ids. */
export interface Detail {
  readonly title: string;
  readonly fields: readonly DetailField[];
}

export interface PageOptions {
  readonly title: string;
  /** The question that the page answers. */
  readonly question?: string;
  /** Who answered: "offline", or a provider and its models. */
  readonly provider: string;
  /** In place of the sentence about who answered. */
  readonly banner?: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly stats?: readonly Stat[];
  /** Other pages of the same run, as relative paths; "../" may lead. Link what is there: a page cannot look. */
  readonly pages?: readonly Link[];
  readonly sections: readonly Section[];
  /** By the ids that table cells name. */
  readonly details?: Readonly<Record<string, Detail>>;
  /** Where there are figures: plotly's source (loadPlotly) to be inlined, or a local file that several pages share. */
  readonly plotly?: string | { readonly href: string };
}

/**
 * A self-contained page: no network, no date of its own, so equal contents are equal bytes. Its content security policy
 * lets only its own scripts run, by their hashes; where plotly is a file beside it, files of the same place as well.
 */
export function page(options: PageOptions): string {
  for (const { href } of options.pages ?? []) checkHref(href, "a page");
  for (const { fields } of Object.values(options.details ?? {}))
    for (const { href } of fields) checkHref(href, "a detail");
  const body = options.sections.map((section, index) => sectionOf(section, index));
  const scripts = scriptsOf(options, body.map(markup).join(""));
  const allowed = scripts.map((script) => (typeof script === "string" ? hashOf(script) : FILES));
  const policy = `default-src 'none'; script-src ${allowed.join(" ")}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `${markup(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${options.title}</title>
${verbatim("style", STYLE)}
</head>
<body>
${header(options)}
<main>
${body}
</main>
<dialog id="detail" aria-labelledby="detail-title"><div class="bar"><h2 id="detail-title"></h2><button type="button" data-close="" aria-label="Close">×</button></div><div id="detail-body"></div></dialog>
${dataBlock("details", (options.details ?? {}) as unknown as Json)}
${scripts.map((script) => (typeof script === "string" ? verbatim("script", script) : html`<script src="${script.href}"></script>`))}
</body>
</html>`)}\n`;
}

function header({
  title,
  question,
  provider,
  banner,
  facts = {},
  stats = [],
  pages = [],
  sections,
}: PageOptions): Html {
  const simulated = provider === "offline";
  const answered = simulated ? "offline: simulated answers, no model was asked" : `answers by ${provider}`;
  const links = sections.flatMap((section, index) =>
    section.title === undefined ? [] : [html`<a href="#s${index + 1}">${section.title}</a>`],
  );
  const rows = Object.entries(facts).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return html`<header>
<p class="provider${simulated ? " simulated" : ""}">${banner ?? answered}</p>
<h1>${title}</h1>
${question === undefined ? undefined : html`<p class="question">${question}</p>`}
${rows.length === 0 ? undefined : html`<dl class="facts">${rows}</dl>`}
${stats.length === 0 ? undefined : html`<div class="stats">${stats.map(statOf)}</div>`}
${pages.length === 0 ? undefined : html`<nav aria-label="Other pages of this run">${pages.map(({ label, href }) => html`<a href="${href}">${label}</a>`)}</nav>`}
${links.length < 3 ? undefined : html`<nav aria-label="Sections">${links}</nav>`}
</header>`;
}

function statOf({ label, value, note }: Stat): Html {
  return html`<div><span>${label}</span><strong>${value}</strong>${note === undefined ? undefined : html`<small>${note}</small>`}</div>`;
}

function sectionOf({ title, intro, body }: Section, index: number): Html {
  return html`<section id="s${index + 1}">${title === undefined ? undefined : html`<h2>${title}</h2>`}${intro === undefined ? undefined : html`<p class="intro">${intro}</p>`}
${body}</section>`;
}

// Browsers check no hash of a script that is read from file://, so a shared file is allowed by its place.
const FILES = "'self' file:";

function scriptsOf({ plotly }: PageOptions, body: string): (string | { readonly href: string })[] {
  const own = `"use strict";\n${TABLE_SCRIPT}${DETAIL_SCRIPT}`;
  if (!body.includes('<figure data-figure="" ')) return [own];
  if (plotly === undefined)
    throw new StudyError("config", "this page has figures: hand page() plotly's source (loadPlotly)");
  if (typeof plotly === "string" && /<\/script|<!--|\r/i.test(plotly))
    throw new StudyError("files", "plotly's source cannot be inlined: it holds a script end");
  if (typeof plotly !== "string" && !/^(\.\.\/|[a-z0-9-]+\/)*[a-z0-9.-]+\.js$/.test(plotly.href))
    throw new StudyError(
      "config",
      `plotly's file ${JSON.stringify(plotly.href)} must be a relative path to a .js file`,
    );
  return [plotly, own + FIGURE_SCRIPT];
}

function hashOf(source: string): string {
  return `'sha256-${createHash("sha256").update(source).digest("base64")}'`;
}
