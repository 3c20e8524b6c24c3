import { type Interval, wilson } from "corrigenda/stats";
import { EXPECTED_COUNTS } from "./answers.ts";
import type { Row } from "./data/index.ts";
import type { Experiment } from "./experiment.ts";
import { METHODS } from "./methods.ts";
import { hasAnswer, type RecordContext, type StructuredRecord } from "./record.ts";

/** One number of a run with its 95 % interval. */
export interface Metric extends Interval {
  readonly name: string;
  readonly n: number;
  readonly unit: string;
  readonly provider: string;
}

/** What came of one method, model, input and length. */
export interface CellSummary {
  readonly method: string;
  readonly model: string;
  readonly input: string;
  readonly length: string;
  readonly answered: number;
  /** Failures by reason. */
  readonly failed: Readonly<Record<string, number>>;
  /** Answers that hold something odd. */
  readonly noted: number;
  /** Words of explanation_en; undefined for knowledge tasks and where nothing was answered. */
  readonly words:
    | { readonly mean: number; readonly limit: number | undefined; readonly within: number; readonly n: number }
    | undefined;
  /** Mean number of entries of each list, and how many a full answer has. */
  readonly counts: Readonly<Record<string, { readonly mean: number; readonly expected: number }>>;
  readonly tokens: {
    readonly input: number;
    readonly cached: number;
    readonly output: number;
    readonly reasoning: number;
  };
  /** US dollars. */
  readonly usd: number;
}

export interface Summary {
  readonly headline: Metric;
  readonly metrics: readonly Metric[];
  readonly cells: readonly CellSummary[];
}

/**
 * The numbers of a run as metrics.json holds them. Where rows come from sentences with several edits, those that are
 * the only edit of theirs are counted apart as well: nothing else in the sentence can have helped or misled.
 */
export async function metricsOf(
  { experiment, provider }: RecordContext,
  records: AsyncIterable<StructuredRecord> | Iterable<StructuredRecord>,
  rows: readonly Row[],
): Promise<{ headline: Metric; metrics: Metric[] }> {
  const single = new Set(rows.filter((row) => row.single_edit).map(({ index }) => index));
  const knowledge = knowledgeNames(experiment);
  const apart = { hits: 0, n: 0 };
  const watched = async function* (): AsyncGenerator<StructuredRecord> {
    for await (const record of records) {
      if (single.has(record.data_index ?? -1) && !knowledge.has(record.method ?? "")) {
        apart.n += 1;
        if (hasAnswer(record)) apart.hits += 1;
      }
      yield record;
    }
  };
  const { headline, metrics } = await summarize(experiment, provider, watched());
  if (apart.n === 0) return { headline, metrics: [...metrics] };
  const name = `${headline.name}: rows with a single edit`;
  const one = { name, ...wilson(apart.hits, apart.n), n: apart.n, unit: "share", provider };
  return { headline, metrics: [one, ...metrics] };
}

function knowledgeNames({ levels }: Experiment): Set<string> {
  return new Set(levels.method.filter(({ code }) => METHODS[code].kind === "knowledge").map(({ name }) => name));
}

/** The numbers of a run, in one pass over its records. @param provider who answered, for the metrics */
export async function summarize(
  experiment: Experiment,
  provider: string,
  records: AsyncIterable<StructuredRecord> | Iterable<StructuredRecord>,
): Promise<Summary> {
  const limits = new Map(experiment.levels.length.map(({ name, words }) => [name, words]));
  const tallies = new Map<string, Tally>();
  for await (const record of records) {
    const key = JSON.stringify([record.method, record.model_type, record.input_type, record.output_length]);
    const tally = tallies.get(key) ?? newTally(record, limits.get(record.output_length ?? ""));
    tallies.set(key, tally);
    count(tally, record);
  }
  const cells = [...tallies.values()].map(cellSummary);
  const knowledge = knowledgeNames(experiment);
  const share = (
    name: string,
    of: readonly CellSummary[],
    hits: (cell: CellSummary) => number,
    n: (cell: CellSummary) => number,
  ): Metric => {
    const total = sum(of.map(n));
    return { name, ...wilson(sum(of.map(hits)), total), n: total, unit: "share", provider };
  };
  const explained = cells.filter(({ method }) => !knowledge.has(method));
  const methods = [...new Set(cells.map(({ method }) => method))];
  return {
    headline: share("explanations that parse", explained, ({ answered }) => answered, asked),
    metrics: [
      ...methods.map((method) =>
        share(`replies that parse: ${method}`, only(cells, method), ({ answered }) => answered, asked),
      ),
      ...methods
        .filter((method) => only(explained, method).some(hasLimit))
        .map((method) =>
          share(`within the word limit: ${method}`, only(explained, method).filter(hasLimit), within, answeredWords),
        ),
    ],
    cells,
  };
}

const asked = ({ answered, failed }: CellSummary): number => answered + sum(Object.values(failed));
const hasLimit = ({ words }: CellSummary): boolean => words?.limit !== undefined;
const within = ({ words }: CellSummary): number => words?.within ?? 0;
const answeredWords = ({ words }: CellSummary): number => words?.n ?? 0;
const only = (cells: readonly CellSummary[], method: string): CellSummary[] =>
  cells.filter((cell) => cell.method === method);

interface Tally {
  readonly of: Pick<CellSummary, "method" | "model" | "input" | "length">;
  readonly limit: number | undefined;
  answered: number;
  noted: number;
  explanations: number;
  words: number;
  within: number;
  usd: number;
  readonly failed: Map<string, number>;
  /** Entries in all answers together, and the number of answers that have the list. */
  readonly entries: Map<keyof typeof EXPECTED_COUNTS, { total: number; answers: number }>;
  readonly tokens: { input: number; cached: number; output: number; reasoning: number };
}

function newTally(record: StructuredRecord, limit: number | undefined): Tally {
  const named = (name: string | undefined): string => name ?? "unknown";
  return {
    of: {
      method: named(record.method),
      model: named(record.model_type),
      input: named(record.input_type),
      length: named(record.output_length),
    },
    limit,
    answered: 0,
    noted: 0,
    explanations: 0,
    words: 0,
    within: 0,
    usd: 0,
    failed: new Map(),
    entries: new Map(),
    tokens: { input: 0, cached: 0, output: 0, reasoning: 0 },
  };
}

function count(tally: Tally, record: StructuredRecord): void {
  const { content_payload: payload, tokens, usd } = record;
  tally.usd += usd ?? 0;
  for (const kind of ["input", "cached", "output", "reasoning"] as const) tally.tokens[kind] += tokens?.[kind] ?? 0;
  if (!hasAnswer(record)) {
    const reason = String(payload.reason ?? "unknown");
    tally.failed.set(reason, (tally.failed.get(reason) ?? 0) + 1);
    return;
  }
  tally.answered += 1;
  if (record.notes.length > 0) tally.noted += 1;
  if (typeof payload.explanation_en === "string") countWords(tally, payload.explanation_en);
  for (const list of Object.keys(EXPECTED_COUNTS) as (keyof typeof EXPECTED_COUNTS)[]) {
    const values = payload[list];
    if (!Array.isArray(values)) continue;
    const { total, answers } = tally.entries.get(list) ?? { total: 0, answers: 0 };
    tally.entries.set(list, { total: total + values.length, answers: answers + 1 });
  }
}

/** Words of an explanation: runs of characters without white space. */
export function wordCount(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

function countWords(tally: Tally, text: string): void {
  const words = wordCount(text);
  tally.explanations += 1;
  tally.words += words;
  if (tally.limit !== undefined && words <= tally.limit) tally.within += 1;
}

function cellSummary(tally: Tally): CellSummary {
  const { explanations, words, within, limit } = tally;
  return {
    ...tally.of,
    answered: tally.answered,
    failed: Object.fromEntries([...tally.failed].sort(([a], [b]) => (a < b ? -1 : 1))),
    noted: tally.noted,
    words: explanations === 0 ? undefined : { mean: words / explanations, limit, within, n: explanations },
    counts: Object.fromEntries(
      [...tally.entries].map(([list, { total, answers }]) => [
        list,
        { mean: total / answers, expected: EXPECTED_COUNTS[list] },
      ]),
    ),
    tokens: tally.tokens,
    usd: tally.usd,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
