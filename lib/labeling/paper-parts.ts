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
  const [nextPages, nextMentions] = [taker(pages), taker(mentions)];
  const failures = Map.groupBy(failed, ({ document }) => document);
  for (const row of documents) {
    const { document } = row;
    const own = { pages: await nextPages(document), mentions: await nextMentions(document) };
    yield { row, ...own, failed: failures.get(document) ?? [] };
  }
}

function taker<T extends { readonly document: string }>(rows: AsyncIterable<T>): (document: string) => Promise<T[]> {
  const rest = rows[Symbol.asyncIterator]();
  let ahead: T | undefined;
  return async (document) => {
    const own: T[] = [];
    for (;;) {
      ahead ??= ((await rest.next()) as { value: T | undefined }).value;
      if (ahead?.document !== document) return own;
      own.push(ahead);
      ahead = undefined;
    }
  };
}
