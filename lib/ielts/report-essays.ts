import type { Html, html, page } from "corrigenda/report";
import { CODES } from "./criteria.ts";
import { type ShownExample, type Stretch, stretches } from "./report-examples.ts";

/** corrigenda/report's, handed in. */
export interface PageKit {
  readonly html: typeof html;
  readonly page: typeof page;
}

/** A page of essays with their quotes and errors marked; everything in it is escaped. */
export function essaysPage(
  { html, page }: PageKit,
  shown: readonly ShownExample[],
  { run, provider }: { readonly run: string; readonly provider: string },
): string {
  return page({
    title: "Evidence in its essays",
    question: "Where in the essay does each quote and each error stand?",
    provider,
    facts: { run },
    sections: [
      {
        body: html`<style>${STYLE(html)}</style><p class="ways"><a href="report.html">The run's report</a></p>
<p class="legend"><span><span class="q">quote</span> evidence for the criteria named after it</span><span><span class="e">error</span> a faulty passage; its correction is in the list</span></p>`,
      },
      ...shown.map((one) => ({
        title: `${one.id.replace("-", " ")}: band ${one.overall.toFixed(1)}`,
        body: essayOf(html, one),
      })),
    ],
  });
}

type Markup = typeof html;

function essayOf(html: Markup, example: ShownExample): Html {
  const cut = stretches(example);
  const notes = example.criteria.map(({ name, band, errors, suggestions }, at) => {
    const faults = errors.map(
      ({ span, type, fix }) => html`<li><span class="e">${span}</span> → ${fix} <i>${type}</i></li>`,
    );
    return html`<div><h3>${CODES[at] ?? ""} <span>${name}</span><b>${band.toFixed(1)}</b></h3>
${faults.length === 0 ? undefined : html`<ul>${faults}</ul>`}
${suggestions.map((one) => html`<p>${one}</p>`)}</div>`;
  });
  return html`<div class="example" id="${example.id}"><div>${example.prompt === "" ? undefined : html`<p class="asked">${example.prompt}</p>`}
<div class="essay">${cut.map((one, at) => stretchOf(html, one, cut[at + 1]))}</div></div>
<div class="notes">${notes}</div></div>`;
}

function stretchOf(html: Markup, { text, quotes, errors }: Stretch, next: Stretch | undefined): Html {
  const ended = quotes.filter((code) => !next?.quotes.includes(code));
  const codes = ended.length === 0 ? undefined : html`<sup>${ended.join(" ")}</sup>`;
  if (quotes.length === 0 && errors.length === 0) return html`${text}`;
  const why = errors.map(({ code, type, fix }) => `${code}, ${type}: ${fix}`).join("; ");
  const kinds = [quotes.length > 0 ? "q" : "", errors.length > 0 ? "e" : ""].filter((kind) => kind !== "").join(" ");
  if (why === "") return html`<span class="${kinds}">${text}</span>${codes}`;
  return html`<span class="${kinds}" title="${why}">${text}</span>${codes}`;
}

/** Quotes and errors differ in their lines too, not in colour alone. */
function STYLE(html: Markup): Html {
  return html`
.ways, .legend { display: flex; flex-wrap: wrap; gap: 6px 24px; max-width: none; margin: 0 0 10px; }
.legend { color: var(--soft); font-size: 0.9rem; }
.example { display: grid; grid-template-columns: minmax(0, 42em) minmax(0, 1fr); gap: 36px; margin-top: 14px; }
.asked { margin: 0 0 14px; color: var(--soft); overflow-wrap: anywhere; }
.essay { padding: 22px 26px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; white-space: pre-wrap; overflow-wrap: anywhere; font: 1rem/1.75 var(--serif); }
.q { background: var(--accent-wash); border-bottom: 2px solid var(--accent); }
.e { text-decoration: underline wavy 1.5px var(--bad); text-underline-offset: 0.28em; }
.essay sup { color: var(--soft); font: 0.68em/1 var(--sans); padding: 0 0.2em; }
.notes { display: flex; flex-direction: column; gap: 18px; font-size: 0.9rem; overflow-wrap: anywhere; }
.notes h3 { display: flex; gap: 8px; margin: 0 0 6px; padding-bottom: 4px; border-bottom: 1px solid var(--rule); font-size: 0.95rem; }
.notes h3 span { color: var(--soft); font-weight: 400; }
.notes h3 b { margin-left: auto; font-variant-numeric: tabular-nums; }
.notes ul { margin: 0 0 6px; padding-left: 1.2em; }
.notes i { color: var(--soft); }
.notes p { margin: 0 0 4px; color: var(--soft); }
@media (max-width: 900px) {
  .example { grid-template-columns: minmax(0, 1fr); gap: 16px; }
  .essay { padding: 14px 16px; }
}
`;
}
