import { type Json, type JsonObject, sha256 } from "corrigenda/json";
import { quoteFinder } from "corrigenda/text";
import { isObject } from "./fields.ts";
import type { Mention, PageRow } from "./records.ts";
import type { ReplyRecord } from "./replies.ts";

/** What a page's example answers: the source's payload. `data_used` holds where at least one data set is named. */
export interface Payload {
  readonly data_used: boolean;
  readonly data_mentions: readonly { readonly mentioned_in: string; readonly datasets: readonly JsonObject[] }[];
}

/** A page as an example for training. */
export interface FinetuneRecord {
  readonly paper_id: string;
  /** From 1; null where a manual label does not say. */
  readonly page: number | null;
  readonly text: string;
  readonly payload: Payload;
  readonly origin: "generated" | "manual";
}

/** Why a page is no example. */
export type LeftOutReason = "no text" | "request failed" | "undecided mention" | "too long";

export interface LeftOut {
  readonly paper_id: string;
  readonly page: number | null;
  readonly reason: LeftOutReason;
  /** Of its text, by which a manual label finds it. */
  readonly key: string;
}

export interface JoinedPages {
  readonly records: readonly FinetuneRecord[];
  readonly leftOut: readonly LeftOut[];
  /** Valid mentions that stand nowhere on their page: none of them is taught. */
  readonly unplaced: number;
}

/**
 * Joins pages with what the reasoning left valid. A page whose request failed or on which a mention is undecided is no
 * example: "no data here" would be a guess. Pages that the prefilter left out count as pages without data, as in the source.
 * @param failed pages whose extraction failed, as `<document>#<page>`
 */
export async function joinPages(
  pages: AsyncIterable<PageRow>,
  mentions: AsyncIterable<Mention>,
  failed: ReadonlySet<string>,
): Promise<JoinedPages> {
  const found = new Map<string, Mention[]>();
  for await (const mention of mentions) {
    const key = pageKey(mention.document, mention.page);
    const own = found.get(key);
    if (own) own.push(mention);
    else found.set(key, [mention]);
  }
  const joined = { records: [] as FinetuneRecord[], leftOut: [] as LeftOut[], unplaced: 0 };
  for await (const { document, page, text } of pages) {
    const key = pageKey(document, page);
    const own = found.get(key) ?? [];
    const reason = whyNot(text, failed.has(key), own);
    if (reason) {
      joined.leftOut.push({ paper_id: document, page, reason, key: textKey(text) });
      continue;
    }
    const valid = own.filter((mention) => mention.valid === true);
    const placed = valid.filter(({ evidence }) => evidence.sentence !== null);
    joined.unplaced += valid.length - placed.length;
    joined.records.push({ paper_id: document, page, text, payload: payloadOf(text, placed), origin: "generated" });
  }
  return joined;
}

/** Pages whose extraction failed, as {@link joinPages} takes them. */
export async function failedPages(
  replies: AsyncIterable<Pick<ReplyRecord, "ok" | "document" | "page">>,
): Promise<ReadonlySet<string>> {
  const failed = new Set<string>();
  for await (const { ok, document, page } of replies) if (!ok) failed.add(pageKey(document, page));
  return failed;
}

function whyNot(text: string, failed: boolean, mentions: readonly Mention[]): LeftOutReason | undefined {
  if (text.trim() === "") return "no text";
  if (failed) return "request failed";
  return mentions.some(({ valid }) => valid === null) ? "undecided mention" : undefined;
}

/** Sentences are quoted as the example's own text has them, also where the evidence was found in the text as it came. */
function payloadOf(text: string, mentions: readonly Mention[]): Payload {
  const finder = quoteFinder(text);
  const quoted = (sentences: string): string => {
    const place = finder.find(sentences);
    return place ? text.slice(place.start, place.end) : sentences;
  };
  const groups = [...new Set(mentions.map(({ group }) => group))].map((group) => {
    const own = mentions.filter((mention) => mention.group === group);
    return {
      mentioned_in: quoted(own[0]?.mentioned_in ?? ""),
      datasets: own.map(({ raw_name, harmonized_name, acronym, producer, year, specificity, context }) => ({
        ...{ raw_name, harmonized_name, acronym, producer, year, specificity, context },
      })),
    };
  });
  return { data_used: groups.length > 0, data_mentions: groups };
}

/** Fields that say how a label came about: none of them is taught. */
const NOT_TAUGHT: ReadonlySet<string> = new Set(["valid", "invalid_reason", "sent"]);

/**
 * A payload from elsewhere in the same form. A sentence with `datasets: []` uses no data; what is marked invalid is left out.
 * Undefined where it is no payload.
 */
export function readPayload(value: Json | undefined): Payload | undefined {
  if (!isObject(value) || !Array.isArray(value.data_mentions)) return undefined;
  const data_mentions = (value.data_mentions as readonly Json[]).filter(isObject).flatMap((mention) => {
    const list = Array.isArray(mention.datasets) ? (mention.datasets as readonly Json[]).filter(isObject) : [];
    const datasets = list
      .filter(({ valid }) => valid !== false)
      .map((one): JsonObject => Object.fromEntries(Object.entries(one).filter(([name]) => !NOT_TAUGHT.has(name))));
    const { mentioned_in } = mention;
    return datasets.length === 0 || typeof mentioned_in !== "string" ? [] : [{ mentioned_in, datasets }];
  });
  return { data_used: data_mentions.length > 0, data_mentions };
}

export function pageKey(document: string, page: number | null): string {
  return `${document}#${page ?? ""}`;
}

/** Equal for texts that differ in white space only. */
export function textKey(text: string): string {
  return sha256(text.replace(/\s+/g, " ").trim());
}
