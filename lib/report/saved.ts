import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { openTables, type Tables } from "corrigenda/frame";
import type { TableOptions } from "./cell.ts";
import type { Chart } from "./chart.ts";
import { csvOf, plainTable } from "./csv.ts";
import { loneFigure } from "./figure.ts";
import { checkId } from "./id.ts";
import type { Images } from "./images.ts";
import { latexOf } from "./latex.ts";
import type { Link } from "./links.ts";
import { page } from "./page.ts";
import { bundleFor, loadPlotly } from "./plotly.ts";

export interface SavePlace {
  readonly disk: Disk;
  readonly folder: string;
}

/** Names of an id's files in a folder, as links from a page beside that folder. */
export function figureFiles(id: string, folder = "figures"): Link[] {
  return ["html", "svg", "png", "pdf"].map((kind) => ({ label: kind.toUpperCase(), href: `${folder}/${id}.${kind}` }));
}

export function tableFiles(id: string, folder = "tables"): Link[] {
  const kinds = { csv: "CSV", tex: "LaTeX", parquet: "Parquet" };
  return Object.entries(kinds).map(([kind, label]) => ({ label, href: `${folder}/${id}.${kind}` }));
}

/** Writes <id>.html (interactive), .svg, .png and .pdf of every chart, and the plotly that the pages share. */
export async function saveCharts(
  { disk, folder }: SavePlace,
  charts: readonly Chart[],
  { images, provider }: { readonly images: Images; readonly provider: string },
): Promise<void> {
  distinct(charts, "chart");
  if (charts.length > 0) await disk.write(`${folder}/plotly.js`, await loadPlotly(bundleFor(charts)));
  for (const chart of charts) {
    await disk.write(`${folder}/${chart.id}.html`, lonePage(chart, provider));
    for (const kind of ["svg", "png", "pdf"] as const)
      await disk.write(`${folder}/${chart.id}.${kind}`, await images[kind](chart));
  }
}

function lonePage(chart: Chart, provider: string): string {
  const question = chart.caption === undefined ? {} : { question: chart.caption };
  const sections = [{ body: loneFigure(chart) }];
  return page({ title: chart.title, ...question, provider, sections, plotly: { href: "plotly.js" } });
}

/** Writes <id>.csv, .tex and .parquet of every table. */
export async function saveTables({ disk, folder }: SavePlace, tables: readonly TableOptions[]): Promise<void> {
  distinct(tables, "table");
  if (tables.length === 0) return;
  await using duckdb = await openTables({ disk });
  for (const table of tables) {
    await disk.write(`${folder}/${table.id}.csv`, csvOf(table));
    await disk.write(`${folder}/${table.id}.tex`, latexOf(table));
    await saveParquet(duckdb, `${folder}/${table.id}.parquet`, table);
  }
}

async function saveParquet(duckdb: Tables, file: string, table: TableOptions): Promise<void> {
  const { names, rows } = plainTable(table);
  if (rows.length === 0) {
    const columns = names.map((name) => `null::varchar as "${name.replaceAll('"', '""')}"`);
    return duckdb.write(file, `select ${columns.join(", ")} where false`);
  }
  const named = rows.map((row) => Object.fromEntries(names.map((name, column) => [name, row[column] ?? null])));
  await duckdb.add("table_rows", named);
  await duckdb.write(file, "from table_rows");
}

function distinct(things: readonly { readonly id: string }[], what: string): void {
  const ids = new Set<string>();
  for (const { id } of things) {
    if (ids.has(checkId(id, what)))
      throw new StudyError("config", `two ${what}s have the id ${id}: their files would be one`);
    ids.add(id);
  }
}
