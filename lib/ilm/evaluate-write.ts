import type { writeLines } from "corrigenda/engine";
import type { Disk } from "corrigenda/files";
import { z } from "zod";
import { EVALUATED } from "./compare-read.ts";
import { testedOn } from "./evaluate-run.ts";
import { documentLosses, recoveredWords, type ScoreWith, scoredTokens } from "./evaluate-score.ts";
import { openExamples } from "./example-file.ts";
import type { Generator } from "./infill-generate.ts";
import type { Job } from "./plan-jobs.ts";
import { answersCut, cutCounts, cutWarning } from "./train-cut.ts";
import type { TokenSetup } from "./train-documents.ts";

const count = z.number().int().positive();

/** Where a model runs. */
export const placeFlags = {
  engine: z.enum(["ort", "tfjs", "ref"]).default("ort").describe("what runs the model"),
  device: z.enum(["cpu", "webgpu", "cuda", "tensorflow"]).default("cpu").describe("where; scripts/ilm/doctor.ts tells"),
  threads: count.optional().describe("of the processor"),
};

/** What is evaluated, on how much, and where. */
export const evaluateFlags = {
  model: z.string().optional().describe("only this model: C1, all, all-to-C1, average (default: every trained one)"),
  examplesPerDocument: count.default(4).describe("masked examples of a test document that are scored"),
  maxNumDocuments: count.optional().describe("documents of a test set at most"),
  wordDocuments: z.number().int().min(0).default(100).describe("documents of a test set whose words are recovered"),
  ...placeFlags,
};

/** Where an evaluation is written, and what tells the time. */
export interface EvaluationPlace {
  readonly root: Disk;
  /** Of the run. */
  readonly folder: string;
  readonly writeLines: typeof writeLines;
  readonly clock: { now(): number };
}

export interface Evaluated extends ScoreWith {
  readonly setup: TokenSetup;
  decode(ids: number[]): string;
  /** Recovers words; absent for a mixture, which writes nothing. */
  readonly generator?: Generator;
}

export interface EvaluationLimits {
  readonly examplesPerDocument: number;
  readonly maxNumDocuments?: number | undefined;
  readonly wordDocuments: number;
  readonly seed: number;
}

/** What an evaluation came to. */
export interface Evaluation {
  readonly outputs: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly tokensPerSecond: number;
  /** What is to be said of the level's own test set. */
  readonly warnings: readonly string[];
}

/**
 * Writes losses.jsonl and words.jsonl of a job's stage. @param tell gets test set and documents so far, and may throw to stop
 */
export async function evaluateModel(
  { root, folder, writeLines, clock }: EvaluationPlace,
  job: Job,
  { setup, decode, generator, ...scoring }: Evaluated,
  { examplesPerDocument: each, maxNumDocuments: documents, wordDocuments, seed }: EvaluationLimits,
  tell: (test: string, documents: number) => void,
): Promise<Evaluation> {
  const { model = "", fold } = job;
  const [cuts, warnings] = [{}, [] as string[]];
  const counts = { documents: 0, tokens: 0, words: 0 };
  const stage = `${folder}/${job.id}`;
  const tests = testedOn(job);
  const started = clock.now();
  await writeLines(root, `${stage}/${EVALUATED.losses}`, async function* () {
    for (const { test, stage: from } of tests) {
      const place = { model, test, ...(fold === undefined ? {} : { fold }) };
      await using examples = closing(await openExamples(root, `${folder}/${from}/test.ilm`));
      const cut = await answersCut(examples, setup, seed);
      Object.assign(cuts, cutCounts(test, cut));
      if (test === job.corpus) warnings.push(...cutWarning(`${test}'s test set`, cut, setup.length));
      for await (const record of documentLosses(scoring, examples, setup, place, { each, documents })) {
        counts.documents += 1;
        counts.tokens += scoredTokens(record);
        tell(test, counts.documents);
        yield JSON.stringify(record);
      }
    }
  });
  const seconds = Math.max(0.001, (clock.now() - started) / 1000);
  if (generator)
    await writeLines(root, `${stage}/${EVALUATED.words}`, async function* () {
      for (const { test, stage: from } of tests) {
        const place = { model, test, ...(fold === undefined ? {} : { fold }) };
        await using examples = closing(await openExamples(root, `${folder}/${from}/test.ilm`));
        for await (const record of recoveredWords(generator, examples, { setup, decode, seed }, place, wordDocuments)) {
          counts.words += 1;
          tell(`words of ${test}`, counts.documents);
          yield JSON.stringify(record);
        }
      }
    });
  const outputs = [EVALUATED.losses, ...(generator ? [EVALUATED.words] : [])];
  return { outputs, counts: { ...counts, ...cuts }, tokensPerSecond: counts.tokens / seconds, warnings };
}

function closing<T extends { close(): Promise<void> }>(file: T): T & AsyncDisposable {
  return { ...file, [Symbol.asyncDispose]: () => file.close() };
}
