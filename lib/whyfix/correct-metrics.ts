import { type BootstrapOptions, bootstrap, type Estimate, wilson } from "corrigenda/stats";
import {
  correctionCounts,
  correctionScore,
  type EditCounts,
  type GleuCounts,
  gleuCounts,
  gleuOf,
  spanEdits,
  tokens,
} from "corrigenda/text";
import type { CorrectionRecord } from "./correct.ts";
import type { Metric } from "./summary.ts";

/** What the corpus scores of one rewrite are made of. */
interface Rewrite {
  readonly model: { readonly gleu: GleuCounts; readonly edits: EditCounts };
  readonly copy: { readonly gleu: GleuCounts; readonly edits: EditCounts };
}

const SEED = "whyfix corrections";
const RESAMPLES = 1_000;

/**
 * The numbers of the corrections, with their 95 % intervals: shares by Wilson, GLEU and F0.5 by a bootstrap that draws
 * whole sentences of the data set. The copy is the learner's sentence as it stands; a row without an answer counts as one.
 */
export async function correctionMetrics(
  provider: string,
  records: AsyncIterable<CorrectionRecord> | Iterable<CorrectionRecord>,
): Promise<{ headline: Metric; metrics: Metric[] }> {
  const hits = { exact: 0, lemma: 0, found: 0, answered: 0, unchanged: 0 };
  const rewrites: Rewrite[] = [];
  const clusters: string[] = [];
  for await (const record of records) {
    for (const name of ["exact", "lemma", "found"] as const) hits[name] += Number(record[name]);
    hits.answered += Number(record.proposed !== null);
    hits.unchanged += Number(record.proposed?.corrected_sentence.trim() === record.learner_sentence.trim());
    rewrites.push(rewriteOf(record));
    clusters.push(record.sentence_in_dataset);
  }
  const share = (name: string, count: number, n: number): Metric => ({
    ...{ name, ...wilson(count, n), n, unit: "share", provider },
  });
  const n = rewrites.length;
  return {
    headline: share("corrections: the editor's word, exactly", hits.exact, n),
    metrics: [
      share("corrections: the editor's word or another form of it", hits.lemma, n),
      share("corrections: the learner's word found", hits.found, n),
      share("corrections: replies that parse", hits.answered, n),
      share("corrections: answers that change nothing", hits.unchanged, Math.max(1, hits.answered)),
      ...corpusMetrics(rewrites, { seed: SEED, resamples: RESAMPLES, method: "percentile", clusters }, provider),
    ],
  };
}

function rewriteOf({ learner_sentence, editor_sentence, proposed }: CorrectionRecord): Rewrite {
  const [source, reference] = [tokens(learner_sentence), tokens(editor_sentence)];
  const rewrite = proposed === null ? source : tokens(proposed.corrected_sentence);
  const annotators = [spanEdits(source, reference)];
  const one = (hypothesis: readonly string[]) => ({
    gleu: gleuCounts(source, reference, hypothesis),
    edits: correctionCounts([{ edits: spanEdits(source, hypothesis), annotators }]),
  });
  return { model: one(rewrite), copy: one(source) };
}

function corpusMetrics(rewrites: readonly Rewrite[], options: BootstrapOptions, provider: string): Metric[] {
  if (rewrites.length === 0) return [];
  const gleu = (who: keyof Rewrite) => (some: readonly Rewrite[]) => gleuOf(some.map((one) => one[who].gleu));
  const edit = (who: keyof Rewrite, of: "precision" | "recall" | "f") => (some: readonly Rewrite[]) =>
    correctionScore(summed(some.map((one) => one[who].edits)))[of];
  const metric = (name: string, statistic: (some: readonly Rewrite[]) => number): Metric => {
    const { value, low, high }: Estimate = bootstrap(rewrites, statistic, options);
    return { name: `corrections: ${name}`, value, low, high, n: rewrites.length, unit: "score in 0 to 1", provider };
  };
  return [
    metric("GLEU", gleu("model")),
    metric("GLEU of the copy", gleu("copy")),
    metric("GLEU less the copy's", (some) => gleu("model")(some) - gleu("copy")(some)),
    metric("F0.5 of edits", edit("model", "f")),
    metric("precision of edits", edit("model", "precision")),
    metric("recall of edits", edit("model", "recall")),
    metric("F0.5 of edits of the copy", edit("copy", "f")),
  ];
}

function summed(counts: readonly EditCounts[]): EditCounts {
  let [hits, extra, missed] = [0, 0, 0];
  for (const one of counts) {
    hits += one.hits;
    extra += one.extra;
    missed += one.missed;
  }
  return { hits, extra, missed };
}
