import { extractionId, judgeId, reasoningId } from "./names.ts";
import type { Mention, PageRow } from "./records.ts";

/** One request of the study: a page, the mentions of a page, or those of a group of sentences. */
export type LabelingItem =
  | { readonly process: "extraction"; readonly page: PageRow }
  | { readonly process: "judge"; readonly mentions: readonly Mention[] }
  | { readonly process: "reasoning"; readonly mentions: readonly Mention[]; readonly hash: string };

/** The custom_id of an item's request, in the source's form. */
export function itemId(item: LabelingItem): string {
  const { document, page } = placeOf(item);
  if (item.process === "extraction") return extractionId(document, page);
  return item.process === "judge" ? judgeId(document, page) : reasoningId(document, item.hash, page);
}

/** Document and page of an item; the group too, where it is about one. */
export function placeOf(item: LabelingItem): { document: string; page: number; group: number | null } {
  if (item.process === "extraction") return { document: item.page.document, page: item.page.page, group: null };
  const { document = "", page = 0, group = 0 } = item.mentions[0] ?? {};
  return { document, page, group: item.process === "judge" ? null : group };
}

/** The number of a mention in its request, from 1. */
export function numberOf(at: number): string {
  return String(at + 1);
}
