import { z } from "zod";
import { contextIndex } from "./context.ts";
import type { Algorithm, Belief, State } from "./policy-algorithm.ts";
import { drawWinner } from "./policy-draws.ts";
import type { PolicyOptions } from "./policy-options.ts";
import { type Fit, fitPooled, type Spread } from "./policy-pooled-fit.ts";
import { normalWinners } from "./policy-quadrature.ts";
import { emptyRow, loadRows, type Row, type Rows, saveRows, sumAt, withRow } from "./policy-table.ts";
import type { RtsContext } from "./types.ts";

/** What was seen, and what all contexts together taught when they were last looked at together. */
export interface Pool extends State {
  readonly rows: Rows;
  readonly fitted: {
    readonly version: number;
    readonly rows: Rows;
    readonly spread: Spread | undefined;
    readonly fit: Fit;
  };
}

/**
 * Gaussian Thompson sampling in which contexts share strength: a template's worth in a context is a template effect, a context
 * effect and a small interaction. Between two fits of the whole, a context learns from its own rewards, starting at the last fit.
 */
export function pooled(options: PolicyOptions, known: number): Algorithm<Pool> {
  const size = options.actions.length;
  const noise = options.noise ** 2;
  const empty = emptyRow(size);
  const fittedAt = (rows: Rows, version: number, spread?: Spread): Pool["fitted"] => ({
    version,
    rows,
    spread,
    fit: fitPooled(rows, size, known, noise, spread),
  });
  const beliefs = (pool: Pool, context: RtsContext): Required<Belief> =>
    beliefOf(pool, contextIndex(context), empty, noise);
  return {
    start: { version: 0, rows: [], fitted: fittedAt([], 0) },
    beliefs,
    propensities: (pool, context) => normalWinners({ ...beliefs(pool, context), known }),
    draw: (pool, context, rng) => drawWinner(beliefs(pool, context), known, rng),
    observe: (pool, context, action, reward) => {
      const rows = withRow(pool.rows, contextIndex(context), empty, action, action === known ? 0 : reward);
      const version = pool.version + 1;
      const due = version >= nextFit(pool.fitted.version);
      return { version, rows, fitted: due ? fittedAt(rows, version, pool.fitted.fit.spread) : pool.fitted };
    },
    save: ({ rows, fitted }) => ({
      rows: saveRows(rows),
      fitted: {
        version: fitted.version,
        rows: saveRows(fitted.rows),
        spread: fitted.spread ? { ...fitted.spread } : undefined,
      },
    }),
    load: (saved, version) => {
      const { rows, fitted } = Saved.parse(saved);
      return {
        version,
        rows: loadRows(rows, size),
        fitted: fittedAt(loadRows(fitted.rows, size), fitted.version, fitted.spread),
      };
    },
    stats: ({ fitted }) => ({ last_fit: fitted.version }),
  };
}

const variance = z.number().positive();
const Saved = z.strictObject({
  rows: z.unknown(),
  fitted: z.strictObject({
    version: z.number().int().min(0),
    rows: z.unknown(),
    spread: z.strictObject({ template: variance, context: variance, interaction: variance }).optional(),
  }),
});

/** The version of the fit after one at `version`: often at first, then after a sixteenth more observations. */
function nextFit(version: number): number {
  return version + Math.max(32, Math.floor(version / 16));
}

function beliefOf({ rows, fitted }: Pool, place: number, empty: Row, noise: number): Required<Belief> {
  const { means, precisions } = fitted.fit.cells[place] as Fit["cells"][number];
  const now = rows[place] ?? empty;
  const before = fitted.rows[place] ?? empty;
  const found = { means: new Array<number>(means.length), sds: new Array<number>(means.length) };
  for (let at = 0; at < means.length; at++) {
    const first = precisions[at] as number;
    const n = (now.n[at] as number) - (before.n[at] as number);
    const sum = sumAt(now, at) - sumAt(before, at);
    const precision = first + n / noise;
    found.means[at] = ((means[at] as number) * first + sum / noise) / precision;
    found.sds[at] = 1 / Math.sqrt(precision);
  }
  return found;
}
