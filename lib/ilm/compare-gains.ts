import type { Interval } from "corrigenda/stats";
import { logsOf, perplexityOf } from "./compare-matrix.ts";
import { gainOf, intervalOf, type Quantity, ratioOf } from "./compare-quantity.ts";
import type { LossTally, Measure } from "./perplexity.ts";
import { GENERAL, LEVELS, type Level, type Plan } from "./plan.ts";
import { modelId } from "./plan-jobs.ts";

/** Of an interval that holds for all levels at once with 95 %. @see Bonferroni; Dunn 1961, JASA 56:52 */
export const JOINT = 1 - 0.05 / LEVELS.length;

/** A percentage with the interval that is shown, and the wider one that verdicts over all levels use. */
export interface Gained extends Interval {
  readonly joint: { readonly low: number; readonly high: number };
}

/** The general model against a level's own, on that level's test set. */
export interface Gain {
  readonly level: Level;
  readonly documents: number;
  readonly general: Interval;
  readonly specialised: Interval;
  /** (general / specialised - 1) × 100. */
  readonly gain: Gained;
  /** general / specialised. */
  readonly ratio: Interval;
  /** The level model that is best on this level, which need not be its own; the general one over it, in percent. */
  readonly best: string;
  readonly overBest: Gained;
}

/** For each level on which both were evaluated. */
export function gainsOf(tally: LossTally, measure: Measure = "infill"): Gain[] {
  return LEVELS.flatMap((level) => {
    const found = logsOf(tally, [GENERAL, level], level, measure);
    if (found === undefined) return [];
    const [general, own] = found as [Quantity, Quantity];
    const others = LEVELS.flatMap((model) => {
      const logs = logsOf(tally, [level, model], level, measure)?.[1];
      return logs === undefined ? [] : [{ model, logs }];
    });
    const best = others.reduce((a, b) => ((b.logs[0] as number) < (a.logs[0] as number) ? b : a), {
      model: level as string,
      logs: own,
    });
    return [
      {
        ...{ level, documents: tally.cell(level, level)?.documents ?? 0 },
        ...{ general: perplexityOf(general), specialised: perplexityOf(own) },
        ...{ gain: gained(gainOf(general, own)), ratio: intervalOf(ratioOf(general, own)) },
        ...{ best: best.model, overBest: gained(gainOf(general, best.logs)) },
      },
    ];
  });
}

/** Training that goes on from the general model, against the same without it. */
export interface Transfer {
  readonly level: Level;
  /** Training documents of the level; null: all. */
  readonly size: number | null;
  /** Test documents. */
  readonly documents: number;
  readonly direct: Interval;
  readonly transferred: Interval;
  readonly general: Interval | null;
  /** How much higher direct training's perplexity is, in percent. */
  readonly gain: Gained;
  /** How much higher the general model's is. */
  readonly overGeneral: Gained | null;
}

/** For each level and size of the plan that was evaluated, small sizes first. */
export function transfersOf(plan: Plan, tally: LossTally, measure: Measure = "infill"): Transfer[] {
  const sizes = [...(plan.transfer?.documents ?? [])].sort((a, b) => (a === "all" ? 1 : b === "all" ? -1 : a - b));
  return LEVELS.flatMap((level) =>
    sizes.flatMap((size): Transfer[] => {
      const documents = size === "all" ? undefined : size;
      const models = [modelId(level, { documents }), modelId(level, { fineTuned: true, documents })];
      const found = logsOf(tally, models, level, measure);
      if (found === undefined) return [];
      const [direct, transferred] = found as [Quantity, Quantity];
      const general = logsOf(tally, [modelId(level, { documents }), GENERAL], level, measure)?.[1];
      return [
        {
          ...{ level, size: documents ?? null, documents: tally.cell(models[0] as string, level)?.documents ?? 0 },
          ...{ direct: perplexityOf(direct), transferred: perplexityOf(transferred) },
          general: general === undefined ? null : perplexityOf(general),
          gain: gained(gainOf(direct, transferred)),
          overGeneral: general === undefined ? null : gained(gainOf(general, transferred)),
        },
      ];
    }),
  );
}

function gained(percent: Quantity): Gained {
  const { low, high } = intervalOf(percent, JOINT);
  return { ...intervalOf(percent), joint: { low, high } };
}
