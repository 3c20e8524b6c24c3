import { type CountedCost, countedCost, type SourceCost, sourceCost, sourceCostLines } from "./cost.ts";
import type { MadeFiles } from "./files.ts";
import type { Target } from "./finetune-line.ts";
import type { PrepareFlags } from "./prepare.ts";
import type { SplitReport } from "./split.ts";
import type { Statistics } from "./statistics.ts";
import type { FileCheck, FileProblem } from "./validate.ts";

/** Who gave the evidence, and from which commit of the data set the rows are. */
export interface About {
  readonly provider: string;
  readonly model: string;
  readonly mock: boolean;
  readonly revision: string | undefined;
}

/** metadata.json: the source's keys first, then what it did not say. */
export interface Metadata {
  readonly dataset: string;
  readonly dataset_split: string | null;
  readonly total_examples: number;
  readonly train_examples: number;
  readonly validation_examples: number;
  readonly validation_ratio: number;
  readonly mock_mode: boolean;
  readonly cost_estimation: SourceCost;
  readonly format_validation: { readonly train_valid: boolean; readonly validation_valid: boolean | null };
  readonly dataset_revision: string | null;
  readonly provider: string;
  readonly model: string;
  readonly target: Target;
  readonly seed: number;
  readonly counted_cost: CountedCost & { readonly prices_as_of: string };
  readonly problems: readonly (FileProblem & { readonly file: string })[];
  readonly advice: readonly string[];
  readonly split: SplitReport;
  readonly statistics: Statistics;
}

export function metadataOf(
  flags: PrepareFlags,
  { revision, mock, provider, model }: About,
  { train, validation, split, statistics }: MadeFiles,
  price: { readonly usdPerMillion: number | undefined; readonly asOf: string },
): Metadata {
  const { from, dataset, datasetSplit, fineTuneModel, target, seed } = flags;
  const problems = [...named("train.jsonl", train), ...(validation ? named("validation.jsonl", validation) : [])];
  const cost = countedCost(train, { model: fineTuneModel, usdPerMillion: price.usdPerMillion });
  return {
    dataset: from ?? dataset,
    dataset_split: from === undefined ? datasetSplit : null,
    total_examples: train.examples + (validation?.examples ?? 0),
    train_examples: train.examples,
    validation_examples: validation?.examples ?? 0,
    validation_ratio: flags.validationRatio,
    mock_mode: mock,
    cost_estimation: sourceCost(train.examples),
    format_validation: {
      train_valid: train.problemCount === 0,
      validation_valid: validation ? validation.problemCount === 0 : null,
    },
    dataset_revision: revision ?? null,
    ...{ provider, model, target, seed },
    counted_cost: { ...cost, prices_as_of: price.asOf },
    ...{ problems, advice: train.advice, split, statistics },
  };
}

function named(file: string, { problems }: FileCheck): (FileProblem & { file: string })[] {
  return problems.map((problem) => ({ file, ...problem }));
}

/** What the terminal says at the end. */
export function summaryLines(metadata: Metadata): string[] {
  const { split, statistics, counted_cost: cost, problems } = metadata;
  const rejected = Object.values(statistics.rejected).reduce((sum, count) => sum + count, 0);
  const why = Object.entries(statistics.rejected).map(([reason, count]) => `${count} × ${reason}`);
  const { mended } = statistics;
  const shown = problems
    .slice(0, 10)
    .map(({ file, line, what }) => `  ${file}${line === 0 ? "" : `:${line}`}: ${what}`);
  const price =
    cost.usd === null
      ? `no training price is known for ${cost.model}`
      : `$${cost.usd.toFixed(2)} at $${cost.usd_per_million_tokens} a million (${cost.model}, list price as of ${cost.prices_as_of}, unconfirmed)`;
  return [
    `${metadata.train_examples} train, ${metadata.validation_examples} validation, ${rejected} left out${why.length === 0 ? "" : ` (${why.join("; ")})`}`,
    `quotes and spans: ${mended.folded} put right but for case, space or marks, ${mended.aligned} within a few edits, ${mended.lost} left out; ${mended.types} error types mapped; ${mended.asked_again} criteria asked again`,
    `split: ${split.groups} groups over ${split.prompts} questions, the largest of ${split.largestGroup}; ${split.nearDuplicateEssays} near-duplicate essays, ${split.nearDuplicatePrompts} near-equal questions, none on both sides; ${split.validation} in validation, ${split.wantedValidation} wanted`,
    problems.length === 0 ? "format: every line holds" : `format: ${problems.length} problems`,
    ...shown,
    ...metadata.advice.map((one) => `note: ${one}`),
    ...sourceCostLines(metadata.cost_estimation),
    `Counted: ${cost.tokens.toLocaleString("en-US")} tokens × ${cost.epochs} epochs: ${price}`,
  ];
}
