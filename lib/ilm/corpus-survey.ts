import type { LearnerText, NoRow, RowOrBad } from "corrigenda/dataset";
import { StudyError } from "corrigenda/error";
import { cleanText } from "./corpus-text.ts";
import { count } from "./mask-document.ts";

export interface SurveyOptions {
  /** Only texts in this language; without it, all must be in the same one. */
  readonly language?: string | undefined;
  /** Gets every document with its number; may give a promise to wait for. */
  readonly keep?: (number: number, document: CorpusDocument) => Promise<void> | undefined;
}

/** What a first reading keeps of each document: a few bytes. */
export interface Survey {
  /** Documents of each level, as numbers in the order of the rows that are documents. */
  readonly levels: ReadonlyMap<string, readonly number[]>;
  /** First language of each document. */
  readonly l1: readonly string[];
  readonly level: readonly string[];
  /** Code points of each document. */
  readonly length: readonly number[];
  /** Rows read, those that are no documents included. */
  readonly rows: number;
  /** Why rows are no documents. */
  readonly left: ReadonlyMap<string, number>;
  /** "file:line" of the first of each reason. */
  readonly places: ReadonlyMap<string, string>;
  /** Documents in which a separator was escaped. */
  readonly escaped: number;
}

/** A document of the corpus. */
export interface CorpusDocument {
  readonly row: LearnerText;
  readonly text: string;
  readonly length: number;
  readonly escaped: boolean;
}

/** The document that a row is; undefined, and the reason told, where it is none. @param language the wanted one, or any */
function documentOf(
  one: RowOrBad<LearnerText>,
  language: string | undefined,
  leave: (left: Pick<NoRow, "place" | "reason">) => void,
): CorpusDocument | undefined {
  if (!one.ok) leave(one);
  else if (language !== undefined && one.row.language !== language)
    leave({ place: one.place, reason: "the text is in another language" });
  else {
    const cleaned = cleanText(one.row.text);
    if (cleaned.ok) return { row: one.row, text: cleaned.text, length: cleaned.length, escaped: cleaned.separators };
    leave({ place: one.place, reason: cleaned.reason });
  }
  return undefined;
}

/**
 * Reads all rows once. Throws StudyError "config" where they are in several languages and none was chosen: levels are
 * spread unevenly over languages, so a difference between levels would be one between languages.
 */
export async function survey(
  rows: AsyncIterable<RowOrBad<LearnerText>>,
  { language, keep }: SurveyOptions = {},
): Promise<Survey> {
  const [levels, languages] = [new Map<string, number[]>(), new Map<string, Map<string, number>>()];
  const [l1, level, length]: [string[], string[], number[]] = [[], [], []];
  const [left, places] = [new Map<string, number>(), new Map<string, string>()];
  let [all, escaped] = [0, 0];
  const leave = ({ place, reason }: Pick<NoRow, "place" | "reason">): void => {
    all += 1;
    count(left, reason);
    if (!places.has(reason)) places.set(reason, place);
  };
  const known = interned();
  for await (const one of rows) {
    const document = documentOf(one, language, leave);
    if (!document) continue;
    const waiting = keep?.(level.length, document);
    if (waiting) await waiting;
    all += 1;
    const { row } = document;
    entry(levels, row.level, () => []).push(level.length);
    count(
      entry(languages, row.language, () => new Map()),
      row.level,
    );
    l1.push(known(row.l1));
    level.push(known(row.level));
    length.push(document.length);
    if (document.escaped) escaped += 1;
  }
  if (languages.size > 1) throw mixed(languages);
  return { levels, l1, level, length, rows: all, left, places, escaped };
}

function mixed(languages: ReadonlyMap<string, ReadonlyMap<string, number>>): StudyError {
  const parts = [...languages].map(([name, levels]) => {
    const spread = [...levels].sort().map(([level, texts]) => `${level} ${texts}`);
    return `${name} (${spread.join(", ")})`;
  });
  return new StudyError(
    "config",
    `the texts are in ${languages.size} languages, which have other levels each: ${parts.join("; ")}. A difference between ` +
      "levels would be one between languages; choose one with --lang",
    { facts: { languages: [...languages.keys()].join(", ") } },
  );
}

/** One string for equal ones: hundreds of thousands of rows name a dozen languages. */
function interned(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => entry(known, text, () => text);
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
