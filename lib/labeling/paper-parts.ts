import { documentOf, takeInTurn } from "./in-turn.ts";
import type { DocumentRow, Mention, PageRow } from "./records.ts";
import type { ReplyRecord } from "./replies.ts";

/** All that is known of one paper of a run. */
export interface PaperParts {
  readonly row: DocumentRow;
  readonly pages: readonly PageRow[];
  readonly mentions: readonly Mention[];
  /** Requests about it that failed, of any process. */
  readonly failed: readonly ReplyRecord[];
}

/** The papers one after the other: tables come in the documents' order, so only one paper is in memory. */
export async function* paperParts(
  documents: readonly DocumentRow[],
  pages: AsyncIterable<PageRow>,
  mentions: AsyncIterable<Mention>,
  failed: readonly ReplyRecord[],
): AsyncGenerator<PaperParts> {
  const [nextPages, nextMentions] = [takeInTurn(pages, documentOf), takeInTurn(mentions, documentOf)];
  const failures = Map.groupBy(failed, ({ document }) => document);
  for (const row of documents) {
    const { document } = row;
    const own = { pages: await nextPages(document), mentions: await nextMentions(document) };
    yield { row, ...own, failed: failures.get(document) ?? [] };
  }
}
