import type { Metric, Metrics } from "corrigenda/results";
import { bootstrapAt, type Scores, scoresOf, wilson } from "corrigenda/stats";
import { z } from "zod";
import { baselineNames } from "./baseline.ts";
import { type DocumentFinds, documentFinds, type Named } from "./finds.ts";
import { type Gold, type PrefilterFinds, prefilterFinds } from "./gold.ts";
import { type NameRule, nameMatcher } from "./name-match.ts";
import { PROCESSES, type Process } from "./names.ts";
import { type OverrideCell, overrideMatrix, standing } from "./overrides.ts";
import type { Mention, PageRow } from "./records.ts";

export { baselineNames } from "./baseline.ts";
export * from "./chain.ts";
export * from "./evaluate-table.ts";
export * from "./finds.ts";
export * from "./gold.ts";
export * from "./name-match.ts";
export * from "./overrides.ts";

/** Who is evaluated: what stands after each process, and the lexical reader. */
export type System = Process | "baseline";
const RULES = ["exact", "fuzzy"] as const;
const LEVELS = ["mentions", "datasets"] as const;
export type Level = (typeof LEVELS)[number];

const RESAMPLES = 2_000;

export interface EvaluationInput {
  readonly gold: Gold;
  /** The last process with results. */
  readonly last: Process;
  readonly mentions: () => AsyncIterable<Mention>;
  readonly pages: () => AsyncIterable<PageRow>;
  readonly provider: string;
  readonly seed: number;
}

const share = z.number().min(0).max(1);

/** A line of evaluation/scores.jsonl. */
export const EvaluationRow = z.strictObject({
  system: z.enum([...PROCESSES, "baseline"]),
  level: z.enum(LEVELS),
  rule: z.enum(RULES),
  documents: z.number().int().nonnegative(),
  precision: share,
  recall: share,
  f1: share,
  /** Of F1, over documents; null where there are fewer than two. */
  low: share.nullable(),
  high: share.nullable(),
});
export type EvaluationRow = z.infer<typeof EvaluationRow>;

export interface Evaluation {
  readonly rows: readonly EvaluationRow[];
  readonly overrides: readonly OverrideCell[];
  readonly prefilter: PrefilterFinds;
  readonly names: readonly { document: string; system: System; rule: NameRule; name: string; what: string }[];
  readonly metrics: Metrics;
  /** Documents of the gold list that the run has, and those that it has not. */
  readonly documents: readonly string[];
  readonly absent: readonly string[];
}

/** Compares every stage and the lexical baseline with gold. Documents that gold does not know are left out. */
export async function evaluate({ gold, last, mentions, pages, provider, seed }: EvaluationInput): Promise<Evaluation> {
  const systems: System[] = [...PROCESSES.slice(0, PROCESSES.indexOf(last) + 1), "baseline"];
  const found = new Map(systems.map((system) => [system, new Map<string, Named[]>()]));
  const put = (system: System, document: string, named: readonly Named[]): void => {
    const own = found.get(system);
    const list = own?.get(document);
    if (list) list.push(...named);
    else own?.set(document, [...named]);
  };
  const seen = new Set<string>();
  for await (const { document, text } of pages()) {
    if (!gold.has(document)) continue;
    seen.add(document);
    put("baseline", document, baselineNames(text));
  }
  const matches = nameMatcher("fuzzy");
  const known = new Map([...gold].map(([document, sets]) => [document, sets.flatMap(({ names }) => names)]));
  const matrix = overrideMatrix((mention) =>
    known.get(mention.document)?.some((name) => namesOf(mention).some((own) => matches(own, name))),
  );
  for await (const mention of mentions()) {
    matrix.add(mention);
    if (!gold.has(mention.document)) continue;
    const [name = "", ...aliases] = namesOf(mention);
    for (const process of PROCESSES)
      if (standing(mention, process) === "valid") put(process, mention.document, [{ name, aliases }]);
  }
  const documents = [...gold.keys()].filter((document) => seen.has(document)).sort();
  const finds = systems.flatMap((system) =>
    RULES.map((rule) => {
      const of = (document: string): DocumentFinds =>
        documentFinds(found.get(system)?.get(document) ?? [], gold.get(document) ?? [], rule);
      return { system, rule, finds: documents.map(of) };
    }),
  );
  const prefilter = await prefilterFinds(pages(), gold);
  const numbers = metricsOf(finds, { last, provider, seed, prefilter });
  return {
    ...numbers,
    overrides: matrix.cells(),
    prefilter,
    documents,
    absent: [...gold.keys()].filter((document) => !seen.has(document)).sort(),
    names: finds.flatMap(({ system, rule, finds: own }) =>
      own.flatMap(({ names }, at) => names.map((one) => ({ document: documents[at] ?? "", system, rule, ...one }))),
    ),
  };
}

/** The words of the page first. */
function namesOf({ raw_name, harmonized_name, acronym }: Mention): string[] {
  return [raw_name, ...[harmonized_name, acronym].filter((name) => name !== null)];
}

interface SystemFinds {
  readonly system: System;
  readonly rule: NameRule;
  readonly finds: readonly DocumentFinds[];
}

interface MetricsPlace {
  readonly last: Process;
  readonly provider: string;
  readonly seed: number;
  readonly prefilter: PrefilterFinds;
}

function metricsOf(all: readonly SystemFinds[], { last, provider, seed, prefilter }: MetricsPlace) {
  const n = all[0]?.finds.length ?? 0;
  const interval = (statistic: (positions: ArrayLike<number>) => number) => {
    if (n < 2) return { low: null, high: null };
    const { low, high } = bootstrapAt(n, statistic, { seed, resamples: RESAMPLES });
    return { low, high };
  };
  const rows: EvaluationRow[] = [];
  const metrics: Metric[] = [];
  const answeredBy = (system: System): string => (system === "baseline" ? "no model: lexical baseline" : provider);
  for (const { system, rule, finds } of all) {
    for (const level of LEVELS) {
      const scores = pooled(finds, level, everyOne(n));
      for (const name of ["precision", "recall", "f1"] as const) {
        const { low, high } = interval((positions) => pooled(finds, level, positions)[name]);
        metrics.push({
          name: nameOf(system, level, rule, name),
          value: scores[name],
          low,
          high,
          n,
          unit: "share",
          provider: answeredBy(system),
        });
        if (name === "f1") rows.push({ system, level, rule, documents: n, ...scores, low, high });
      }
    }
  }
  for (const rule of RULES) {
    const of = (system: System) => all.find((one) => one.system === system && one.rule === rule)?.finds ?? [];
    const [model, baseline] = [of(last), of("baseline")];
    const difference = (positions: ArrayLike<number>): number =>
      pooled(model, "datasets", positions).f1 - pooled(baseline, "datasets", positions).f1;
    const ends = interval(difference);
    metrics.push({
      name: `${last} minus baseline: data sets, ${rule} names, F1`,
      value: difference(everyOne(n)),
      ...ends,
      n,
      unit: "difference of shares",
      provider,
    });
  }
  const recall = wilson(prefilter.kept, prefilter.withGold);
  metrics.push({
    name: "pages with a gold name that the prefilter keeps",
    ...recall,
    n: prefilter.withGold,
    unit: "share",
    provider: "no model: prefilter",
  });
  const headline = metrics.find(({ name }) => name === nameOf(last, "datasets", "fuzzy", "f1"));
  return {
    rows,
    metrics: { headline: headline ?? (metrics[0] as Metric), metrics: metrics.filter((one) => one !== headline) },
  };
}

function nameOf(system: System, level: Level, rule: NameRule, score: keyof Scores): string {
  return `${system}: ${level === "datasets" ? "data sets" : "mentions"}, ${rule} names, ${score === "f1" ? "F1" : score}`;
}

function everyOne(n: number): Uint32Array {
  return Uint32Array.from({ length: n }, (_, at) => at);
}

/** Scores over documents, their counts summed; a document that is drawn twice counts twice. */
export function pooled(finds: readonly DocumentFinds[], level: Level, positions: ArrayLike<number>): Scores {
  const sum = { found: 0, right: 0, known: 0, reached: 0, hits: 0, extra: 0, missed: 0 };
  for (let at = 0; at < positions.length; at++) {
    const one = finds[positions[at] ?? -1];
    if (!one) continue;
    sum.found += one.mentions.found;
    sum.right += one.mentions.right;
    sum.known += one.mentions.known;
    sum.reached += one.mentions.reached;
    sum.hits += one.datasets.hits;
    sum.extra += one.datasets.extra;
    sum.missed += one.datasets.missed;
  }
  if (level === "datasets") return scoresOf(sum);
  const precision = sum.found === 0 ? 0 : sum.right / sum.found;
  const recall = sum.known === 0 ? 0 : sum.reached / sum.known;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
