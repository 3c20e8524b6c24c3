import { StudyError } from "corrigenda/error";
import { type Json, type JsonObject, parseJson } from "corrigenda/json";
import {
  type AnnotationPage,
  MARK_FIELDS,
  type Mark,
  type MarkedPage,
  NOTHING_SAID,
  oneOf,
  sentencesAround,
} from "./annotate-pages.ts";
import { isObject, text as textOf } from "./fields.ts";
import { CONTEXTS, SPECIFICITIES } from "./schemas.ts";

const LABELS = { proposed: null, "data set": true, "not a data set": false } as const;

/** The labelling interface, to be pasted into a Label Studio project. */
export function labelStudioConfig(): string {
  const choices = (name: string, words: readonly string[]): string =>
    `  <Header value="${name}"/>\n  <Choices name="${name}" toName="text" perRegion="true" choice="single">\n${words.map((word) => `    <Choice value="${word}"/>`).join("\n")}\n  </Choices>`;
  const area = (name: string): string =>
    `  <TextArea name="${name}" toName="text" perRegion="true" placeholder="${name}" maxSubmissions="1" editable="true"/>`;
  const colours = { proposed: "#8a8f98", "data set": "#1b7f5c", "not a data set": "#b3402a" };
  return `<View>
  <Header value="$title"/>
  <Labels name="mention" toName="text">
${Object.entries(colours)
  .map(([label, colour]) => `    <Label value="${label}" background="${colour}"/>`)
  .join("\n")}
  </Labels>
  <Text name="text" value="$text"/>
${choices("specificity", SPECIFICITIES)}
${choices("context", CONTEXTS)}
${["harmonized_name", "acronym", "producer", "year", "comment"].map(area).join("\n")}
</View>
`;
}

/** Tasks for Label Studio: a page each, the model's mentions as predictions that say nothing of their verdict. */
export function labelStudioTasks(pages: readonly AnnotationPage[], version: string): JsonObject[] {
  return pages.map(({ document, page, text, proposed }) => ({
    data: {
      ...{ title: `${document}, page ${page}`, document, page, text },
      // Label Studio marks stretches of text: what stands nowhere is named here, and cannot be a data set of this page.
      unplaced: proposed.filter(({ start }) => start === null).map(({ id, raw_name }) => ({ id, raw_name })),
    },
    predictions: [{ model_version: version, result: proposed.flatMap((one) => region(one, text)) }],
  }));
}

function region({ id, start, end }: AnnotationPage["proposed"][number], text: string): JsonObject[] {
  if (start === null || end === null) return [];
  const value = { start, end, text: text.slice(start, end), labels: ["proposed"] };
  return [{ id, from_name: "mention", to_name: "text", type: "labels", value }];
}

/** What people said, from Label Studio's JSON export: every annotation of every task. A deleted stretch says "not a data set". */
export function readLabelStudio(content: string, file: string, pages: readonly AnnotationPage[]): MarkedPage[] {
  const tasks = parseJson(content);
  if (!Array.isArray(tasks))
    throw new StudyError("dataset", `${file} is no list of tasks; export the project as JSON (not JSON-MIN)`);
  const known = new Map(pages.map((page) => [`${page.document}#${page.page}`, page]));
  return (tasks as readonly Json[]).flatMap((task, at): MarkedPage[] => {
    const data = isObject(task) && isObject(task.data) ? task.data : undefined;
    const page = known.get(`${data?.document}#${data?.page}`);
    if (!isObject(task) || !page)
      throw new StudyError(
        "dataset",
        `${file}: task ${at + 1} is about a page that was not exported; is it another export's file?`,
      );
    if (!Array.isArray(task.annotations))
      throw new StudyError(
        "dataset",
        `${file}: task ${at + 1} has no annotations; export the project as JSON (not JSON-MIN)`,
      );
    const given = (task.annotations as readonly Json[]).filter(isObject).filter((one) => one.was_cancelled !== true);
    return given.map((one) => ({
      ...{ annotator: annotatorOf(one), document: page.document, page: page.page },
      marks: marksOf(listOf(one.result), page),
    }));
  });
}

function annotatorOf({ completed_by: who }: JsonObject): string {
  return isObject(who) ? String(who.email ?? who.username ?? who.id) : String(who ?? "unknown");
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

function marksOf(results: readonly JsonObject[], page: AnnotationPage): Mark[] {
  const open = new Set(page.proposed);
  const marks = results.flatMap((result): Mark[] => {
    if (result.type !== "labels" || !isObject(result.value)) return [];
    const { start, end, labels } = result.value;
    if (typeof start !== "number" || typeof end !== "number") return [];
    const own =
      [...open].find(({ id }) => id === result.id) ?? [...open].find((one) => one.start === start && one.end === end);
    if (own) open.delete(own);
    const raw_name = own && own.start === start && own.end === end ? own.raw_name : page.text.slice(start, end);
    const mentioned_in = own?.mentioned_in ?? sentencesAround(page.text, start, end);
    const label = Array.isArray(labels) ? String(labels[0]) : "";
    const valid = label in LABELS ? LABELS[label as keyof typeof LABELS] : null;
    return [{ item: own?.id ?? null, raw_name, mentioned_in, start, end, valid, ...fieldsOf(results, result.id) }];
  });
  const gone = [...open].map(({ id: item, ...one }): Mark => ({ item, ...one, ...NOTHING_SAID, valid: false }));
  return [...marks, ...gone];
}

/** What stands under the stretch's own id. */
function fieldsOf(results: readonly JsonObject[], id: Json | undefined) {
  const said = (name: string): string | undefined => {
    const value = results.find((one) => one.id === id && one.from_name === name)?.value;
    const { choices, text } = isObject(value) ? value : {};
    const first = Array.isArray(choices) ? choices[0] : Array.isArray(text) ? text[0] : text;
    return textOf(first as Json | undefined) ?? undefined;
  };
  const texts = Object.fromEntries([...MARK_FIELDS, "comment"].map((name) => [name, said(name) ?? null]));
  return {
    ...(texts as Record<"harmonized_name" | "acronym" | "producer" | "year" | "comment", string | null>),
    specificity: oneOf(SPECIFICITIES, said("specificity")),
    context: oneOf(CONTEXTS, said("context")),
  };
}
