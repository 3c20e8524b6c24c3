import type { Html, html, page } from "corrigenda/report";
import { commonStanding, highlight, lastStanding, type Numbered, type Stretch, verdictLine } from "./highlight.ts";
import { groundOf } from "./mentions.ts";
import type { PaperParts } from "./paper-parts.ts";
import type { Mention, PageRow } from "./records.ts";

/** corrigenda/report's, handed in. */
export interface PageKit {
  readonly html: typeof html;
  readonly page: typeof page;
}

export interface PaperPlace {
  readonly run: string;
  /** Who answered: "offline", or the provider and its model. */
  readonly provider: string;
  /** Keys of the papers before and after, for links. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** A paper's page: its text with the mentions highlighted by verdict; reasons on hover and focus, notes beside the text. */
export function paperPage({ html, page }: PageKit, paper: PaperParts, place: PaperPlace): string {
  const { row, mentions, failed } = paper;
  const numbered = new Map(mentions.map((mention, at): [Mention, Numbered] => [mention, { number: at + 1, mention }]));
  const of = (number: number): Numbered[] =>
    mentions.flatMap((mention) => (mention.page === number ? (numbered.get(mention) ?? []) : []));
  const count = (standing: string): number => mentions.filter((one) => lastStanding(one) === standing).length;
  const overturned = mentions.filter(
    ({ verdicts }) => verdicts.judge?.overrides || verdicts.reasoning?.overrides,
  ).length;
  return page({
    title: row.name,
    provider: place.provider,
    facts: { run: place.run, file: row.file },
    stats: [
      { label: "Valid mentions", value: String(count("valid")), note: "at the end" },
      { label: "Not valid", value: String(count("invalid")), note: `of ${mentions.length} reported` },
      { label: "Undecided", value: String(count("undecided")) },
      { label: "Overturned", value: String(overturned), note: "by judge or reasoning" },
    ],
    sections: [
      { body: opening(html, place) },
      ...(failed.length + (row.state === "failed" ? 1 : 0) > 0
        ? [{ title: "What failed", body: failures(html, paper) }]
        : []),
      ...paper.pages.map((one) => {
        const own = of(one.page);
        const title = `Page ${one.page}`;
        return own.length === 0
          ? {
              body: barePage(
                html,
                one,
                failed.some(({ page: at }) => at === one.page),
              ),
            }
          : { title, body: markedPage(html, one, own) };
      }),
    ],
  });
}

type Markup = typeof html;

function opening(html: Markup, { before, after }: PaperPlace): Html {
  const link = (key: string | undefined, words: string): Html | undefined =>
    key === undefined ? undefined : html`<a href="${key}.html">${words}</a>`;
  return html`<style>${STYLE(html)}</style>
<p class="ways"><a href="../report.html">All papers</a>${link(before, "‹ Previous paper")}${link(after, "Next paper ›")}</p>
<p class="legend"><span class="k valid">valid</span> <span class="k invalid">not valid</span> <span class="k undecided">undecided</span> <span class="k mixed">several, that differ</span> Hover over a mark or go to it with the Tab key for the reasons; press Enter for its note.</p>`;
}

function failures(html: Markup, { row, failed }: PaperParts): Html {
  const unread = row.state === "failed" ? html`<li>The file could not be read: ${row.reason ?? ""}</li>` : undefined;
  const lines = failed.map(({ process, page, error }) => html`<li>${process}, page ${page}: ${error ?? ""}</li>`);
  return html`<ul class="failed">${unread}${lines}</ul>`;
}

function barePage(html: Markup, page: PageRow, failed: boolean): Html {
  const asked = failed ? "the request failed, so nothing is known" : "no mention";
  const why = page.prefilter.keep ? asked : "not asked: the prefilter left it out";
  const { text } = groundOf(page);
  return html`<details class="bare"><summary>Page ${page.page}: ${text.trim() === "" ? "no text" : why}</summary><div class="text">${text}</div></details>`;
}

function markedPage(html: Markup, page: PageRow, own: readonly Numbered[]): Html {
  const { stretches, loose } = highlight(page, own);
  const missing =
    loose.length === 0
      ? undefined
      : html`<p class="loose">Not found on this page: ${loose.map(({ number, mention }) => html`<a href="#n${number}">${mention.raw_name}</a> `)}</p>`;
  return html`<div class="sheet"><div><div class="text">${stretches.map((one) => stretchOf(html, one))}</div>${missing}</div>
<ol class="notes" aria-label="Mentions on page ${page.page}">${own.map((one, at) => note(html, one, own.slice(0, at)))}</ol></div>`;
}

function stretchOf(html: Markup, { text, mentions }: Stretch): Html {
  const first = mentions[0];
  if (!first) return html`${text}`;
  const { number } = first;
  const why = mentions.map(({ mention }) => {
    const lines = [verdictLine(mention, "judge"), verdictLine(mention, "reasoning")].filter(
      (line) => line !== undefined,
    );
    return html`<b>${mention.raw_name}</b>${(lines.length > 0 ? lines : ["reported by the extraction"]).map((line) => html`<span>${line}</span>`)}`;
  });
  return html`<span class="m"><a class="k ${commonStanding(mentions)}" id="m${number}" href="#n${number}" aria-describedby="w${number}">${text}<sup>${mentions.map((one) => one.number).join(", ")}</sup></a><span class="why" role="tooltip" id="w${number}">${why}</span></span>`;
}

function note(html: Markup, { number, mention }: Numbered, earlier: readonly Numbered[]): Html {
  const standing = lastStanding(mention);
  const facts = [
    mention.specificity,
    mention.context,
    mention.relevance,
    mention.data_type,
    mention.year,
    mention.producer,
  ];
  const lines = [verdictLine(mention, "judge"), verdictLine(mention, "reasoning")].filter((line) => line !== undefined);
  const said = facts.filter((fact) => fact !== null).map((fact) => fact.replaceAll("_", " "));
  const argument = mention.verdicts.reasoning?.argument ?? null;
  const told = earlier.find((one) => one.mention.verdicts.reasoning?.argument === argument);
  const case_ =
    argument === null
      ? undefined
      : told
        ? html`<p class="soft">Argument: see <a href="#n${told.number}">${told.number}</a></p>`
        : html`<details><summary>The argument</summary><div class="text">${argumentParts(html, argument)}</div></details>`;
  return html`<li id="n${number}" value="${number}"><p><a href="#m${number}">${mention.raw_name}</a> <span class="k ${standing}">${standing === "invalid" ? "not valid" : standing}</span></p>
${said.length === 0 ? undefined : html`<p class="soft">${said.join(" · ")}</p>`}
${mention.evidence.state === "found" ? undefined : html`<p class="warn">The quote that the model gave is not on the page: “${mention.quoted ?? ""}”</p>`}
${lines.map((line) => html`<p>${line}</p>`)}${case_}</li>`;
}

/** Headings of the argument as headings; all else as it was written. */
function argumentParts(html: Markup, argument: string): Html[] {
  const parts = argument.split(/^#{1,4} +(.+)$/m);
  return parts
    .map((part, at) => (at % 2 === 1 ? html`<b>${part}</b>\n` : html`${part.trim()}\n\n`))
    .slice(parts[0]?.trim() === "" ? 1 : 0);
}

/** Verdicts differ in line and in words, not in colour alone. */
function STYLE(html: Markup): Html {
  return html`
.ways, .legend { display: flex; flex-wrap: wrap; gap: 6px 20px; align-items: baseline; max-width: none; margin: 0 0 10px; }
.legend { color: var(--soft); font-size: 0.9rem; }
section { margin-top: 40px; }
section:has(> .bare) { margin-top: 18px; }
.sheet { display: grid; grid-template-columns: minmax(0, 42em) minmax(0, 1fr); gap: 36px; margin-top: 14px; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; font: 1rem/1.6 var(--serif); }
.sheet > div > .text, .bare .text { padding: 22px 26px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.bare summary { color: var(--soft); cursor: pointer; }
.bare .text { max-width: 42em; margin-top: 10px; }
.m { position: relative; }
.k { color: var(--ink); padding: 0.05em 0.15em; border-radius: 3px; text-decoration: none; border-bottom: 2px solid; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.k.valid { background: var(--accent-wash); border-bottom-color: var(--accent); }
.k.invalid { background: var(--bad-wash); border-bottom: 2px dashed var(--bad); }
.k.undecided { background: var(--warn-wash); border-bottom: 3px dotted var(--warn-line); }
.k.mixed { background: var(--rule); border-bottom: 4px double var(--ink); }
.k sup { color: var(--soft); font: 0.68em/1 var(--sans); padding-left: 0.15em; }
.why { display: none; position: absolute; z-index: 3; left: 0; top: calc(100% + 4px); width: max-content; max-width: 370px; padding: 10px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 6px 24px rgb(0 0 0 / 0.16); font: 0.86rem/1.45 var(--sans); white-space: normal; }
.why b, .why span { display: block; }
.why b { margin-bottom: 2px; }
.m > a:hover + .why, .m > a:focus + .why, .why:hover { display: block; }
.notes { margin: 0; padding-left: 1.8em; font-size: 0.9rem; }
.notes li { padding: 0 0 12px 4px; margin-bottom: 12px; border-bottom: 1px solid var(--rule); overflow-wrap: anywhere; }
.notes li:last-child { border-bottom: 0; }
.notes li:target { background: var(--accent-wash); border-radius: 6px; }
.notes p { margin: 0 0 3px; }
.notes .k { font-size: 0.85em; white-space: nowrap; }
.notes .text { margin-top: 6px; font: 0.86rem/1.5 var(--sans); }
.notes summary { color: var(--accent); cursor: pointer; }
.soft { color: var(--soft); }
.warn, .loose { color: var(--warn-ink); }
.failed { color: var(--bad); overflow-wrap: anywhere; }
@media (max-width: 900px) {
  .sheet { grid-template-columns: minmax(0, 1fr); gap: 16px; }
  .sheet > div > .text, .bare .text { padding: 14px 16px; }
  .why { position: fixed; left: 12px; right: 12px; top: auto; bottom: 12px; width: auto; max-width: none; max-height: 45vh; overflow: auto; }
}
@media print { .why, .ways { display: none !important; } .sheet { display: block; } }
`;
}
