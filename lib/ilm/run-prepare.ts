import type { LearnerText, RowOrBad } from "corrigenda/dataset";
import type { Disk } from "corrigenda/files";
import { corpusBlocks } from "./corpus-blocks.ts";
import { type CorpusFlags, corpusRecord, planCorpus } from "./corpus-plan.ts";
import { SPLITS } from "./corpus-split.ts";
import { survey } from "./corpus-survey.ts";
import { corpusWriter } from "./corpus-write.ts";
import { writeExamples } from "./example-write.ts";
import { type CorpusBlock, inOrder, type MaskedBlock, type MaskPlan } from "./mask-corpus.ts";
import { SOURCE_LIMITS } from "./mask-document.ts";
import { GENERAL, type Plan } from "./plan.ts";
import type { Job } from "./plan-jobs.ts";

const RATIOS = { trainRatio: 0.8, validRatio: 0.1, testRatio: 0.1 };

/** What a plan's step made, for its manifest. */
export interface Prepared {
  readonly outputs: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** The texts of a corpus job: its plan's, unless its model has its own. */
export function jobData({ data, models }: Plan, { corpus }: Job): Plan["data"] {
  return models.find(({ level }) => level === corpus)?.data ?? data;
}

/** What decides the files of a corpus or examples job. */
export function prepareRecord(plan: Plan, job: Job) {
  const { seed, split, examplesPerDocument, maskProbability } = plan;
  const masks = job.kind === "examples" ? { examplesPerDocument, maskProbability } : jobData(plan, job);
  return JSON.parse(JSON.stringify({ corpus: job.corpus, fold: job.fold, seed, split, ...masks }));
}

/** Writes train.txt, valid.txt, test.txt and corpus.json. @param folder a disk with the job's folder as its root */
export async function writeCorpus(
  folder: Disk,
  rows: AsyncIterable<RowOrBad<LearnerText>>,
  plan: Plan,
  job: Job,
  tell: (documents: number) => void,
): Promise<Prepared> {
  await using writer = await corpusWriter(folder);
  const cefrLevel = job.corpus === GENERAL ? undefined : job.corpus;
  const flags: CorpusFlags = {
    ...RATIOS,
    ...{ cefrLevel, seed: plan.seed, nested: plan.split !== "source", lang: jobData(plan, job).lang, fold: job.fold },
  };
  const read = await survey(rows, {
    language: flags.lang,
    keep: (number, { row, text }) => {
      tell(number);
      return cefrLevel === undefined || row.level === cefrLevel ? writer.documents.add(number, text) : undefined;
    },
  });
  const corpus = planCorpus(read, flags);
  const files = await writer.write(corpus.splits, read.length);
  const record = corpusRecord(read, corpus, files, flags);
  await folder.write("corpus.json", `${JSON.stringify(record, null, 2)}\n`);
  const { documents } = corpus.statistics;
  return { outputs: [...files.map(({ file }) => file), "corpus.json"], counts: { rows: read.rows, documents } };
}

/** What masks blocks side by side, by a plan of masks that is the same for all corpora of a plan. */
export type MaskThreads = (plan: MaskPlan) => readonly ((block: CorpusBlock) => Promise<MaskedBlock>)[];

/** Writes train.ilm, valid.ilm and test.ilm, each of its own split; counts are those of training. */
export async function writeMasks(
  folder: Disk,
  corpus: Disk,
  plan: Plan,
  threads: MaskThreads,
  tell: (documents: number) => void,
): Promise<Prepared> {
  const limits = { ...SOURCE_LIMITS, examples: plan.examplesPerDocument };
  const masks = {
    maskClass: "ilm.mask.hierarchical.MaskHierarchical",
    p: plan.maskProbability,
    seed: plan.seed,
    limits,
  };
  const workers = threads(masks);
  let counts = {};
  for (const split of SPLITS) {
    const masked = inOrder(corpusBlocks(corpus.read(`${split}.txt`)), workers);
    const told = { plan: masks, rng: "keyed", source: `${split}.txt`, split } as const;
    const { totals } = await writeExamples(folder, `${split}.ilm`, told, masked, ({ documents }) => tell(documents));
    if (split === "train") counts = { documents: totals.documents, examples: totals.examples };
  }
  return { outputs: SPLITS.map((split) => `${split}.ilm`), counts };
}
