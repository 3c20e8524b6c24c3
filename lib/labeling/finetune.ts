import { byLength, type Counted, type DataFile, dataFiles } from "./finetune-files.ts";
import { type ManualLabel, type MergedPages, mergeManual } from "./finetune-manual.ts";
import type { JoinedPages, LeftOut, LeftOutReason } from "./finetune-pages.ts";
import { pageKey, textKey } from "./finetune-pages.ts";
import { SPLITS, type Split, type SplitData, type SplitOptions, splitRecords } from "./finetune-split.ts";

export { duplicateGroups } from "./duplicates.ts";
export { type CardInput, dataCard } from "./finetune-card.ts";
export * from "./finetune-files.ts";
export * from "./finetune-flags.ts";
export * from "./finetune-manual.ts";
export * from "./finetune-pages.ts";
export * from "./finetune-split.ts";
export { type UnslothOptions, unslothScript } from "./unsloth.ts";

/** What the fine-tuning data hold, by split. */
export interface SplitCounts {
  /** Documents, or pages where pages were split. */
  readonly units: number;
  readonly pages: number;
  readonly withData: number;
  /** Data sets named. */
  readonly datasets: number;
  readonly manual: number;
  readonly tokens: number;
}

export interface FinetuneData extends SplitData {
  readonly merged: MergedPages;
  readonly counts: Readonly<Record<Split, SplitCounts>>;
  readonly leftOut: readonly LeftOut[];
}

/** Merges manual labels, leaves out what is too long and splits the rest. @param count tokens of a text */
export function finetuneData(
  joined: JoinedPages,
  labels: readonly ManualLabel[],
  {
    count,
    maxTokens,
    ...split
  }: SplitOptions & { readonly count: (text: string) => number; readonly maxTokens: number },
): FinetuneData {
  const merged = mergeManual(joined, labels);
  const { kept, tooLong } = byLength(merged.records, count, maxTokens);
  const data = splitRecords(
    kept.map(({ record }) => record),
    split,
  );
  const tokens = new Map(kept.map((counted): [unknown, Counted] => [counted.record, counted]));
  const counts = Object.fromEntries(
    SPLITS.map((name) => {
      const own = data.records[name];
      const sum = (of: (record: (typeof own)[number]) => number): number => own.reduce((n, one) => n + of(one), 0);
      const numbers: SplitCounts = {
        units: data.units[name],
        pages: own.length,
        withData: sum(({ payload }) => (payload.data_used ? 1 : 0)),
        datasets: sum(({ payload }) => payload.data_mentions.reduce((n, one) => n + one.datasets.length, 0)),
        manual: sum(({ origin }) => (origin === "manual" ? 1 : 0)),
        tokens: sum((record) => tokens.get(record)?.tokens ?? 0),
      };
      return [name, numbers];
    }),
  ) as Record<Split, SplitCounts>;
  const long = tooLong.map(({ record: { paper_id, page, text } }): LeftOut => {
    return { paper_id, page, reason: "too long", key: textKey(text) };
  });
  return { ...data, merged, counts, leftOut: [...merged.leftOut, ...long] };
}

/** What a user should know before training on the data. */
export function splitWarnings({ units, duplicates }: FinetuneData, by: SplitOptions["by"]): string[] {
  const empty = SPLITS.filter((split) => units[split] === 0);
  const few = by === "document" ? "label more papers, or split by page and know that it leaks" : "label more papers";
  return [
    ...(by === "page" ? ["pages of one document stand on several sides: scores on test are too good"] : []),
    ...(empty.length > 0 ? [`${empty.join(" and ")} hold nothing: ${few}`] : []),
    ...(duplicates.length > 0
      ? [`${duplicates.flat().length} are copies of one another; each group stays on one side`]
      : []),
  ];
}

/** How many pages are left out, by reason. */
export function reasonsOf(leftOut: readonly LeftOut[]): Partial<Record<LeftOutReason, number>> {
  const counts: Partial<Record<LeftOutReason, number>> = {};
  for (const { reason } of leftOut) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** The data as counts for a manifest and a sentence for the terminal. */
export function finetuneCounts({ counts, leftOut, merged, duplicates }: FinetuneData) {
  const pages = { train: counts.train.pages, valid: counts.valid.pages, test: counts.test.pages };
  return {
    ...pages,
    ...{ leftOut: leftOut.length, manual: merged.replaced + merged.added, conflicts: merged.conflicts.length },
    ...{ unplaced: merged.unplaced, duplicates: duplicates.flat().length },
  };
}

export function finetuneSentence(data: FinetuneData, by: SplitOptions["by"]): string {
  const { train, valid, test } = data.counts;
  const unit = by === "document" ? "documents" : "pages";
  const left = Object.entries(reasonsOf(data.leftOut)).map(([reason, n]) => `${n} ${reason}`);
  const manual = data.merged.replaced + data.merged.added;
  return [
    `train ${train.units} ${unit} (${train.pages} pages), valid ${valid.units} (${valid.pages}), test ${test.units} (${test.pages}), split by ${by}`,
    ...(left.length > 0 ? [`left out: ${left.join(", ")}`] : []),
    ...(manual > 0 ? [`${manual} pages labelled by hand, ${data.merged.conflicts.length} conflicts`] : []),
  ].join("; ");
}

/** All files of the data, and what was left out or put aside: nothing goes without a trace. */
export function finetuneFiles(dataId: string, data: FinetuneData): DataFile[] {
  const leftOut = data.leftOut.map(({ key, ...one }) => ({ id: pageKey(one.paper_id, one.page), ...one }));
  return [
    ...dataFiles(dataId, data),
    { name: "left-out.jsonl", lines: () => leftOut.map((one) => JSON.stringify(one)) },
    { name: "conflicts.jsonl", lines: () => data.merged.conflicts.map((one) => JSON.stringify(one)) },
  ];
}
