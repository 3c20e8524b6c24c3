import { StudyError } from "corrigenda/error";
import { allowed, yesOrNo } from "./annotate-csv.ts";
import { type AnnotationPage, MARK_FIELDS, type Mark, type MarkedPage, type MarkField } from "./annotate-pages.ts";
import { readCsvRows, writeCsvRows } from "./csv.ts";
import type { FinetuneRecord, Payload } from "./finetune-pages.ts";
import { exactKey } from "./name-match.ts";
import { CONTEXTS, SPECIFICITIES } from "./schemas.ts";

/** What two people say of one mention; null where one did not mark what the other added. */
export interface MarkPair {
  /** Of this mention in this export, for the adjudication file. */
  readonly key: string;
  readonly document: string;
  readonly page: number;
  readonly a: Mark | null;
  readonly b: Mark | null;
}

/** The answers of one or two people, page by page. */
export interface Answers {
  readonly annotators: readonly string[];
  /** Pages that everybody read. */
  readonly pages: readonly AnnotationPage[];
  readonly pairs: readonly MarkPair[];
}

/** Brings the answers together. Pages that not everybody read are left for later. Throws StudyError "dataset" for more than two people. */
export function alignAnswers(marked: readonly MarkedPage[], pages: readonly AnnotationPage[]): Answers {
  const annotators = [...new Set(marked.map(({ annotator }) => annotator))].sort();
  if (annotators.length === 0) throw new StudyError("dataset", "no page has an answer yet; fill in valid: yes or no");
  if (annotators.length > 2)
    throw new StudyError(
      "dataset",
      `${annotators.length} people answered (${annotators.join(", ")}); hand in one or two at a time`,
    );
  const placeOf = (who: string | undefined, document: string, page: number): string => `${document}#${page} ${who}`;
  const byPlace = new Map(marked.map((one) => [placeOf(one.annotator, one.document, one.page), one]));
  const of = (who: string | undefined, { document, page }: AnnotationPage): MarkedPage | undefined =>
    byPlace.get(placeOf(who, document, page));
  const read = pages.filter((page) => annotators.every((who) => of(who, page) !== undefined));
  const pairs = read.flatMap((page) => {
    const [a, b] = [of(annotators[0], page)?.marks ?? [], of(annotators[1], page)?.marks];
    const { document } = page;
    const aligned = b === undefined ? a.map((mark) => ({ a: mark, b: mark })) : alignMarks(a, b);
    return aligned.map((pair, at): MarkPair => {
      const key = (pair.a ?? pair.b)?.item ?? `${document}#${page.page}+${at + 1}`;
      return { key, document, page: page.page, ...pair };
    });
  });
  return { annotators, pages: read, pairs };
}

function alignMarks(a: readonly Mark[], b: readonly Mark[]): Pick<MarkPair, "a" | "b">[] {
  const open = new Set(b);
  const take = (mark: Mark | undefined): Mark | null => {
    if (mark) open.delete(mark);
    return mark ?? null;
  };
  const pairs = a.map((mark) => ({ a: mark, b: take([...open].find((other) => isSame(mark, other))) }));
  return [...pairs, ...[...open].map((mark) => ({ a: null, b: mark }))];
}

function isSame(a: Mark, b: Mark): boolean {
  if (a.item !== null || b.item !== null) return a.item === b.item;
  if (a.start === null || a.end === null || b.start === null || b.end === null)
    return exactKey(a.raw_name) === exactKey(b.raw_name);
  const common = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return common * 2 >= Math.max(a.end - a.start, b.end - b.start);
}

/** Whether a person takes it for a data set; one who did not mark what the other added does not. */
export function validOf(mark: Mark | null): boolean | null {
  return mark === null ? false : mark.valid;
}

export function fieldOf(mark: Mark, field: MarkField): string {
  return mark[field] ?? "";
}

/** Texts are the same where they differ in capitals and punctuation alone. */
export function sameField(a: Mark, b: Mark, field: MarkField): boolean {
  return exactKey(fieldOf(a, field)) === exactKey(fieldOf(b, field));
}

/** Fields in which two people differ; "valid" also where one of them did not decide. */
export function disputed({ a, b }: MarkPair): ("valid" | MarkField)[] {
  const [left, right] = [validOf(a), validOf(b)];
  if (left === null || right === null || left !== right) return ["valid"];
  if (!left || !a || !b) return [];
  return MARK_FIELDS.filter((field) => !sameField(a, b, field));
}

const FIELDS = ["valid", ...MARK_FIELDS] as const;

/** The disputed mentions with both answers; a third person fills in the columns without _a and _b. "-" stands for none. */
export function adjudicationCsv({ pairs }: Answers): string {
  const columns = ["key", "document", "page", "raw_name", "mentioned_in", "disputed"];
  const rows = pairs.flatMap((pair) => {
    const open = disputed(pair);
    const some = pair.a ?? pair.b;
    if (open.length === 0 || !some) return [];
    const word = (mark: Mark | null, field: (typeof FIELDS)[number]): string => {
      if (field === "valid")
        return { true: "yes", false: "no", null: "" }[String(validOf(mark)) as "true" | "false" | "null"];
      return mark ? fieldOf(mark, field) : "";
    };
    const agreed = (field: (typeof FIELDS)[number]): string =>
      open.includes(field) || open.includes("valid") ? "" : word(pair.a, field) || "-";
    const cells = FIELDS.flatMap((field) => [
      [`${field}_a`, word(pair.a, field)],
      [`${field}_b`, word(pair.b, field)],
      [field, agreed(field)],
    ]);
    const { key, document, page } = pair;
    const { raw_name, mentioned_in } = some;
    return [
      {
        key,
        document,
        page: String(page),
        raw_name,
        mentioned_in,
        disputed: open.join(" "),
        ...Object.fromEntries(cells),
      },
    ];
  });
  return writeCsvRows([...columns, ...FIELDS.flatMap((field) => [`${field}_a`, `${field}_b`, field])], rows);
}

/** Decisions of an adjudication file by key; an empty cell is no decision, "-" is none. */
export function readAdjudication(content: string, file: string): ReadonlyMap<string, Partial<Mark>> {
  const decided = new Map<string, Partial<Mark>>();
  for (const row of readCsvRows(content, file)) {
    const where = `${file}: ${row.key}`;
    const said = (name: string): string | null | undefined => {
      const cell = (row[name] ?? "").trim();
      return cell === "" ? undefined : cell === "-" ? null : cell;
    };
    const texts = (["harmonized_name", "acronym", "producer", "year"] as const).flatMap((name) => {
      const value = said(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const [valid, specificity, context] = [said("valid"), said("specificity"), said("context")];
    decided.set(row.key ?? "", {
      ...Object.fromEntries(texts),
      ...(valid !== undefined && { valid: yesOrNo(valid, where) }),
      ...(specificity !== undefined && { specificity: allowed(SPECIFICITIES, specificity, where) }),
      ...(context !== undefined && { context: allowed(CONTEXTS, context, where) }),
    });
  }
  return decided;
}

export interface Decided {
  /** Pages on which nothing is open, as labels for generate-finetune-data.ts --manual. */
  readonly records: readonly Omit<FinetuneRecord, "origin">[];
  /** Pages that wait for a decision, as `<document>#<page>`. */
  readonly waiting: readonly string[];
}

/** What is agreed, or decided where it was not. Keys of decisions that no mention has are refused: it is another export's file. */
export function decide({ pages, pairs }: Answers, decisions: ReadonlyMap<string, Partial<Mark>>): Decided {
  const keys = new Set(pairs.map(({ key }) => key));
  const stranger = [...decisions.keys()].find((key) => !keys.has(key));
  if (stranger !== undefined)
    throw new StudyError(
      "dataset",
      `the adjudication file speaks of ${stranger}, which these answers do not; is it another export's?`,
    );
  const [records, waiting] = [[] as Omit<FinetuneRecord, "origin">[], [] as string[]];
  const byPage = new Map<string, MarkPair[]>();
  for (const pair of pairs) {
    const own = byPage.get(`${pair.document}#${pair.page}`);
    if (own) own.push(pair);
    else byPage.set(`${pair.document}#${pair.page}`, [pair]);
  }
  for (const { document, page, text } of pages) {
    const own = byPage.get(`${document}#${page}`) ?? [];
    const marks = own.map((pair) => decidedMark(pair, decisions.get(pair.key) ?? {}));
    if (marks.some((mark) => mark === undefined)) waiting.push(`${document}#${page}`);
    else
      records.push({ paper_id: document, page, text, payload: payloadOf(marks.filter((mark) => mark !== undefined)) });
  }
  return { records, waiting };
}

/** Undefined where something is still open. */
function decidedMark(pair: MarkPair, decision: Partial<Mark>): Mark | undefined {
  const open = disputed(pair);
  const base = pair.a ?? pair.b;
  if (!base) return undefined;
  const valid = "valid" in decision ? (decision.valid ?? null) : open.includes("valid") ? null : validOf(pair.a);
  if (valid === null) return undefined;
  const fields =
    open.includes("valid") && pair.a && pair.b
      ? MARK_FIELDS.filter((field) => !sameField(base, pair.b ?? base, field))
      : open;
  if (valid && fields.some((field) => field !== "valid" && !(field in decision))) return undefined;
  return { ...base, ...decision, valid };
}

function payloadOf(marks: readonly Mark[]): Payload {
  const valid = marks.filter((mark) => mark.valid === true);
  const data_mentions = [...new Set(valid.map(({ mentioned_in }) => mentioned_in))].map((mentioned_in) => ({
    mentioned_in,
    datasets: valid
      .filter((mark) => mark.mentioned_in === mentioned_in)
      .map(({ raw_name, harmonized_name, acronym, producer, year, specificity, context }) => ({
        ...{ raw_name, harmonized_name, acronym, producer, year, specificity, context },
      })),
  }));
  return { data_used: data_mentions.length > 0, data_mentions };
}
