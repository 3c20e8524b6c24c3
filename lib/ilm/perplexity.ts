import { StudyError } from "corrigenda/error";
import { sha256 } from "corrigenda/json";
import { type RatioStream, ratioStream } from "corrigenda/stats";
import { levelGuesser } from "./perplexity-guess.ts";
import { LOSS_KINDS, type LossKind, type LossRecord } from "./perplexity-record.ts";
import type { Corpus } from "./plan.ts";

/** The source's three perplexities, by the labels that they are over. @see Donahue, Lee & Liang 2020, section 4 */
export const MEASURES = {
  context: ["context"],
  infill: ["infill", "special"],
  infill_textonly: ["infill"],
} as const satisfies Readonly<Record<string, readonly LossKind[]>>;
export type Measure = keyof typeof MEASURES;
export const MEASURE_NAMES = Object.keys(MEASURES) as readonly Measure[];

const KINDS = Object.keys(LOSS_KINDS) as readonly LossKind[];

/** One model on one test set: sums over documents, and those of the resamples. */
export interface CellTally {
  readonly model: string;
  readonly test: Corpus;
  /** Documents with an answer: those that intervals are over. */
  readonly documents: number;
  readonly tokens: Readonly<Record<Measure, number>>;
  /** Equal for two models that scored the same tokens of the same documents, in any order. */
  readonly fingerprint: number;
  /**
   * [resamples + 1] mean loss in nats, ln of perplexity: of all documents, then of each resample. The resamples of two
   * models draw the same documents, so their differences are paired.
   */
  logs(measure: Measure): Float64Array;
  readonly streams: Readonly<Record<LossKind, RatioStream>>;
}

export interface LossTally {
  /** Throws StudyError "dataset" where a document comes twice or behind a later one. */
  add(record: LossRecord): void;
  cell(model: string, test: Corpus): CellTally | undefined;
  /** In the order in which they were seen. */
  models(): readonly string[];
}

interface Mutable {
  documents: number;
  fingerprint: number;
  readonly last: Map<number, number>;
  readonly streams: Readonly<Record<LossKind, RatioStream>>;
}

/** Adds up loss records as they stream by; memory grows with models and test sets, not with documents. */
export function lossTally(seed: number | string, resamples = 1000): LossTally {
  const cells = new Map<string, Mutable>();
  const guess = levelGuesser();
  const models = new Set<string>();
  const add = (record: LossRecord): void => {
    const { model, test, fold = 0, document, losses } = record;
    models.add(model);
    const key = `${model}/${test}`;
    const cell = cells.get(key) ?? fresh(seed, resamples);
    cells.set(key, cell);
    if (document <= (cell.last.get(fold) ?? -1))
      throw new StudyError(
        "dataset",
        `model ${model}, test set ${test}: document ${document} comes twice or out of order; evaluate this model again`,
      );
    cell.last.set(fold, document);
    const id = `${test}/${fold}/${document}`;
    const counts = KINDS.map((kind) => losses[kind].count);
    cell.fingerprint = (cell.fingerprint + Number.parseInt(sha256(`${id}/${counts}`).slice(0, 12), 16)) % 2 ** 52;
    if (losses.infill.count + losses.special.count > 0) cell.documents += 1;
    for (const kind of KINDS)
      if (losses[kind].count > 0) cell.streams[kind].add(id, losses[kind].sum, losses[kind].count);
  };
  return {
    add: (record) => {
      add(record);
      const guessed = guess(record);
      if (guessed) add(guessed);
    },
    cell: (model, test) => {
      const found = cells.get(`${model}/${test}`);
      return found && cellOf(model, test, found);
    },
    models: () => [...models],
  };
}

function fresh(seed: number | string, resamples: number): Mutable {
  // One seed for all kinds and models: every stream takes a document equally often.
  const stream = (): RatioStream => ratioStream(seed, resamples);
  const streams = { context: stream(), infill: stream(), special: stream() };
  return { documents: 0, fingerprint: 0, last: new Map(), streams };
}

function cellOf(model: string, test: Corpus, { documents, fingerprint, streams }: Omit<Mutable, "last">): CellTally {
  const all = (kind: LossKind): number => streams[kind].sums.denominators[0] as number;
  const tokens = (measure: Measure): number => MEASURES[measure].reduce((sum, kind) => sum + all(kind), 0);
  return {
    ...{ model, test, documents, fingerprint, streams },
    tokens: {
      context: tokens("context"),
      infill: tokens("infill"),
      infill_textonly: tokens("infill_textonly"),
    },
    logs: (measure) => {
      const joined = MEASURES[measure].map((kind) => streams[kind]).reduce((a, b) => a.merged(b));
      const { numerators, denominators } = joined.sums;
      return numerators.map((sum, at) => sum / (denominators[at] as number));
    },
  };
}

/** Several test sets as one, each token as heavy as any other: other documents in each, of course. */
export function pooledCell(cells: readonly CellTally[], model: string, test: Corpus): CellTally | undefined {
  const [first, ...others] = cells;
  if (first === undefined) return undefined;
  const streams = others.reduce(
    (sum, { streams }) => ({
      context: sum.context.merged(streams.context),
      infill: sum.infill.merged(streams.infill),
      special: sum.special.merged(streams.special),
    }),
    first.streams,
  );
  const documents = cells.reduce((sum, one) => sum + one.documents, 0);
  const fingerprint = cells.reduce((sum, one) => (sum + one.fingerprint) % 2 ** 52, 0);
  return cellOf(model, test, { documents, fingerprint, streams });
}
