import { collect, type Disk } from "corrigenda/files";
import type { Link } from "corrigenda/report";
import { type RunName, shownRuns, writeMethods } from "corrigenda/results";
import { writeExchanges } from "./exchanges.ts";
import type { Rebuild } from "./rebuild.ts";
import type { KeptIn } from "./workplace.ts";

export { rowsHref } from "./exchanges.ts";

/**
 * What every run has beside its report: the rows behind its numbers, a page per stage that asked, and methods.md.
 * Returns links to them for the report. @param rebuild makes requests that no file holds @param keptIn where replies are kept
 */
export async function writeBehind(root: Disk, name: RunName, rebuild?: Rebuild, keptIn?: KeptIn): Promise<Link[]> {
  const rows = await writeExchanges(root, name, rebuild, keptIn);
  await writeMethods(root, name);
  return [
    { label: "all runs", href: "../../index.html" },
    ...rows,
    { label: "methods, for a paper", href: "methods.md" },
  ];
}

/** Writes results/index.html: all runs of all studies. Call it last: it links what is there. */
export async function writeIndex(root: Disk): Promise<string> {
  const { indexPage } = await import("corrigenda/report");
  await root.write("index.html", indexPage(await collect(shownRuns(root))));
  return "index.html";
}
