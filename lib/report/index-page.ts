import { type Figure, intervalText } from "corrigenda/text";
import type { TableCell, TableOptions } from "./cell.ts";
import { type Html, html } from "./html.ts";
import type { Link } from "./links.ts";
import { type Detail, page } from "./page.ts";
import { table } from "./table.ts";

/** The number that a run, or a stage of it, opens with. */
export interface Found extends Figure {
  readonly name: string;
  readonly n: number;
}

/** A run as the index shows it. */
export interface RunShown {
  readonly study: string;
  readonly run: string;
  /** What the finished stage found that was started last. */
  readonly headline: Found | undefined;
  /** What each stage found, the last one first. */
  readonly found: readonly (Found & { readonly stage: string })[];
  /** Who answered: "offline", a provider, "models trained here"; "nobody" where nothing was asked. */
  readonly provider: string;
  /** Models as they were asked for. */
  readonly models: readonly string[];
  /** When its last stage ended, ISO 8601; undefined where none has. */
  readonly endedAt: string | undefined;
  /** US dollars; simulated ones where `provider` is "offline". */
  readonly usd: number;
  /** Stages that were started and not finished. */
  readonly open: readonly string[];
  /** Pages and texts of the run, from the index; the first is its report. */
  readonly files: readonly Link[];
}

/** results/index.html: every run of every study with what it found, newest first. */
export function indexPage(runs: readonly RunShown[]): string {
  const newest = [...runs].sort((a, b) => ((a.endedAt ?? "") < (b.endedAt ?? "") ? 1 : -1));
  const offline = runs.filter(({ provider }) => provider === "offline").length;
  const paid = sum(runs.filter(({ provider }) => provider !== "offline").map(({ usd }) => usd));
  const simulated = sum(runs.filter(({ provider }) => provider === "offline").map(({ usd }) => usd));
  const studies = new Set(runs.map(({ study }) => study)).size;
  return page({
    title: "What was found",
    question: "Every run of every study: its main number, how sure it is, who answered, and where to read on.",
    provider: offline > 0 ? "offline" : "the providers named below",
    ...(offline > 0 && {
      banner: `offline in ${offline} of ${runs.length} ${runs.length === 1 ? "run" : "runs"}: simulated answers, no model was asked`,
    }),
    stats: [
      {
        label: "Runs",
        value: runs.length.toLocaleString("en-US"),
        note: `of ${studies} ${studies === 1 ? "study" : "studies"}`,
      },
      {
        label: "Not finished",
        value: String(runs.filter(({ open }) => open.length > 0).length),
        note: "npx zx scripts/jobs.ts",
      },
      {
        label: "Paid",
        value: money(paid),
        note: simulated > 0 ? `and ${money(simulated)} simulated` : "all runs together",
      },
    ],
    sections: [
      { title: "The newest run of each study", body: html`<div class="cards">${perStudy(newest).map(card)}</div>` },
      {
        title: "All runs",
        intro: "A click on a main number shows all numbers and pages of its run.",
        body: table(runTable(newest)),
      },
    ],
    details: Object.fromEntries(newest.map((run) => [idOf(run), detail(run)])),
  });
}

function perStudy(newest: readonly RunShown[]): RunShown[] {
  const first = new Map<string, RunShown>();
  for (const run of newest) if (run.headline && !first.has(run.study)) first.set(run.study, run);
  return [...first.values()].sort((a, b) => (a.study < b.study ? -1 : 1));
}

function card(run: RunShown): Html {
  const { study, headline, provider, files, endedAt } = run;
  if (!headline) return html``;
  const who = provider === "offline" ? "offline, simulated" : provider;
  const links = files.map(({ href, label }) => html`<a href="${href}">${label}</a>`);
  return html`<article class="card"><h3>${study}</h3><p class="what">${headline.name}</p><p class="number">${numberOf(headline)}</p>
${whisker(headline)}<p class="small"><span class="provider${provider === "offline" ? " simulated" : ""}">${who}</span> n = ${headline.n.toLocaleString("en-US")} · ${run.run} · ${(endedAt ?? "").slice(0, 10)}</p><p class="files">${links}</p></article>`;
}

function numberOf(found: Found): Html {
  const [value, interval = ""] = intervalText(found).split(" [");
  return html`<strong>${value ?? ""}</strong>${interval === "" ? undefined : html` <span>95 % ${interval.replace("]", "").replace(", ", " to ")}</span>`}`;
}

/** The value and its interval on a scale from 0 (or, below it, from -1) to 1; nothing for other units. */
function whisker({ value, low, high, unit }: Found): Html | undefined {
  const factor = unit === "%" ? 0.01 : 1;
  const [from, to] = [low ?? value, high ?? value].map((one) => one * factor) as [number, number];
  if (!["share", "%", "kappa"].includes(unit) || from < -1 || to > 1) return undefined;
  const least = from < 0 ? -1 : 0;
  const place = (one: number): string => `${(((one - least) / (1 - least)) * 100).toFixed(2)}%`;
  const ends = unit === "kappa" ? [String(least), "1"] : [`${least * 100} %`, "100 %"];
  return html`<div class="whisker" aria-hidden="true"><i style="left:${place(from)};right:calc(100% - ${place(to)})"></i>${least < 0 ? html`<u></u>` : undefined}<b style="left:${place(value * factor)}"></b></div><div class="ends" aria-hidden="true"><span>${ends[0] ?? ""}</span>${least < 0 ? html`<span>0</span>` : undefined}<span>${ends[1] ?? ""}</span></div>`;
}

function runTable(runs: readonly RunShown[]): TableOptions {
  return {
    id: "runs",
    caption: "All runs, the newest first; intervals are 95 %",
    columns: [
      { key: "study", label: "study" },
      { key: "run", label: "run", note: "its report", whole: true },
      { key: "what", label: "main number", wide: true },
      { key: "value", label: "value", note: "and interval", whole: true },
      { key: "n", label: "n" },
      { key: "unit", label: "unit" },
      { key: "provider", label: "provider" },
      { key: "model", label: "models" },
      { key: "date", label: "date", note: "UTC", whole: true },
      { key: "usd", label: "cost", unit: "US dollars", digits: 4 },
      { key: "methods", label: "for a paper" },
    ],
    choose: ["study", "provider"],
    rows: runs.map(rowOf),
  };
}

function rowOf(run: RunShown): Record<string, TableCell> {
  const { study, headline, provider, models, endedAt, usd, open, files } = run;
  const [report] = files.filter(({ href }) => href.endsWith("/report.html"));
  const methods = files.find(({ href }) => href.endsWith(".md"));
  const none = open.length > 0 ? `not finished: ${open.join(", ")}` : "no numbers yet";
  return {
    study,
    run: report ? { value: run.run, href: report.href } : run.run,
    what: { value: headline?.name ?? none, detail: idOf(run) },
    value: headline ? intervalText(headline) : null,
    ...{
      n: headline?.n ?? null,
      unit: headline?.unit ?? null,
      provider: provider === "offline" ? "offline (simulated)" : provider,
    },
    model: models.join(", ") || null,
    date: endedAt?.slice(0, 10) ?? null,
    usd,
    methods: methods ? { value: methods.label, href: methods.href } : null,
  };
}

function detail(run: RunShown): Detail {
  const { found, files, open, provider, models } = run;
  return {
    title: `${run.study} ${run.run}`,
    fields: [
      ...files.map(({ label, href }) => ({ label: "open", value: label, href })),
      ...found.map((one) => ({
        label: one.stage,
        value: `${one.name}: ${intervalText(one)}, n = ${one.n.toLocaleString("en-US")}`,
      })),
      {
        label: "provider",
        value: provider === "offline" ? "offline: simulated answers, no model was asked" : provider,
      },
      ...(models.length > 0 ? [{ label: "models asked for", value: models.join(", ") }] : []),
      ...(open.length > 0 ? [{ label: "not finished", value: open.join(", ") }] : []),
      { label: "check it", value: `npx zx scripts/results/verify.ts ${run.study}/${run.run}` },
    ],
  };
}

function idOf({ study, run }: RunShown): string {
  return `${study}/${run}`;
}

function money(usd: number): string {
  return `$${usd.toFixed(usd === 0 || usd >= 0.1 ? 2 : 4)}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
