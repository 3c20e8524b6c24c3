import { openSource } from "corrigenda/dataset";
import { mockOutcomes } from "corrigenda/engine";
import { collect, nodeDisk } from "corrigenda/files";
import {
  type Cells,
  COLUMNS,
  type Evidence,
  type Example,
  evidencePrompt,
  type Item,
  mapRow,
  simulateIelts,
  variantRows,
} from "corrigenda/ielts";

/** The bundled essays as the loader gives them. */
export async function sampleRows(): Promise<Cells[]> {
  const place = { dataset: "", split: "", folder: "", hub: {}, columns: COLUMNS };
  const { table } = await openSource(nodeDisk("."), { ...place, from: "data/sample/ielts/essays.csv" });
  return collect(table.rows());
}

/** Examples of the bundled essays and of made-up variants. */
export async function examples(variants = 0): Promise<Example[]> {
  const rows = await sampleRows();
  return [...rows, ...variantRows(rows, variants, 1)].flatMap((cells, row) => {
    const mapped = mapRow(cells, { row, seed: 42, trustEvaluation: false });
    return mapped.ok ? [mapped.example] : [];
  });
}

export function itemsOf(all: readonly Example[]): Item[] {
  return all.flatMap((example) => ([0, 1, 2, 3] as const).map((criterion) => ({ example, criterion })));
}

/** What the simulator answers, read. */
export function asked(items: readonly Item[]) {
  return collect(mockOutcomes({ prompt: evidencePrompt("gpt-4o-mini"), rows: () => items, simulator: simulateIelts }));
}

export const evidence = (essay: string): Evidence => ({
  quotes: [essay.slice(0, 20).trim()],
  errors: [{ span: essay.split(" ")[0] ?? "", type: "grammar", fix: "fixed" }],
  suggestions: ["Read more."],
  mended: { folded: 0, aligned: 0, lost: 0, types: 0 },
});

export const example = (over: Partial<Example> = {}): Example => ({
  ...{ row: 0, prompt: "Is it so?", essay: "Peoples should to help. They is kind. I think so, because they can." },
  ...{ overall: 6, overallFrom: "band" as const, bands: [6, 6, 6, 6], named: 4, moved: 0 },
  ...over,
});
