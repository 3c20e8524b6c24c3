import { formatId } from "./cell.ts";
import type { Experiment } from "./experiment.ts";
import { findLevel } from "./levels.ts";
import { stageQuestion } from "./question.ts";
import type { Setup } from "./setup.ts";
import type { MatchedById } from "./steps.ts";
import type { CellSummary } from "./summary.ts";

/** The page that holds a stage's row, the filter set to some words. @param at place of the row, from 0 */
export type RowsHref = (stage: string, at: number, find: string) => string | undefined;

/** Where the rows behind a cell's numbers stand; undefined where no page holds them. */
export type CellHref = (cell: Pick<CellSummary, "method" | "model" | "input" | "length">) => string | undefined;

/** @param matched where step 3 was asked: what step 2 found */
export function cellHrefs(setup: Setup, matched: MatchedById | undefined, rowsHref: RowsHref): CellHref {
  const found = new Map<string, string | undefined>();
  for (const stage of ["step2", "step4"]) {
    let at = 0;
    for (const { cell } of stageQuestion(stage, setup, matched)?.rows() ?? []) {
      const { method, model, input, length } = cell;
      const key = [method, model, input, length].join(" ");
      // A custom_id without its dataset and row: what the filter takes.
      if (!found.has(key)) found.set(key, rowsHref(stage, at, formatId(cell, 0).split("_").slice(3).join("_")));
      at += 1;
    }
  }
  return (cell) => found.get(codesOf(setup.experiment, cell));
}

function codesOf({ levels }: Experiment, cell: Parameters<CellHref>[0]): string {
  const codes = [
    findLevel(levels.method, cell.method),
    findLevel(levels.model, cell.model),
    findLevel(levels.input, cell.input),
    findLevel(levels.length, cell.length),
  ];
  return codes.map((level) => level?.code ?? "").join(" ");
}
