import type { ChartOptions, Report, ReportPart, ReportSection, Stat, TableOptions } from "corrigenda/report";
import { type Comparison, isDecided, PROVIDER } from "./compare-result.ts";
import type { Training } from "./compare-training.ts";
import * as figures from "./report-figures.ts";
import * as tables from "./report-tables.ts";

export interface IlmReportInput {
  readonly run: string;
  readonly comparison: Comparison;
  readonly trainings: ReadonlyMap<string, Training>;
}

/** The report of a comparison; sections that nothing was measured for are left out. */
export function ilmReport({ run, comparison, trainings }: IlmReportInput): Report {
  const decided = isDecided(comparison);
  return {
    title: decided
      ? `ilm ${run}: level models and a general one`
      : `ilm ${run}: H1–H3 are not decided by these six models`,
    question: "Does an infilling model learn more from learners of one CEFR level than from all of them?",
    provider: PROVIDER,
    facts: {
      plan: comparison.plan,
      split: comparison.split,
      intervals: `95 %, bootstrap over documents, ${comparison.intervals.resamples} resamples`,
    },
    stats: statsOf(comparison),
    sections: sectionsOf(comparison, trainings),
  };
}

function statsOf(comparison: Comparison): Stat[] {
  const { verdicts, deployments } = comparison;
  const gain = deployments.find(({ name }) => name === "level-routed")?.gain;
  const spoken = (x: number): string => x.toFixed(1);
  const verdict = verdicts.map(
    ({ id, statement, interval }): Stat => ({ label: `${id}: ${statement}`, value: interval }),
  );
  if (!gain) return verdict;
  const note = `95 % interval ${spoken(gain.low)} to ${spoken(gain.high)}, mean of the levels`;
  return [{ label: "gain of level models", value: `${spoken(gain.value)} %`, note }, ...verdict];
}

function sectionsOf(comparison: Comparison, trainings: IlmReportInput["trainings"]): ReportSection[] {
  const section = (
    title: string,
    intro: string,
    ...parts: readonly (ChartOptions | TableOptions | undefined)[]
  ): ReportSection => ({
    ...{ title, intro },
    parts: parts.flatMap((part): ReportPart[] => {
      if (part === undefined) return [];
      if ("data" in part) return [{ figure: part }];
      return part.rows.length > 0 ? [{ table: part }] : [];
    }),
  });
  const all = [
    section(
      "Verdicts",
      `By the source's rule a number decides; by interval it has to be so for all levels at once with 95 %, for which each level's interval is one of 99 %. Levels with fewer than ${comparison.leastDocuments} test documents decide nothing.`,
      ...tables.verdictTables(comparison),
    ),
    section(
      "Perplexity",
      "Infill is over answers and their ends, text only leaves the ends out, context is over the unmasked text.",
      figures.matrixFigure(comparison),
      tables.cellTable(comparison),
    ),
    section(
      "Specialisation gain",
      "On each level's test set, how much higher the general model's perplexity is than that of the level's own model.",
      comparison.gains.length > 0 ? figures.gainFigure(comparison) : undefined,
      tables.gainTable(comparison),
    ),
    section(
      "Cross-level gap",
      "A level model on other levels' texts. The ratio to its own test set mixes two things, since levels differ in difficulty; the ratio to that level's own model is of the same documents.",
      figures.excessFigure(comparison),
      tables.gapTable(comparison),
    ),
    section(
      "Transfer",
      "From the general model to a level, against training on the level alone with as many documents and steps.",
      figures.transferFigure(comparison),
      tables.transferTable(comparison),
    ),
    section(
      "Cost and benefit",
      "Level-routed and fine-tuned need the learner's level. Without it: the general model; guessed, where the level model that finds the context likeliest answers; averaged, where all level models' probabilities are averaged; blind, any level model, as a mean.",
      tables.deploymentTable(comparison),
    ),
    section("What to use", "By the numbers above, and what the source takes.", ...tables.adviceTables(comparison)),
    section("Training", "Losses of the six models.", ...figures.lossFigures(trainings)),
    section(
      "Words recovered",
      "Whole words masked in test texts.",
      figures.recoveryFigure(comparison),
      tables.recoveryTable(comparison),
    ),
  ];
  return all.filter(({ parts }) => parts.length > 0);
}
