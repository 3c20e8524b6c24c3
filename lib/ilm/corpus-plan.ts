import { StudyError } from "corrigenda/error";
import { z } from "zod";
import { chosenDocuments, type Documents, sortedLevels } from "./corpus-sample.ts";
import { nestedSplit, type SplitDocuments, splitDocuments } from "./corpus-split.ts";
import { type CorpusStatistics, corpusStatistics } from "./corpus-statistics.ts";
import type { Survey } from "./corpus-survey.ts";
import type { SplitFile } from "./corpus-write.ts";

const ratio = z.number().min(0).max(1);

/** What a corpus is made of; the source's flags and defaults, and three of ours. */
export const corpusFlags = {
  cefrLevel: z.string().optional().describe("only this level: A1, A2, B1, B2, C1"),
  sampleSize: z.number().int().positive().optional().describe("documents, drawn by level and first language"),
  trainRatio: ratio.default(0.8).describe("share of train.txt"),
  validRatio: ratio.default(0.1).describe("share of valid.txt"),
  testRatio: ratio.default(0.1).describe("share of test.txt"),
  seed: z.number().int().min(0).max(0xffffffff).default(0).describe("sample and shuffle"),
  lang: z.string().optional().describe("only texts in this language: DE, IT, CZ, EN"),
  nested: z.boolean().default(false).describe("split by level, so that the general model never trains on a test text"),
  fold: z
    .number()
    .int()
    .min(0)
    .max(4)
    .optional()
    .describe("0 to 4: levels under 100 texts are tested by fifths (nested)"),
};
const Flags = z.object(corpusFlags);
export type CorpusFlags = z.infer<typeof Flags>;

export interface CorpusPlan {
  readonly statistics: CorpusStatistics;
  readonly splits: SplitDocuments;
}

/** Which documents go where. Throws StudyError "config", "dataset". */
export function planCorpus(survey: Survey, flags: CorpusFlags): CorpusPlan {
  const { cefrLevel: level, sampleSize, seed, fold } = flags;
  if (survey.level.length === 0)
    throw new StudyError("dataset", `none of the ${survey.rows} rows is a document${leftText(survey)}; check the file`);
  const documents = chosenDocuments(survey, { level, sampleSize, seed });
  const ratios = [flags.trainRatio, flags.validRatio, flags.testRatio] as const;
  const splits =
    flags.nested || fold !== undefined
      ? nestedSplit(byLevel(survey, documents), { ratios, seed, fold })
      : splitDocuments(documents, ratios, seed);
  return { statistics: corpusStatistics(survey, documents), splits };
}

/** The chosen documents of each level, A1 first. */
function byLevel(survey: Survey, documents: Documents): Documents[] {
  const chosen = new Uint8Array(survey.level.length);
  for (const document of documents) chosen[document] = 1;
  const levels = sortedLevels(survey).map(([, all]) => all.filter((document) => chosen[document] === 1));
  return levels.filter((one) => one.length > 0);
}

/** What a corpus's folder keeps of how it was made. */
export function corpusRecord(
  survey: Survey,
  { statistics }: CorpusPlan,
  files: readonly SplitFile[],
  flags: CorpusFlags,
) {
  const { rows, escaped } = survey;
  const left = Array.from(survey.left, ([reason, count]) => ({ reason, count, first: survey.places.get(reason) }));
  return { flags, rows, left, escaped, ...statistics, files };
}

/** Rows that are no documents, documents that were escaped, and the files. */
export function corpusLines(survey: Survey, { statistics }: CorpusPlan, files: readonly SplitFile[]): string[] {
  const { rows, escaped } = survey;
  const left = Array.from(
    survey.left,
    ([why, count]) => `  left out: ${count} (${why}; first at ${survey.places.get(why)})`,
  );
  const shares = files.map(({ file, documents, bytes, meanLength }) => {
    const share = ((100 * documents) / statistics.documents).toFixed(1);
    const size = (bytes / 2 ** 20).toFixed(1);
    return `  ${file}: ${documents.toLocaleString("en-US")} documents (${share} %), ${size} MB, ${meanLength.toFixed(0)} characters a document`;
  });
  return [
    `${rows.toLocaleString("en-US")} rows, ${statistics.documents.toLocaleString("en-US")} documents chosen`,
    ...left,
    ...(escaped > 0 ? [`  separators escaped in ${escaped} documents`] : []),
    ...shares,
  ];
}

function leftText({ left }: Survey): string {
  const reasons = Array.from(left, ([reason, count]) => `${reason}: ${count}`);
  return reasons.length === 0 ? "" : ` (${reasons.join("; ")})`;
}
