import { readNotebook } from "corrigenda/notebook";

/** A code cell of a test's notebook: its source, or source and tags. */
export type TestCell = string | readonly [source: string, ...tags: string[]];

/** The text of an .ipynb file with code cells. */
export function ipynb(...cells: readonly TestCell[]): string {
  return JSON.stringify({
    ...{ nbformat: 4, nbformat_minor: 5 },
    metadata: { kernelspec: { name: "corrigenda", display_name: "TypeScript", language: "typescript" } },
    cells: cells.map((cell, at) => {
      const [source, ...tags] = typeof cell === "string" ? [cell] : cell;
      const metadata = tags.length === 0 ? {} : { tags };
      return { cell_type: "code", id: `c${at + 1}`, metadata, source, execution_count: null, outputs: [] };
    }),
  });
}

export function notebook(...cells: readonly TestCell[]): ReturnType<typeof readNotebook> {
  return readNotebook(ipynb(...cells), "test.ipynb");
}
