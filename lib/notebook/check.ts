import { typeMode } from "./faults.ts";
import { cellText, hasTag, type Notebook, runs } from "./ipynb.ts";
import type { TypeFault } from "./types/answers.ts";
import type { TypeService } from "./types/service.ts";

/** A fault and the cell it is in. */
export interface CellFault extends TypeFault {
  /** From 1, among the cells that run: the number in `[n]`. */
  readonly cell: number;
}

/**
 * Checks all cells of a notebook, as if each had been run after the one before. A cell that is tagged
 * `raises-exception`, or says `// @types off`, may have faults.
 */
export async function checkNotebook({ cells }: Notebook, types: TypeService): Promise<CellFault[]> {
  types.forget();
  const found: CellFault[] = [];
  for (const [at, cell] of cells.filter(runs).entries()) {
    const code = cellText(cell);
    const free = hasTag(cell, "raises-exception") || typeMode(code) === "off";
    const faults = free ? [] : await types.check(code);
    found.push(...faults.map((fault) => ({ ...fault, cell: at + 1 })));
    types.accept(code);
  }
  return found;
}
