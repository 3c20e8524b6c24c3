import type { LabelingConfig } from "./config.ts";
import type { LabelingItem } from "./items.ts";
import { hash8, type Process } from "./names.ts";
import type { Mention, PageRow } from "./records.ts";

type Which = LabelingConfig["REASONING_INPUT"];

/** The pages that the extraction is asked about. */
export async function* extractionItems(pages: AsyncIterable<PageRow>): AsyncGenerator<LabelingItem> {
  for await (const page of pages) if (page.prefilter.keep) yield { process: "extraction", page };
}

/** What a later process is asked, page by page. */
export async function* laterItems(
  process: Exclude<Process, "extraction">,
  mentions: AsyncIterable<Mention>,
  which: Which,
): AsyncGenerator<LabelingItem> {
  for await (const page of mentionPages(mentions)) yield* pageItems(process, page, which);
}

/**
 * The requests about a page's mentions. The judge gets them in one; the reasoning gets each group of sentences by itself,
 * with all its mentions or with those that the judge did not find invalid (the source's way).
 */
export function pageItems(
  process: Exclude<Process, "extraction">,
  page: readonly Mention[],
  which: Which,
): LabelingItem[] {
  if (process === "judge") return page.length === 0 ? [] : [{ process, mentions: page }];
  const seen = new Map<string, number>();
  return [...new Set(page.map(({ group }) => group))].flatMap((group): LabelingItem[] => {
    const mentions = page.filter((one) => one.group === group && (which === "all" || one.valid !== false));
    const text = mentions[0]?.mentioned_in;
    if (text === undefined) return [];
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    // The same sentences twice on a page are two groups, and need two ids.
    return [{ process, mentions, hash: hash8(times === 1 ? text : `${text}\n${times}`) }];
  });
}

/** The mentions of each page. */
export function mentionPages(mentions: AsyncIterable<Mention>): AsyncGenerator<Mention[]> {
  return runs(mentions, ({ document, page }) => `${document}\n${page}`);
}

/** Neighbouring rows with the same key. */
export async function* runs<T>(rows: AsyncIterable<T>, keyOf: (row: T) => string): AsyncGenerator<T[]> {
  let [run, key]: [T[], string | undefined] = [[], undefined];
  for await (const row of rows) {
    const own = keyOf(row);
    if (run.length > 0 && own !== key) {
      yield run;
      run = [];
    }
    key = own;
    run.push(row);
  }
  if (run.length > 0) yield run;
}
