import { StudyError } from "corrigenda/error";
import type { Interval } from "corrigenda/stats";
import { intervalOf, meanLog, type Quantity, quantity, ratioOf } from "./compare-quantity.ts";
import type { CellTally, LossTally, Measure } from "./perplexity.ts";
import { CORPORA, type Corpus, GENERAL, LEVELS, type Level } from "./plan.ts";

/** Perplexities of one model on one test set; null where no label of that kind was scored. Intervals: 95 %. */
export interface Cell {
  readonly model: string;
  readonly test: Corpus;
  /** With an answer. */
  readonly documents: number;
  readonly tokens: Readonly<Record<Measure, number>>;
  readonly perplexity: Readonly<Record<Measure, Interval | null>>;
}

/** Every model on every test set that it was evaluated on. */
export function matrixOf(tally: LossTally): Cell[] {
  return modelOrder(tally.models()).flatMap((model) =>
    CORPORA.flatMap((test) => {
      const cell = tally.cell(model, test);
      if (cell === undefined) return [];
      const of = (measure: Measure): Interval | null =>
        cell.tokens[measure] === 0 ? null : perplexityOf(cell.logs(measure));
      const perplexity = { context: of("context"), infill: of("infill"), infill_textonly: of("infill_textonly") };
      return [{ model, test, documents: cell.documents, tokens: cell.tokens, perplexity }];
    }),
  );
}

/** The six, lowest level first, then all others as they came. */
export function modelOrder(models: Iterable<string>): string[] {
  const found = new Set(models);
  return [...new Set([...CORPORA.filter((model) => found.has(model)), ...found])];
}

export function perplexityOf(logs: Quantity, level?: number): Interval {
  return intervalOf(
    quantity([logs], (log) => Math.exp(log)),
    level,
  );
}

/** ln of perplexity of models on one test set; undefined where one of them was not evaluated on it. */
export function logsOf(
  tally: LossTally,
  models: readonly string[],
  test: Corpus,
  measure: Measure = "infill",
): readonly Quantity[] | undefined {
  const cells: CellTally[] = [];
  for (const model of models) {
    const cell = tally.cell(model, test);
    if (cell === undefined || cell.tokens[measure] === 0) return undefined;
    cells.push(cell);
  }
  const other = cells.find(({ fingerprint }) => fingerprint !== cells[0]?.fingerprint);
  if (other !== undefined)
    throw new StudyError(
      "dataset",
      `models ${cells[0]?.model} and ${other.model} scored other tokens of test set ${test}; evaluate both on the same examples`,
      { facts: { documents: cells[0]?.documents ?? 0, others: other.documents } },
    );
  return cells.map((cell) => cell.logs(measure));
}

/** One level's model away from its own level. */
export interface Gap {
  readonly model: Level;
  readonly own: Interval;
  readonly others: readonly {
    readonly test: Level;
    readonly perplexity: Interval;
    /** Its perplexity here over that on its own level: also says that one test set is harder than another. */
    readonly ratio: Interval;
    /** Its perplexity here over that of this level's own model, on the same documents. */
    readonly excess: Interval;
  }[];
  /** Geometric mean of the ratios: 3 and more was wanted by the source. */
  readonly specificity: Interval;
  /** Geometric mean of the excesses. */
  readonly excess: Interval;
}

/** For each level's model that was evaluated on all levels. */
export function gapsOf(tally: LossTally, measure: Measure = "infill"): Gap[] {
  return LEVELS.flatMap((model) => {
    const own = logsOf(tally, [model], model, measure)?.[0];
    const others = LEVELS.filter((level) => level !== model).flatMap((test) => {
      const found = logsOf(tally, [model, test], test, measure);
      return found === undefined ? [] : [{ test, here: found[0] as Quantity, its: found[1] as Quantity }];
    });
    if (own === undefined || others.length < LEVELS.length - 1) return [];
    const [away, home] = [meanLog(others.map(({ here }) => here)), meanLog(others.map(({ its }) => its))];
    return [
      {
        ...{ model, own: perplexityOf(own) },
        others: others.map(({ test, here, its }) => ({
          ...{ test, perplexity: perplexityOf(here) },
          ...{ ratio: intervalOf(ratioOf(here, own)), excess: intervalOf(ratioOf(here, its)) },
        })),
        specificity: intervalOf(ratioOf(away, own)),
        excess: intervalOf(ratioOf(away, home)),
      },
    ];
  });
}

/** The general model on one level, over what it makes of all levels' texts together. */
export interface GeneralGap {
  readonly test: Level;
  readonly perplexity: Interval;
  readonly ratio: Interval;
}

export function generalGapsOf(tally: LossTally, measure: Measure = "infill"): GeneralGap[] {
  const own = logsOf(tally, [GENERAL], GENERAL, measure)?.[0];
  if (own === undefined) return [];
  return LEVELS.flatMap((test) => {
    const here = logsOf(tally, [GENERAL], test, measure)?.[0];
    if (here === undefined) return [];
    return [{ test, perplexity: perplexityOf(here), ratio: intervalOf(ratioOf(here, own)) }];
  });
}
