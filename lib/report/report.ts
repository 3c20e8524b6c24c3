import type { Disk } from "corrigenda/files";
import type { TableOptions } from "./cell.ts";
import { type ChartOptions, chart } from "./chart.ts";
import { figure } from "./figure.ts";
import { html } from "./html.ts";
import { openImages } from "./images.ts";
import type { Link } from "./links.ts";
import { type PageOptions, page } from "./page.ts";
import { bundleFor, loadPlotly } from "./plotly.ts";
import { figureFiles, saveCharts, saveTables, tableFiles } from "./saved.ts";
import { table } from "./table.ts";

export type ReportPart = { readonly figure: ChartOptions } | { readonly table: TableOptions };

export interface ReportSection {
  readonly title: string;
  readonly intro: string;
  readonly parts: readonly ReportPart[];
}

/** A page as data: what a study makes of its results, without a word on how it looks. */
export interface Report extends Omit<PageOptions, "sections" | "plotly"> {
  readonly sections: readonly ReportSection[];
}

export interface SaveOptions {
  /** Also the figures as files; they take longer than all the rest. */
  readonly figures: boolean;
  /** Pages that lie behind this one: linked from its head; those of rows also below each table. */
  readonly behind?: readonly Link[];
}

/** The page of a report. @param saved what lies beside the page: it is linked */
export function reportPage(
  report: Report,
  plotly: string,
  saved: { figures?: boolean; tables?: boolean; behind?: readonly Link[] } = {},
): string {
  const { behind = [] } = saved;
  const rows = behind.filter(({ href }) => href.startsWith("exchanges/"));
  const sections = report.sections.map(({ parts, ...section }) => ({
    ...section,
    body: html`${parts.map((part) =>
      "figure" in part
        ? figure(chart(part.figure), saved.figures ? figureFiles(part.figure.id) : [])
        : table(part.table, [...(saved.tables ? tableFiles(part.table.id) : []), ...rows]),
    )}`,
  }));
  return page({ ...report, pages: [...behind, ...(report.pages ?? [])], sections, plotly });
}

/** Writes report.html, tables/ (CSV, LaTeX, Parquet) and, where asked for, figures/ (HTML, SVG, PNG, PDF). Returns the page's path. */
export async function saveReport(
  disk: Disk,
  folder: string,
  report: Report,
  { figures, behind = [] }: SaveOptions,
): Promise<string> {
  const parts = report.sections.flatMap((section) => section.parts);
  const charts = parts.flatMap((part) => ("figure" in part ? [chart(part.figure)] : []));
  const tables = parts.flatMap((part) => ("table" in part ? [part.table] : []));
  await saveTables({ disk, folder: `${folder}/tables` }, tables);
  if (figures) {
    const images = await openImages();
    try {
      await saveCharts({ disk, folder: `${folder}/figures` }, charts, { images, provider: report.provider });
    } finally {
      await images.close();
    }
  }
  const file = `${folder}/report.html`;
  const plotly = await loadPlotly(bundleFor(charts));
  await disk.write(file, reportPage(report, plotly, { figures, tables: true, behind }));
  return file;
}
