import { keyedRng } from "corrigenda/rng";
import { sentences } from "corrigenda/text";
import type { Cells } from "./example.ts";

/** A made-up row; its question says so. */
export interface Variant extends Cells {
  /** From 1. */
  readonly variant: string;
}

const SENTENCES = { least: 10, more: 6 } as const;

/**
 * Rows for benches and tests: essays put together from the sentences of given ones, so that they have learners' errors and
 * repeat one another no more than essays do. Evaluation and band are those of the row that gave the question.
 */
export function* variantRows(rows: readonly Cells[], count: number, seed: number): Generator<Variant> {
  const pool = rows.flatMap(({ essay }) => {
    const text = (essay ?? "").replace(/\s+/g, " ");
    return sentences(text).map(({ start, end }) => text.slice(start, end));
  });
  for (let number = 1; number <= count; number++) {
    const rng = keyedRng(seed, "variant", number);
    const base = rng.pick(rows);
    const chosen = Array.from({ length: SENTENCES.least + rng.int(SENTENCES.more) }, () => rng.pick(pool));
    const paragraphs = [0, 1, 2].map((part) => chosen.filter((_, place) => place % 3 === part).join(" "));
    const prompt = `${base.prompt ?? ""} (variant ${number}, made up: ${rng.pick(pool).slice(0, 90)})`;
    const { evaluation, band } = base;
    yield { variant: String(number), prompt, essay: paragraphs.join("\n\n"), evaluation, band };
  }
}
