import type { Column, TableOptions } from "corrigenda/report";
import { EXPECTED_COUNTS } from "./answers.ts";
import { withinLimit } from "./report-figures.ts";
import type { CellHref } from "./report-links.ts";
import { reasonsText, total } from "./report-texts.ts";
import type { CellSummary } from "./summary.ts";

const FACTORS = ["model", "input", "length"] as const;

/** Columns of what tells cells apart: the method, and each factor that differs. */
function cellColumns(cells: readonly CellSummary[]): Column[] {
  const varied = FACTORS.filter((factor) => new Set(cells.map((cell) => cell[factor])).size > 1);
  return ["method", ...varied].map((key) => ({ key, label: key }));
}

function namesOf({ method, model, input, length }: CellSummary): Record<string, string> {
  return { method, model, input, length };
}

/** Answers, failures and words of every method, model, input and length; numbers lead to their rows. */
export function cellTable(cells: readonly CellSummary[], cellHref: CellHref = () => undefined): TableOptions {
  const failures = cells.some(({ failed }) => Object.keys(failed).length > 0);
  const odd = cells.some(({ noted }) => noted > 0);
  return {
    id: "cells",
    caption: "Answers, failures and words; within the limit: share and its 95 % interval (Wilson)",
    columns: [
      ...cellColumns(cells),
      { key: "answered", label: "answered" },
      { key: "failed", label: "failed" },
      ...(failures ? [{ key: "reasons", label: "why" }] : []),
      ...(odd ? [{ key: "noted", label: "odd", note: "but kept" }] : []),
      { key: "words", label: "mean length", unit: "words", digits: 1 },
      { key: "limit", label: "limit", unit: "words" },
      { key: "within", label: "within limit", unit: "% of answers", note: "95 % interval", digits: 1 },
    ],
    rows: cells.map((cell) => {
      const { words, answered, noted } = cell;
      const within = withinLimit([cell]);
      const failed = total(Object.values(cell.failed));
      const href = cellHref(cell);
      const linked = (value: number) => (href === undefined || value === 0 ? value : { value, href });
      return {
        ...namesOf(cell),
        ...{ answered: linked(answered), noted, failed: linked(failed) },
        reasons: reasonsText(cell.failed),
        words: words ? linked(words.mean) : null,
        limit: words?.limit ?? null,
        within: within ? { value: within.value * 100, low: within.low * 100, high: within.high * 100 } : null,
      };
    }),
  };
}

const LISTS: Readonly<Record<keyof typeof EXPECTED_COUNTS, string>> = {
  example_en: "examples",
  corresponding_collocation_en: "collocation",
  corresponding_collocation_examples_en: "its examples",
  other_collocations_en: "other collocations",
  other_collocations_examples_en: "their examples",
};

/** Entries of the lists in the answers, beside what a full answer has; undefined where nothing has lists. */
export function countTable(cells: readonly CellSummary[]): TableOptions | undefined {
  const lists = (Object.keys(EXPECTED_COUNTS) as (keyof typeof EXPECTED_COUNTS)[]).filter((list) =>
    cells.some(({ counts }) => counts[list] !== undefined),
  );
  if (lists.length === 0) return undefined;
  return {
    id: "counts",
    caption: "Entries of each list, mean over the answers",
    columns: [
      ...cellColumns(cells),
      ...lists.map((key) => ({ key, label: LISTS[key], note: `of ${EXPECTED_COUNTS[key]}`, digits: 2 })),
    ],
    rows: cells
      .filter(({ counts }) => Object.keys(counts).length > 0)
      .map((cell) => ({
        ...namesOf(cell),
        ...Object.fromEntries(lists.map((list) => [list, cell.counts[list]?.mean ?? null])),
      })),
  };
}

/** Tokens and cost of every method, model, input and length. */
export function costTable(cells: readonly CellSummary[]): TableOptions {
  const some = (kind: "cached" | "reasoning"): Column[] =>
    cells.some(({ tokens }) => tokens[kind] > 0) ? [{ key: kind, label: `of these ${kind}` }] : [];
  return {
    id: "costs",
    caption: "Tokens and cost by method; a shared request is paid once",
    columns: [
      ...cellColumns(cells),
      { key: "tokensIn", label: "tokens in" },
      ...some("cached"),
      { key: "tokensOut", label: "tokens out" },
      ...some("reasoning"),
      { key: "usd", label: "cost", unit: "US dollars", digits: 4 },
    ],
    rows: cells.map((cell) => {
      const { input: tokensIn, output: tokensOut, cached, reasoning } = cell.tokens;
      return { ...namesOf(cell), tokensIn, cached, tokensOut, reasoning, usd: cell.usd };
    }),
  };
}
