import { StudyError } from "corrigenda/error";
import type { Json, JsonObject } from "corrigenda/json";
import type { ModelReply } from "corrigenda/provider";
import { isObject, readFields, text } from "./fields.ts";
import { findJson } from "./find-json.ts";
import { itemId, type LabelingItem } from "./items.ts";
import { matchVerdicts, type SaidVerdict } from "./match.ts";
import { Entry } from "./schemas.ts";

/** What a reply says, by mention. `notes`: what is odd about a reply that was kept. */
export type LabelingAnswer =
  | {
      readonly process: "extraction";
      readonly dataset_used: boolean;
      readonly entries: readonly Entry[];
      /** Entries that could not be read as one, as they came. */
      readonly unread: readonly Json[];
      readonly notes: readonly string[];
    }
  | {
      readonly process: "judge" | "reasoning";
      readonly verdicts: readonly SaidVerdict[];
      /** Entries about nothing that was asked, as they came. */
      readonly unread: readonly Json[];
      readonly argument: string | null;
      readonly notes: readonly string[];
    };

/** Why a reply could not be read, as results count it. */
export type ReplyFault = "refusal" | "cut off" | "no text" | "not JSON" | "wrong form";

/** Reads a reply; throws StudyError "reply" with `facts.reason`, a ReplyFault. */
export function parseAnswer(reply: Pick<ModelReply, "text" | "finish">, item: LabelingItem): LabelingAnswer {
  const id = itemId(item);
  if (reply.finish === "refusal") throw fault(id, "refusal", "the model refused to answer; look at the page's text");
  if (reply.finish === "length")
    throw fault(id, "cut off", "the reply was cut off at the output limit; raise MAX_OUTPUT_TOKENS");
  if (reply.text.trim() === "") throw fault(id, "no text", "the reply has no text");
  const [list, found] = readList(reply.text, LISTS[item.process]);
  if (list === undefined || found === undefined) {
    if (/\{/.test(reply.text))
      throw fault(id, "wrong form", `the reply (${reply.text.length} characters) holds no complete result`);
    throw fault(id, "not JSON", `the reply (${reply.text.length} characters) holds no JSON`);
  }
  const notes = found.mended ? ["a comma too many was taken out"] : [];
  if (item.process === "extraction") return { process: "extraction", ...readEntries(list, found.value, notes) };
  const { verdicts, unread, notes: more } = matchVerdicts(list, item.mentions);
  const argument = item.process === "judge" ? null : argumentOf(found.value, [found.before, found.after]);
  return { process: item.process, verdicts, unread, argument, notes: [...notes, ...more] };
}

/** Where each process's reply may have its list: our form first, then the source's. */
const LISTS: Readonly<Record<LabelingItem["process"], readonly string[]>> = {
  extraction: ["dataset", "datasets"],
  judge: ["verdicts", "data_mentions", "datasets"],
  reasoning: ["datasets", "data_mentions"],
};

function readList(text: string, names: readonly string[]) {
  const nameOf = (value: JsonObject): string | undefined => names.find((name) => Array.isArray(value[name]));
  const found = findJson(text, (value) => nameOf(value) !== undefined);
  const name = found && nameOf(found.value);
  if (!found || name === undefined) return [undefined, undefined] as const;
  const list = found.value[name] as readonly Json[];
  const flat = name === "data_mentions" ? list.flatMap((one) => inner(one)) : list;
  return [flat, found] as const;
}

/** The data sets of a group in the source's nested form. */
function inner(value: Json): readonly Json[] {
  const { datasets } = isObject(value) ? value : {};
  return Array.isArray(datasets) ? (datasets as readonly Json[]) : [];
}

function readEntries(list: readonly Json[], value: JsonObject, before: readonly string[]) {
  const entries: Entry[] = [];
  const unread: Json[] = [];
  const notes = [...before];
  for (const one of list) {
    const strict = Entry.safeParse(one);
    const entry = strict.success ? strict.data : mendedEntry(one);
    if (entry && !strict.success) notes.push(`"${entry.raw_name.slice(0, 60)}" lacked what the schema asks for`);
    if (entry && entry.raw_name.trim() !== "") entries.push(entry);
    else unread.push(one);
  }
  if (unread.length > 0) notes.push(`${unread.length} entries without a name are kept aside`);
  const used = value.dataset_used;
  return { dataset_used: typeof used === "boolean" ? used : entries.length > 0, entries, unread, notes };
}

/** An entry of a model that keeps to no schema: what it has, and the mildest reading of what it has not. */
function mendedEntry(value: Json): Entry | undefined {
  if (!isObject(value) || typeof value.raw_name !== "string") return undefined;
  const fields = readFields(value);
  return {
    raw_name: value.raw_name,
    harmonized_name: fields.harmonized_name,
    acronym: fields.acronym,
    context: fields.context ?? "background",
    specificity: fields.specificity ?? "vague_generic",
    relevance: fields.relevance ?? "indirectly_relevant",
    mentioned_in: text(value.mentioned_in),
    producer: fields.producer,
    data_type: fields.data_type,
  };
}

const PARTS = {
  strategy: "Strategy",
  rubric: "Rubric",
  analysis: "Analysis",
  alternatives: "Alternatives",
  devils_advocate: "Devil's advocate",
  conclusion: "Conclusion",
} as const;

/** The case that a reply makes: the parts of the schema, or the text around the result. */
function argumentOf(value: JsonObject, around: readonly string[]): string | null {
  const parts = Object.entries(PARTS).flatMap(([key, title]) => {
    const said = value[key];
    return typeof said === "string" && said.trim() !== "" ? [`### ${title}\n\n${said.trim()}`] : [];
  });
  const all = [...parts, ...around.filter((part) => part !== "")].join("\n\n");
  return all === "" ? null : all;
}

function fault(id: string, reason: ReplyFault, what: string): StudyError {
  return new StudyError("reply", `${id}: ${what}`, { facts: { id, reason } });
}
