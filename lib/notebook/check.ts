import { type Cell, cellText, hasTag, type Notebook, runs } from "./ipynb.ts";
import type { TypeFault } from "./types/answers.ts";
import type { TypeService } from "./types/service.ts";

/** A fault and the cell it is in. */
export interface CellFault extends TypeFault {
  /** From 1, among the cells that run: the number in `[n]`. */
  readonly cell: number;
}

/** Checks all cells of a notebook, as if each had been run after the one before. Those that may fail may have faults. */
export async function checkNotebook({ cells }: Notebook, types: TypeService): Promise<CellFault[]> {
  types.forget();
  const found: CellFault[] = [];
  for (const [at, cell] of cells.filter(runs).entries()) {
    const faults = mayFail(cell) ? [] : await types.check(cellText(cell));
    found.push(...faults.map((fault) => ({ ...fault, cell: at + 1 })));
    types.accept(cellText(cell));
  }
  return found;
}

function mayFail(cell: Cell): boolean {
  return hasTag(cell, "raises-exception");
}
