import { documentOf, takeInTurn } from "./in-turn.ts";
import { type LabelingItem, placeOf } from "./items.ts";
import { type Process, paths } from "./names.ts";
import type { DocumentRow, Mention } from "./records.ts";
import type { ReplyRecord } from "./replies.ts";
import { runs } from "./rows.ts";
import { type ExtractionFile, type JudgeFile, type ReasoningFile, writeSourceFile } from "./source.ts";

/** A file in the source's shape, to be written whole. */
export interface OutputFile {
  /** Below the export folder. */
  readonly path: string;
  readonly text: string;
}

/** openai-batchfiles/…/<doc>.jsonl: the request lines of each document. @param line an item's request as it travels */
export async function* requestFiles(
  process: Process,
  items: AsyncIterable<LabelingItem>,
  line: (item: LabelingItem) => string,
): AsyncGenerator<OutputFile> {
  for await (const run of runs(items, (item) => placeOf(item).document)) {
    const document = run[0] ? placeOf(run[0]).document : "";
    yield { path: paths.requests(process, document), text: run.map((item) => `${line(item)}\n`).join("") };
  }
}

export interface OutputInput {
  readonly process: Process;
  readonly documents: readonly DocumentRow[];
  readonly mentions: AsyncIterable<Mention>;
  readonly replies: AsyncIterable<ReplyRecord>;
}

/** extraction_outputs/<process>/<doc>.json of every document that was read, also of those without a mention. */
export async function* outputFiles({ process, documents, mentions, replies }: OutputInput): AsyncGenerator<OutputFile> {
  const [nextMentions, nextReplies] = [takeInTurn(mentions, documentOf), takeInTurn(replies, documentOf)];
  for (const { document, name, state } of documents) {
    if (state !== "read") continue;
    const [own, pages] = [await nextMentions(document), await nextReplies(document)];
    const file = FILES[process](name, own, pages);
    yield { path: paths.output(process, document), text: writeSourceFile(file) };
  }
}

type Files = Readonly<
  Record<
    Process,
    (
      source: string,
      mentions: readonly Mention[],
      replies: readonly ReplyRecord[],
    ) => ExtractionFile | JudgeFile | ReasoningFile
  >
>;

const FILES: Files = { extraction: extractionFile, judge: judgeFile, reasoning: reasoningFile };

function extractionFile(source: string, mentions: readonly Mention[], replies: readonly ReplyRecord[]): ExtractionFile {
  const pages = replies.flatMap(({ page, answer }) => {
    if (answer?.process !== "extraction") return [];
    const own = mentions.filter((mention) => mention.page === page);
    const data_mentions = groupsOf(own).map((group) => ({
      mentioned_in: group[0].mentioned_in,
      datasets: group.map(({ raw_name, producer, data_type, sent, ...mention }) => ({
        ...{ raw_name, ...classified(mention), producer, data_type, sent },
      })),
    }));
    return [{ page, dataset_used: answer.dataset_used, data_mentions }];
  });
  return { source, pages };
}

function judgeFile(source: string, mentions: readonly Mention[]): JudgeFile {
  const pages = [...new Set(mentions.map(({ page }) => page))].map((page) => ({
    page,
    dataset_used: true,
    data_mentions: groupsOf(mentions.filter((mention) => mention.page === page)).map((group) => ({
      mentioned_in: group[0].mentioned_in,
      datasets: group.map(({ raw_name, producer, data_type, sent, year, verdicts, ...mention }) => {
        const { valid = null, reason = null } = verdicts.judge ?? {};
        const judged = valid === null ? {} : { year, valid, invalid_reason: reason };
        return { raw_name, ...classified(mention), producer, data_type, ...judged, sent };
      }),
    })),
  }));
  return { source, pages };
}

/** An entry for each group; only what is valid at the end is kept in it. What nobody decided is not called valid. */
function reasoningFile(source: string, mentions: readonly Mention[]): ReasoningFile {
  const byPage = groupsOf(mentions, ({ page, group }) => `${page}.${group}`);
  const pages = byPage.map((group) => {
    const valid = group.filter((mention) => mention.valid === true);
    const datasets = valid.map(({ raw_name, harmonized_name, acronym, producer, year, specificity, context }) => ({
      ...{ raw_name, harmonized_name, acronym, producer, year, specificity, context },
      ...{ valid: true, invalid_reason: null },
    }));
    const { mentioned_in, page } = group[0];
    return { data_mentions: [{ mentioned_in, page, dataset_used: datasets.length > 0, datasets }] };
  });
  return { source, pages };
}

function classified({
  harmonized_name,
  acronym,
  context,
  specificity,
  relevance,
}: Pick<Mention, "harmonized_name" | "acronym" | "context" | "specificity" | "relevance">) {
  return { harmonized_name, acronym, context, specificity, relevance };
}

/** Mentions with the same key, in the order in which keys first come. */
function groupsOf(
  mentions: readonly Mention[],
  keyOf: (mention: Mention) => string = ({ group }) => String(group),
): [Mention, ...Mention[]][] {
  const groups = new Map<string, [Mention, ...Mention[]]>();
  for (const mention of mentions) {
    const group = groups.get(keyOf(mention));
    if (group) group.push(mention);
    else groups.set(keyOf(mention), [mention]);
  }
  return [...groups.values()];
}
