import { keyedRng } from "corrigenda/rng";
import { z } from "zod";
import { completeBands, isBand, overallOf, readBand } from "./bands.ts";
import type { PerCriterion } from "./criteria.ts";
import { evaluationBands } from "./evaluation.ts";

/** The columns of the dataset; all are texts there, and any may be missing. */
export const COLUMNS = ["prompt", "essay", "evaluation", "band"] as const;
export type Cells = Readonly<Record<(typeof COLUMNS)[number], string | null>>;

const Band = z.number().refine(isBand);

/** A row that can become a training example. */
export const Example = z.strictObject({
  /** From 0, in the dataset. */
  row: z.number().int(),
  /** The question; "" where the dataset has none. */
  prompt: z.string(),
  essay: z.string(),
  overall: Band,
  overallFrom: z.enum(["band", "below 4", "unreadable", "missing", "criteria"]),
  /** In the order of CRITERIA; their official mean is `overall`. */
  bands: z.tuple([Band, Band, Band, Band]),
  /** Criteria that the evaluation named, and how many of them had to move to agree with `overall`. */
  named: z.number().int(),
  moved: z.number().int(),
});
export type Example = z.infer<typeof Example>;

/** Characters of an essay that a scorer takes (score_request.v1). */
const MOST_CHARS = 20_000;
const LEAST_WORDS = 10;

export interface MapOptions {
  readonly row: number;
  readonly seed: number;
  /** The four criteria of the evaluation stand as they are, and the overall band is their mean. */
  readonly trustEvaluation: boolean;
}

export type Mapped =
  | { readonly ok: true; readonly example: Example }
  | { readonly ok: false; readonly row: number; readonly reason: string };

/** A row of the dataset as an example, or the reason why it is none. */
export function mapRow(cells: Cells, { row, seed, trustEvaluation }: MapOptions): Mapped {
  const [prompt, essay] = [(cells.prompt ?? "").trim(), (cells.essay ?? "").trim()];
  const refuse = (reason: string): Mapped => ({ ok: false, row, reason });
  if (essay === "") return refuse("no essay");
  if (essay.split(/\s+/).length < LEAST_WORDS) return refuse("essay of fewer than 10 words");
  if (essay.length > MOST_CHARS) return refuse("essay of more than 20,000 characters");
  const known = evaluationBands(cells.evaluation ?? "");
  const named = known.filter((band) => band !== undefined).length;
  const common = { row, prompt, essay, named };
  if (trustEvaluation && isWhole(known)) {
    const overall = overallOf(known);
    return { ok: true, example: { ...common, overall, overallFrom: "criteria", bands: [...known], moved: 0 } };
  }
  const { band: overall, from: overallFrom } = readBand(cells.band);
  const { bands, moved } = completeBands(overall, known, keyedRng(seed, "criteria", row));
  return { ok: true, example: { ...common, overall, overallFrom, bands: [...bands], moved } };
}

function isWhole(known: PerCriterion<number | undefined>): known is PerCriterion<number> {
  return known.every((band) => band !== undefined);
}

/** The rows that a sample of n keeps: shuffled by the seed, the first n. All where n is absent or as many. */
export function sampledRows(total: number, n: number | undefined, seed: number): ReadonlySet<number> | "all" {
  if (n === undefined || n >= total) return "all";
  const rows = Array.from({ length: total }, (_, row) => row);
  return new Set(keyedRng(seed, "sample").shuffle(rows).slice(0, n));
}
