import { StudyError } from "corrigenda/error";
import { type Json, parseJson } from "corrigenda/json";
import type { ModelReply } from "corrigenda/provider";
import type { z } from "zod";
import { type Collocation, type Explanation, type Matched, REPLIES } from "./answers.ts";
import type { AnswerKind } from "./methods.ts";

/** A reply as read. `notes` says what is odd about it but was kept. */
export type Answer =
  | { readonly kind: "explanation"; readonly payload: Explanation; readonly notes: readonly string[] }
  | { readonly kind: "collocation"; readonly payload: Collocation; readonly notes: readonly string[] }
  | { readonly kind: "knowledge"; readonly payload: Matched; readonly notes: readonly string[] };

/** Why a reply could not be read, as results count it. */
export type ReplyFault =
  | "not JSON"
  | "missing field"
  | "wrong count"
  | "wrong type"
  | "refusal"
  | "cut off"
  | "no text";

export interface Expected {
  readonly kind: AnswerKind;
  /** The items that a knowledge task may return. */
  readonly list: readonly string[];
  /** custom_id, for messages. */
  readonly id: string;
}

/** Reads a reply; throws StudyError "reply" with `facts.reason`, a ReplyFault. */
export function parseAnswer(reply: Pick<ModelReply, "text" | "finish">, expected: Expected): Answer {
  return parsePayload(replyJson(reply, expected.id), expected);
}

/** The JSON of a reply. Throws as parseAnswer does. */
export function replyJson(reply: Pick<ModelReply, "text" | "finish">, id: string): Json {
  if (reply.finish === "refusal") throw fault(id, "refusal", "the model refused to answer; look at the row's text");
  if (reply.finish === "length")
    throw fault(id, "cut off", "the reply was cut off at the output limit; allow more output tokens");
  if (reply.text.trim() === "") throw fault(id, "no text", "the reply has no text");
  const json = parseJson(unfenced(reply.text));
  if (json === undefined) throw fault(id, "not JSON", `the reply (${reply.text.length} characters) is not JSON`);
  return json;
}

/** The JSON of a reply as a schema has it. Throws as parseAnswer does. */
export function checkedReply<T>(schema: z.ZodType<T>, json: Json, id: string): T {
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const issue = read.error.issues[0] as z.core.$ZodIssue;
  const [reason, what] = explain(issue, json);
  throw fault(id, reason, `the reply's ${issue.path.join(".") || "JSON"} ${what}`);
}

/** Reads the JSON of a reply; throws as parseAnswer does. */
export function parsePayload(json: Json, { kind, id, list }: Expected): Answer {
  const payload = checkedReply<Explanation | Collocation | Matched>(REPLIES[kind], json, id);
  const extra = Object.keys(json as object).length - Object.keys(payload).length;
  const notes = extra > 0 ? [`${extra} fields that were not asked for are left out`] : [];
  if (kind === "knowledge") return matchItems((payload as Matched).matched, list, notes);
  const marked = (payload as Explanation).example_en.some((text) => /\[-.*-\]|\{\+.*\+\}/.test(text));
  return { kind, payload, notes: marked ? [...notes, "an example holds markers"] : notes } as Answer;
}

/** Items back as the list has them (a number in front is forgiven), each once; others are kept and noted. */
function matchItems(matched: readonly string[], list: readonly string[], before: readonly string[]): Answer {
  const known = new Set(list);
  const own = (text: string): string =>
    [text, text.trim(), text.trim().replace(/^(\d+[.)]|[-*•])\s+/, "")].find((form) => known.has(form)) ?? text;
  const items = [...new Set(matched.map(own))];
  const strange = items.filter((item) => !known.has(item)).length;
  const odd = strange > 0 ? [`${strange} of ${items.length} matched items are not in the list`] : [];
  return { kind: "knowledge", payload: { matched: items }, notes: [...before, ...odd] };
}

function explain(issue: z.core.$ZodIssue, json: Json): [ReplyFault, string] {
  const value = issue.path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    json,
  );
  if (issue.code === "invalid_type" && value === undefined) return ["missing field", "is missing"];
  if (issue.code === "too_small" || issue.code === "too_big") {
    const limit = issue.code === "too_small" ? issue.minimum : issue.maximum;
    const wanted = issue.exact ? `${limit}` : `at most ${limit}`;
    return ["wrong count", `has ${Array.isArray(value) ? value.length : "?"} entries; ${wanted} expected`];
  }
  if (issue.code === "invalid_type")
    return ["wrong type", `is not ${issue.expected === "array" ? "a list" : `of type ${issue.expected}`}`];
  return ["missing field", issue.message];
}

/** Models without strict output like to put JSON in a code fence. */
function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
}

function fault(id: string, reason: ReplyFault, what: string): StudyError {
  return new StudyError("reply", `${id}: ${what}`, { facts: { id, reason } });
}
