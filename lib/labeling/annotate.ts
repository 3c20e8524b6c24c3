import type { Metric, Metrics } from "corrigenda/results";
import { bootstrapPairs, cohenKappa, percentAgreement } from "corrigenda/stats";
import {
  type Answers,
  adjudicationCsv,
  alignAnswers,
  decide,
  disputed,
  fieldOf,
  type MarkPair,
  readAdjudication,
  validOf,
} from "./adjudicate.ts";
import { annotationCsv, readAnnotationCsv } from "./annotate-csv.ts";
import { type AnnotationPage, MARK_FIELDS, type MarkedPage } from "./annotate-pages.ts";
import { labelStudioConfig, labelStudioTasks, readLabelStudio } from "./label-studio.ts";
import { exactKey } from "./name-match.ts";

export * from "./adjudicate.ts";
export { annotationCsv, readAnnotationCsv } from "./annotate-csv.ts";
export * from "./annotate-pages.ts";
export { readCsvRows, writeCsvRows } from "./csv.ts";
export * from "./label-studio.ts";

/** What an export or an import writes. */
export interface MadeFiles {
  readonly files: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly metrics?: Metrics | undefined;
}

/** Files of an export: for Label Studio, for a spreadsheet, and the pages that an import needs. */
export function exportFiles(pages: readonly AnnotationPage[], version: string): MadeFiles {
  const files = {
    "tasks.json": `${JSON.stringify(labelStudioTasks(pages, version), null, 2)}\n`,
    "label-config.xml": labelStudioConfig(),
    "mentions.csv": annotationCsv(pages),
    "pages.jsonl": lines(pages),
  };
  return { files, counts: { pages: pages.length, mentions: pages.flatMap(({ proposed }) => proposed).length } };
}

export function exportSentence(pages: readonly AnnotationPage[], folder: string): string {
  const mentions = pages.flatMap(({ proposed }) => proposed).length;
  return `${pages.length} pages with ${mentions} mentions to annotate: ${folder}/mentions.csv, or tasks.json with label-config.xml for Label Studio`;
}

/** A person's file as it came back; Label Studio's names its people itself. */
export function readAnswers(
  { file, name, text }: { readonly file: string; readonly name: string; readonly text: string },
  pages: readonly AnnotationPage[],
): MarkedPage[] {
  if (/\.json$/i.test(file)) return readLabelStudio(text, file, pages);
  return readAnnotationCsv(text, { file, annotator: name }, pages);
}

interface AnswerFile {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

/** What one or two people say of exported pages, and what was decided where they differ. */
export function importAnswers(
  given: readonly AnswerFile[],
  decisions: AnswerFile | undefined,
  pages: readonly AnnotationPage[],
) {
  const answers = alignAnswers(
    given.flatMap((one) => readAnswers(one, pages)),
    pages,
  );
  const { records, waiting } = decide(
    answers,
    decisions ? readAdjudication(decisions.text, decisions.file) : new Map(),
  );
  const fields = agreement(answers, 123);
  const open = answers.pairs.filter((pair) => disputed(pair).length > 0).length;
  const made: MadeFiles = {
    files: {
      "marks.jsonl": lines(answers.pairs),
      "agreement.jsonl": lines(fields),
      "adjudication.csv": adjudicationCsv(answers),
      /** For generate-finetune-data.ts --manual. */
      "gold.jsonl": lines(records),
    },
    counts: { pages: answers.pages.length, mentions: answers.pairs.length, disputed: open, decided: records.length },
    metrics: agreementMetrics(fields, answers.annotators),
  };
  const wait = waiting.length === 0 ? "" : `, ${waiting.length} wait for adjudication.csv (--adjudicated)`;
  const read = `${answers.pages.length} pages read by ${answers.annotators.join(" and ")}`;
  const sentence = `${read}, ${answers.pairs.length} mentions, ${open} disputed; ${records.length} pages decided${wait}`;
  return { annotators: answers.annotators, made, table: agreementTable(fields), sentence };
}

function lines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

const RESAMPLES = 2_000;

/** How far two people agree in one field. */
export interface FieldAgreement {
  readonly field: string;
  readonly mentions: number;
  readonly documents: number;
  /** Share of mentions on which they agree. */
  readonly agreed: number;
  /** Cohen's; null where both use one category throughout. */
  readonly kappa: number | null;
  /** 95 %, documents drawn; null where there are fewer than two, or no kappa. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Agreement in "valid" over all mentions that both decided; in the other fields over those that both take for data sets. */
export function agreement({ annotators, pairs }: Answers, seed: number): FieldAgreement[] {
  if (annotators.length < 2) return [];
  const decided = pairs.filter(({ a, b }) => validOf(a) !== null && validOf(b) !== null);
  const both = decided.flatMap((pair) => (pair.a?.valid && pair.b?.valid ? [{ ...pair, a: pair.a, b: pair.b }] : []));
  const valid = (mark: MarkPair["a"]): string => (validOf(mark) ? "yes" : "no");
  return [
    fieldAgreement(
      "valid",
      decided.map(({ document, a, b }) => ({ document, a: valid(a), b: valid(b) })),
      seed,
    ),
    ...MARK_FIELDS.map((field) => {
      const rows = both.map(({ document, a, b }) => ({
        ...{ document, a: exactKey(fieldOf(a, field)), b: exactKey(fieldOf(b, field)) },
      }));
      return fieldAgreement(field, rows, seed);
    }),
  ].flatMap((one) => one ?? []);
}

function fieldAgreement(
  field: string,
  rows: readonly { readonly document: string; readonly a: string; readonly b: string }[],
  seed: number,
): FieldAgreement | undefined {
  if (rows.length === 0) return undefined;
  const [a, b, clusters] = [rows.map((row) => row.a), rows.map((row) => row.b), rows.map((row) => row.document)];
  const documents = new Set(clusters).size;
  const kappa = cohenKappa(a, b);
  const base = { field, mentions: rows.length, documents, agreed: percentAgreement(a, b) };
  if (Number.isNaN(kappa)) return { ...base, kappa: null, low: null, high: null };
  if (documents < 2) return { ...base, kappa, low: null, high: null };
  return {
    ...base,
    kappa,
    ...ends(() => bootstrapPairs(a, b, cohenKappa, { seed, clusters, resamples: RESAMPLES, method: "percentile" })),
  };
}

/** No interval where most resamples have no kappa. */
function ends(interval: () => { readonly low: number; readonly high: number }): {
  low: number | null;
  high: number | null;
} {
  try {
    const { low, high } = interval();
    return { low, high };
  } catch {
    return { low: null, high: null };
  }
}

/** metrics.json of an import; undefined with one person's answers, who cannot disagree. */
export function agreementMetrics(
  fields: readonly FieldAgreement[],
  annotators: readonly string[],
): Metrics | undefined {
  const provider = `people: ${annotators.join(", ")}`;
  const metrics = fields.flatMap(({ field, mentions, agreed, kappa, low, high }): Metric[] => [
    ...(kappa === null
      ? []
      : [{ name: `kappa, ${field}`, value: kappa, low, high, n: mentions, unit: "kappa", provider }]),
    { name: `agreement, ${field}`, value: agreed, low: null, high: null, n: mentions, unit: "share", provider },
  ]);
  const [headline, ...rest] = metrics;
  return headline && { headline, metrics: rest };
}

/** Agreement for the terminal. */
export function agreementTable(fields: readonly FieldAgreement[]): Record<string, string | number>[] {
  return fields.map(({ field, mentions, agreed, kappa, low, high }) => ({
    ...{ field, mentions, agreed: agreed.toFixed(2) },
    kappa:
      kappa === null
        ? "one category"
        : `${kappa.toFixed(2)}${low === null || high === null ? "" : ` [${low.toFixed(2)}, ${high.toFixed(2)}]`}`,
  }));
}
