import type { FinetuneRecord } from "./finetune-pages.ts";
import { SPLITS, type Split, type SplitData } from "./finetune-split.ts";
import { documentKey } from "./names.ts";

/** A file of the fine-tuning data, line by line. */
export interface DataFile {
  readonly name: string;
  readonly lines: () => Iterable<string>;
}

/** What the model is to answer: the source's JSON, indented by two. */
export function answerText({ payload }: Pick<FinetuneRecord, "payload">): string {
  return JSON.stringify(payload, null, 2);
}

/** Parts with fewer than `maxTokens` tokens in text and answer stay; the others are too long to be learnt whole. */
export function byLength(
  records: readonly FinetuneRecord[],
  count: (text: string) => number,
  maxTokens: number,
): { readonly kept: readonly Counted[]; readonly tooLong: readonly Counted[] } {
  const counted = records.map((record) => ({ record, tokens: count(record.text) + count(answerText(record)) }));
  return {
    kept: counted.filter(({ tokens }) => tokens < maxTokens),
    tooLong: counted.filter(({ tokens }) => tokens >= maxTokens),
  };
}

export interface Counted {
  readonly record: FinetuneRecord;
  readonly tokens: number;
}

/** The raw records and the conversations of each split in the source's names and shapes, and chats for OpenAI's fine-tuning. */
export function dataFiles(dataId: string, { records }: Pick<SplitData, "records">): DataFile[] {
  return SPLITS.flatMap((split) => {
    const own = records[split];
    return [
      { name: rawName(dataId, split), lines: () => jsonList(own, plain) },
      { name: `conversation_data_${dataId}-${split}.json`, lines: () => jsonList(own, conversation) },
      { name: `chat-${dataId}-${split}.jsonl`, lines: () => jsonLines(own, chat) },
      { name: `${dataId}-${split}.jsonl`, lines: () => jsonLines(own, plain) },
    ];
  });
}

/** <data_id>-<split>.json */
export function rawName(dataId: string, split: Split): string {
  return `${dataId}-${split}.json`;
}

/** Rows for Parquet: the answer as text, so that every file has the same columns. */
export function tableRows(records: readonly FinetuneRecord[]) {
  return records.map((record) => ({
    ...{ paper_id: record.paper_id, page: record.page, origin: record.origin, text: record.text },
    ...{ data_used: record.payload.data_used, answer: answerText(record) },
  }));
}

/** extraction_outputs/simpleschema/<doc>.json: the pages of each paper. */
export function paperFiles(records: readonly FinetuneRecord[]): { path: string; text: string }[] {
  const papers = new Map<string, FinetuneRecord[]>();
  for (const record of records) papers.set(record.paper_id, [...(papers.get(record.paper_id) ?? []), record]);
  return [...papers].map(([paper_id, own]) => ({
    path: `extraction_outputs/simpleschema/${documentKey(paper_id)}.json`,
    text: `${JSON.stringify({ paper_id, pages: own.map(({ page, text, payload }) => ({ page, text, payload })) }, null, 2)}\n`,
  }));
}

function plain({ paper_id, page, text, payload }: FinetuneRecord) {
  return { paper_id, page, text, payload };
}

function conversation(record: FinetuneRecord) {
  return [
    { from: "human", value: record.text },
    { from: "gpt", value: answerText(record) },
  ];
}

function chat(record: FinetuneRecord) {
  return {
    messages: [
      { role: "user", content: record.text },
      { role: "assistant", content: answerText(record) },
    ],
  };
}

function* jsonList(records: readonly FinetuneRecord[], shape: (record: FinetuneRecord) => unknown): Generator<string> {
  yield "[";
  for (const [at, record] of records.entries())
    yield `${JSON.stringify(shape(record), null, 2)}${at < records.length - 1 ? "," : ""}`;
  yield "]";
}

function* jsonLines(records: readonly FinetuneRecord[], shape: (record: FinetuneRecord) => unknown): Generator<string> {
  for (const record of records) yield JSON.stringify(shape(record));
}
