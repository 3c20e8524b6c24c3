import { cssOf, DARK, LIGHT, PRINT, SANS } from "./colours.ts";

/** The page's look: calm, typographic, one accent; light, dark and print. */
export const STYLE = `
:root {
  ${cssOf(LIGHT)}
  --sans: ${SANS};
  --serif: "Iowan Old Style", Charter, "Palatino Linotype", Palatino, "Noto Serif", Georgia, "Liberation Serif", "DejaVu Serif", "Songti TC", "Noto Serif CJK TC", serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) { :root { ${cssOf(DARK)} } }
@media print { :root { ${cssOf(PRINT)} } }
* { box-sizing: border-box; }
html { color-scheme: light dark; scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); }
header, main { max-width: 1160px; margin: 0 auto; padding: 0 32px; }
header { padding-top: 48px; }
main { padding-bottom: 96px; }
h1, h2 { font-family: var(--serif); font-weight: 600; letter-spacing: -0.01em; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.9rem, 1.2rem + 2.6vw, 2.9rem); line-height: 1.12; margin: 20px 0 0; }
h2 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
a { color: var(--accent); text-underline-offset: 0.18em; }
button, input { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.provider { display: inline-block; margin: 0; padding: 4px 12px; border: 1px solid var(--line); border-radius: 99px; color: var(--soft); font-size: 0.85rem; line-height: 1.5; overflow-wrap: anywhere; }
.provider.simulated { background: var(--warn-wash); border-color: var(--warn-line); color: var(--warn-ink); font-weight: 600; }
.question { max-width: 44em; margin: 14px 0 0; font-family: var(--serif); font-size: 1.2rem; line-height: 1.5; color: var(--soft); text-wrap: pretty; }
.facts { display: flex; flex-wrap: wrap; gap: 8px 28px; margin: 22px 0 0; font-size: 0.9rem; }
.facts div { display: flex; gap: 8px; min-width: 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.stats { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); margin: 32px 0 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.stats div { display: flex; flex-direction: column; padding: 18px 20px 18px 0; }
.stats span { color: var(--soft); font-size: 0.9rem; }
.stats strong { font: 600 2.1rem/1.2 var(--serif); font-variant-numeric: lining-nums tabular-nums; letter-spacing: -0.02em; }
.stats small { color: var(--soft); font-size: 0.85rem; }
.stats div:first-child strong { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 24px 0 0; font-size: 0.95rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { margin-top: 56px; scroll-margin-top: 24px; }
.intro { max-width: 44em; margin: 8px 0 0; color: var(--soft); text-wrap: pretty; }
section > p { max-width: 44em; }
figure { margin: 24px 0 0; }
figcaption { display: flex; flex-direction: column; margin-bottom: 6px; }
figcaption span { color: var(--soft); font-size: 0.9rem; }
.plot { width: 100%; }
.source { display: flex; flex-wrap: wrap; gap: 2px 18px; max-width: none; margin: 6px 0 0; color: var(--soft); font-size: 0.85rem; overflow-wrap: anywhere; }
.files { display: flex; flex-wrap: wrap; gap: 2px 14px; }
.table { margin-top: 20px; }
.tools { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 10px 20px; margin-bottom: 10px; color: var(--soft); font-size: 0.9rem; font-variant-numeric: tabular-nums; }
.filters { flex: 1; display: flex; flex-wrap: wrap; gap: 10px; }
.tools select { max-width: 100%; padding: 6px 10px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; color: var(--ink); font: inherit; }
.tools input { width: min(280px, 100%); padding: 6px 12px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; color: var(--ink); }
.tools input::placeholder { color: var(--soft); opacity: 1; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); gap: 18px; margin-top: 20px; }
.card { display: flex; flex-direction: column; min-width: 0; padding: 18px 20px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.card h3 { margin: 0; font: 600 1.15rem/1.3 var(--serif); }
.card p { margin: 4px 0 0; overflow-wrap: anywhere; }
.card .what { color: var(--soft); font-size: 0.92rem; }
.card .number { margin: auto 0 0; padding-top: 12px; color: var(--soft); font-size: 0.9rem; font-variant-numeric: lining-nums tabular-nums; }
.card .number strong { color: var(--accent); font: 600 2rem/1.2 var(--serif); letter-spacing: -0.02em; }
.card .small { margin-top: 14px; color: var(--soft); font-size: 0.85rem; }
.card .provider { padding: 1px 9px; font-size: 0.8rem; }
.card .files { margin-top: 10px; font-size: 0.92rem; }
.whisker { position: relative; height: 12px; margin: 12px 6px 0; }
.whisker::before { content: ""; position: absolute; left: -6px; right: -6px; top: 5.5px; height: 1px; background: var(--line); }
.whisker i { position: absolute; top: 4px; height: 4px; min-width: 2px; border-radius: 2px; background: var(--accent); opacity: 0.4; }
.whisker u { position: absolute; left: 50%; top: 1px; width: 1px; height: 10px; background: var(--line); }
.whisker b { position: absolute; top: 0; width: 12px; height: 12px; margin-left: -6px; border-radius: 50%; background: var(--accent); border: 2px solid var(--card); }
.ends { display: flex; justify-content: space-between; color: var(--soft); font-size: 0.75rem; font-variant-numeric: tabular-nums; }
.pager { display: flex; align-items: center; gap: 10px; }
.pager button { width: 34px; height: 34px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; color: var(--ink); cursor: pointer; line-height: 1; }
.pager button:disabled { opacity: 0.4; cursor: default; }
.pager button:not(:disabled):hover { border-color: var(--accent); color: var(--accent); }
.scroll { overflow: auto; max-height: min(76vh, 900px); background: var(--card); border: 1px solid var(--rule); border-radius: 10px; overscroll-behavior-x: contain; }
table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 0.92rem; line-height: 1.45; }
caption { padding: 12px 14px 4px; color: var(--soft); font-size: 0.9rem; text-align: left; }
caption span { position: sticky; left: 14px; display: inline-block; max-width: min(44em, calc(100vw - 66px)); }
th, td { padding: 9px 14px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
tbody tr:last-child td { border-bottom: 0; }
tbody tr:hover td { background: var(--accent-wash); }
th { position: sticky; top: 0; z-index: 1; background: var(--card); border-bottom: 1px solid var(--line); font-weight: 600; white-space: nowrap; vertical-align: bottom; }
th small { display: block; color: var(--soft); font-weight: 400; font-size: 0.8rem; }
th button { padding: 0; background: none; border: 0; font-weight: 600; cursor: pointer; }
th button::after { content: "↕"; margin-left: 5px; color: var(--line); font-size: 0.8em; font-weight: 400; }
th.n button::after { content: none; }
th.n button::before { content: "↕"; margin-right: 5px; color: var(--line); font-size: 0.8em; font-weight: 400; }
th button:hover { color: var(--accent); }
th[aria-sort] button { color: var(--accent); }
th[aria-sort="ascending"] button::after, th.n[aria-sort="ascending"] button::before { content: "↑"; color: var(--accent); }
th[aria-sort="descending"] button::after, th.n[aria-sort="descending"] button::before { content: "↓"; color: var(--accent); }
th.n[aria-sort] button::after { content: none; }
.n { text-align: right; font-variant-numeric: tabular-nums lining-nums; white-space: nowrap; }
td:not(.n) { min-width: 5em; max-width: 30em; overflow-wrap: break-word; }
td.wide { min-width: 12.5em; }
td.whole { white-space: nowrap; }
.open { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; width: 100%; padding: 0; background: none; border: 0; text-align: inherit; cursor: pointer; text-decoration: underline dotted 1px var(--line); text-underline-offset: 0.22em; }
.open:hover { color: var(--accent); text-decoration: underline solid 1px var(--accent); }
[data-failed] { background: var(--bad-wash); color: var(--bad); }
dialog { width: min(680px, 100vw); height: 100dvh; max-width: none; max-height: none; margin: 0 0 0 auto; padding: 0 28px 40px; background: var(--card); color: var(--ink); border: 0; border-left: 1px solid var(--line); overflow: auto; }
dialog::backdrop { background: rgb(0 0 0 / 0.45); }
.bar { position: sticky; top: 0; display: flex; align-items: flex-start; justify-content: space-between; gap: 16px; padding: 22px 0 12px; background: var(--card); border-bottom: 1px solid var(--rule); }
.bar h2 { font-size: 1.2rem; }
.bar button { flex: none; width: 36px; height: 36px; margin-top: -4px; background: none; border: 1px solid var(--line); border-radius: 8px; font-size: 1.2rem; line-height: 1; cursor: pointer; }
dialog h3 { margin: 0; color: var(--soft); font: 400 0.85rem/1.5 var(--sans); }
dialog .line { display: flex; gap: 16px; padding: 8px 0; border-bottom: 1px solid var(--rule); }
dialog .line h3 { flex: 0 0 9em; }
dialog .line a { overflow-wrap: anywhere; }
dialog .line p { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
dialog .block { padding: 16px 0 4px; }
dialog pre { margin: 6px 0 0; padding: 14px 16px; background: var(--paper); border: 1px solid var(--rule); border-radius: 8px; font: 0.85rem/1.55 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  header, main { padding-left: 18px; padding-right: 18px; }
  header { padding-top: 28px; }
  .question { font-size: 1.08rem; }
  .stats { grid-template-columns: 1fr 1fr; }
  .stats div { padding: 14px 12px 14px 0; }
  .stats strong { font-size: 1.6rem; }
  section { margin-top: 44px; }
  .filters { flex: 1 1 100%; }
  .tools input { width: 100%; }
  .tools select { flex: 1; min-width: 0; }
  th, td { padding: 8px 10px; }
  dialog { padding: 0 18px 32px; border-left: 0; }
  dialog .line { flex-direction: column; gap: 0; }
  dialog .line h3 { flex: none; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media (scripting: none) { .tools { display: none; } th button::after, th button::before { content: none !important; } }
@media print {
  .tools, nav, dialog { display: none; }
  .scroll { max-height: none; overflow: visible; border: 0; }
  .open { display: inline; text-decoration: none; }
  th { position: static; }
  th button::after, th button::before { content: none !important; }
  section, figure, tr { break-inside: avoid; }
  section { break-inside: auto; }
}
`;
