import type { Cell } from "corrigenda/cli";
import { byMethod, withinLimit } from "./report-figures.ts";
import { between, percent, reasonsText, total, usdText } from "./report-texts.ts";
import type { Summary } from "./summary.ts";

const FACTORS = ["model", "input", "length"] as const;

/** The summary as rows for the terminal: a line per method, model, input and length; what all share is left out. */
export function summaryTable({ cells }: Pick<Summary, "cells">): Record<string, Cell>[] {
  const varied = FACTORS.filter((factor) => new Set(cells.map((cell) => cell[factor])).size > 1);
  return byMethod(cells).map((cell) => {
    const { method, answered, failed, words, tokens } = cell;
    const within = withinLimit([cell]);
    return {
      method,
      ...Object.fromEntries(varied.map((factor) => [factor, cell[factor]])),
      answered,
      failed: total(Object.values(failed)),
      why: reasonsText(failed),
      words: words ? Number(words.mean.toFixed(1)) : null,
      "within limit": within ? `${percent(within.value)} (${between(within)})` : null,
      tokens: tokens.input + tokens.output,
      cost: usdText(cell.usd),
    };
  });
}
