import { StudyError } from "corrigenda/error";
import { canonical, type Json, type JsonObject, parseJson } from "corrigenda/json";
import { isObject } from "./fields.ts";
import {
  type FinetuneRecord,
  type JoinedPages,
  type LeftOut,
  type Payload,
  pageKey,
  readPayload,
  textKey,
} from "./finetune-pages.ts";
import { hash8 } from "./names.ts";

/** A label that a person gave. */
export interface ManualLabel {
  /** Null in conversations, which hold the text alone. */
  readonly paper_id: string | null;
  readonly page: number | null;
  readonly text: string;
  readonly payload: Payload;
}

/** A page of which the model and a person, or two labels, say different things. The first named was put aside. */
export interface ManualConflict {
  readonly paper_id: string;
  readonly page: number | null;
  readonly what: "payload" | "text" | "labelled twice";
  readonly putAside: Json;
  readonly kept: Json;
}

/**
 * Manual labels of a file: conversations (lists of {from, value}, bare or as `conversations`), chats ({messages}) or records
 * ({paper_id, page, text, payload}), as JSON or JSONL. Throws StudyError "dataset" at the first that is none of these.
 */
export function readManual(content: string, file: string): ManualLabel[] {
  const whole = parseJson(content);
  const lines = content.split(/\r?\n/).flatMap((line, at) => (line.trim() === "" ? [] : [{ line, at: at + 1 }]));
  const entries: readonly { readonly value: Json | undefined; readonly place: string }[] =
    whole === undefined
      ? lines.map(({ line, at }) => ({ value: parseJson(line), place: `line ${at}` }))
      : listOf(whole).map((value, at) => ({ value, place: `entry ${at + 1}` }));
  return entries.map(({ value, place }) => {
    const label = labelOf(value);
    if (label) return label;
    throw new StudyError(
      "dataset",
      `${file}: ${place} is neither a conversation nor a record with text and payload; docs/labeling.md shows both`,
    );
  });
}

/** A list of entries; a list of turns alone is one conversation. */
function listOf(whole: Json): readonly Json[] {
  if (!Array.isArray(whole)) return [whole];
  const list = whole as readonly Json[];
  return list.length > 0 && list.every((one) => isObject(one) && "from" in one) ? [list] : list;
}

function labelOf(value: Json | undefined): ManualLabel | undefined {
  const turns = Array.isArray(value)
    ? value
    : isObject(value)
      ? (value.conversations ?? value.messages ?? undefined)
      : undefined;
  if (Array.isArray(turns)) return conversationLabel((turns as readonly Json[]).filter(isObject));
  if (!isObject(value) || typeof value.text !== "string") return undefined;
  const payload = readPayload(value.payload);
  const { paper_id, page } = value;
  return (
    payload && {
      paper_id: typeof paper_id === "string" ? paper_id : null,
      page: typeof page === "number" ? page : null,
      text: value.text,
      payload,
    }
  );
}

function conversationLabel(turns: readonly JsonObject[]): ManualLabel | undefined {
  const said = (...who: string[]): string | undefined => {
    const turn = turns.find(({ from, role }) => who.includes(String(from ?? role)));
    const value = turn?.value ?? turn?.content;
    return typeof value === "string" ? value : undefined;
  };
  const [text, answer] = [said("human", "user"), said("gpt", "assistant")];
  const payload = answer === undefined ? undefined : readPayload(parseJson(answer));
  return text === undefined || !payload ? undefined : { paper_id: null, page: null, text, payload };
}

export interface MergedPages extends JoinedPages {
  readonly conflicts: readonly ManualConflict[];
  /** Labels taken in place of the model's, and labels of pages that it had none for. */
  readonly replaced: number;
  readonly added: number;
}

/** Puts manual labels in the place of the model's, by paper and page or by text. A person's word wins; what it puts aside is kept. */
export function mergeManual({ records, leftOut, unplaced }: JoinedPages, labels: readonly ManualLabel[]): MergedPages {
  const merged = new Map(records.map((record) => [pageKey(record.paper_id, record.page), record]));
  const aside = new Map(leftOut.map((one) => [pageKey(one.paper_id, one.page), one]));
  const byText = new Map<string, string[]>();
  const remember = (key: string, place: string): void => {
    byText.set(key, [...(byText.get(key) ?? []), place]);
  };
  for (const [place, { text }] of merged) remember(textKey(text), place);
  for (const [place, { key }] of aside) remember(key, place);
  const conflicts: ManualConflict[] = [];
  const counts = { replaced: 0, added: 0 };
  for (const label of labels) {
    const own = label.paper_id ?? `manual-${hash8(label.text)}`;
    const known = label.paper_id === null ? byText.get(textKey(label.text)) : undefined;
    for (const place of known ?? [pageKey(own, label.page)]) {
      const [before, out] = [merged.get(place), aside.get(place)];
      const { paper_id, page } = before ?? out ?? { paper_id: own, page: label.page };
      const after: FinetuneRecord = { paper_id, page, text: label.text, payload: label.payload, origin: "manual" };
      if (before) conflicts.push(...differences(before, after));
      if (before?.origin === "manual") continue;
      counts[before ? "replaced" : "added"] += 1;
      aside.delete(place);
      merged.set(place, after);
    }
  }
  return { records: [...merged.values()], leftOut: [...aside.values()] as LeftOut[], unplaced, conflicts, ...counts };
}

function differences(before: FinetuneRecord, after: FinetuneRecord): ManualConflict[] {
  const { paper_id, page } = before;
  const [then, now] = [before.payload, after.payload].map((payload) => payload as unknown as Json) as [Json, Json];
  const isSame = canonical(then) === canonical(now);
  if (before.origin === "manual")
    return isSame ? [] : [{ paper_id, page, what: "labelled twice", putAside: now, kept: then }];
  return [
    ...(isSame ? [] : [{ paper_id, page, what: "payload", putAside: then, kept: now } as const]),
    ...(textKey(before.text) === textKey(after.text)
      ? []
      : [{ paper_id, page, what: "text", putAside: before.text, kept: after.text } as const]),
  ];
}
