import type { Json, JsonObject } from "corrigenda/json";
import { isObject, readFields, text } from "./fields.ts";
import { numberOf } from "./items.ts";
import type { Fields, Mention } from "./records.ts";

/** What a reply says of one mention that was asked about. */
export interface SaidVerdict {
  /** The mention's. */
  readonly id: string;
  readonly valid: boolean;
  readonly reason: string | null;
  readonly note: string | null;
  readonly fields: Fields;
}

/** Brings the entries of a reply to the mentions of its request: by their number, else by their name. */
export function matchVerdicts(
  list: readonly Json[],
  mentions: readonly Pick<Mention, "id" | "raw_name">[],
): { readonly verdicts: readonly SaidVerdict[]; readonly unread: readonly Json[]; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const taken = new Map<string, SaidVerdict>();
  const left: JsonObject[] = [];
  const unread: Json[] = [];
  const take = (mention: Pick<Mention, "id" | "raw_name">, entry: JsonObject, valid: boolean): void => {
    taken.set(mention.id, { id: mention.id, valid, ...reasonOf(entry), fields: readFields(entry) });
  };
  for (const entry of list) {
    if (!isObject(entry)) unread.push(entry);
    else {
      const numbered = mentions.find((_, at) => numberOf(at) === String(entry.id ?? ""));
      const valid = truth(entry.valid);
      if (numbered && valid !== undefined && !taken.has(numbered.id) && sameName(entry.raw_name, numbered.raw_name))
        take(numbered, entry, valid);
      else left.push(entry);
    }
  }
  for (const entry of left) {
    const valid = truth(entry.valid);
    const open = mentions.filter(({ id }) => !taken.has(id));
    const named = open.find(({ raw_name }) => sameName(entry.raw_name, raw_name, true));
    if (named && valid !== undefined) take(named, entry, valid);
    else unread.push(entry);
  }
  const missing = mentions.length - taken.size;
  if (missing > 0) notes.push(`${missing} of ${mentions.length} mentions are left out`);
  if (unread.length > 0) notes.push(`${unread.length} entries are about nothing that was asked`);
  return { verdicts: mentions.flatMap(({ id }) => taken.get(id) ?? []), unread, notes };
}

function reasonOf(entry: JsonObject): Pick<SaidVerdict, "reason" | "note"> {
  return { reason: text(entry.invalid_reason), note: text(entry.note) };
}

/** A verdict without a plain true or false is none. */
function truth(value: Json | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.trim().toLowerCase() : "";
  return word === "true" ? true : word === "false" ? false : undefined;
}

/** @param must an absent name is no match */
function sameName(said: Json | undefined, name: string, must = false): boolean {
  if (typeof said !== "string") return !must;
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  return plain(said) === plain(name);
}
