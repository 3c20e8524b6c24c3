import { StudyError } from "corrigenda/error";
import { sha256 } from "corrigenda/json";
import { keyedRng } from "corrigenda/rng";
import { z } from "zod";
import { writeSheet } from "./ratings-csv.ts";
import { type SheetKind, scalesOf } from "./ratings-scales.ts";
import { hasAnswer, type StructuredRecord } from "./record.ts";

/** What to rate, and who does. */
export interface SheetChoice {
  readonly raters: readonly string[];
  /** Learner errors in the sheets. */
  readonly rows: number;
  readonly seed: number;
  /** Names of methods, inputs and lengths in the scores; all methods where none is named, the first input and length. */
  readonly methods: readonly string[] | undefined;
  readonly input: string | undefined;
  readonly length: string | undefined;
}

const Shown = z.object({
  custom_id: z.string(),
  /** "baseline, target, fifty". */
  system: z.string(),
  text: z.string(),
});
type Shown = z.infer<typeof Shown>;

/** A line of key.jsonl: what a row of a sheet stands for. Raters never see it. */
export const KeyLine = z.object({
  id: z.string(),
  rater: z.string(),
  sheet: z.enum(["scores", "pairs"]),
  data_index: z.number(),
  sentence: z.string(),
  method: z.string(),
  /** Pairs: what the two differ in, in the order of the contrast: "fifty or eighty". */
  contrast: z.string().optional(),
  /** As shown: of a pair, A and then B. */
  shown: z.array(Shown),
  /** Of a pair: the place in `shown` of the contrast's first side, 0 or 1. */
  first: z.int().optional(),
});
export type KeyLine = z.infer<typeof KeyLine>;

export interface Sheet {
  readonly file: string;
  readonly content: string;
}

interface Answered {
  readonly record: StructuredRecord;
  readonly shown: Shown;
}

type Cells = ReadonlyMap<string, Answered>;

type Unit = Omit<KeyLine, "id" | "rater" | "shown" | "first"> & { readonly sides: readonly Shown[] };

/** The sheets of all raters and the key that unblinds them. Equal records and choices give equal bytes. */
export function makeSheets(
  records: Iterable<StructuredRecord>,
  choice: SheetChoice,
): { sheets: Sheet[]; key: KeyLine[] } {
  const names = checkRaters(choice.raters);
  const answered = answersOf(records);
  const [scores, pairs] = unitsOf(answered, choice);
  if (scores.length === 0) throw nothing(choice);
  const [sheets, key]: [Sheet[], KeyLine[]] = [[], []];
  for (const rater of names)
    for (const [sheet, units] of [
      ["scores", scores],
      ["pairs", pairs],
    ] as const) {
      if (units.length === 0) continue;
      const lines = blinded(units, rater, choice.seed);
      key.push(...lines);
      sheets.push({ file: `${rater}-${sheet}.csv`, content: sheetText(sheet, lines) });
    }
  return { sheets, key };
}

function checkRaters(raters: readonly string[]): readonly string[] {
  const names = raters.map((name) => name.trim()).filter((name) => name !== "");
  const bad = names.find((name) => !/^[A-Za-z0-9]{1,20}$/.test(name));
  if (bad !== undefined)
    throw new StudyError("config", `--raters: "${bad}" is not a name of 1 to 20 letters and digits; it names a file`);
  if (names.length >= 2 && new Set(names.map((name) => name.toLowerCase())).size === names.length) return names;
  throw new StudyError("config", "--raters: name two or more different raters, with commas between: anna,ben");
}

/** Explanations by learner error and cell. */
function answersOf(records: Iterable<StructuredRecord>): Map<number, Map<string, Answered>> {
  const byError = new Map<number, Map<string, Answered>>();
  for (const record of records) {
    const { data_index, original_custom_id: custom_id, method = "", content_payload } = record;
    const text = content_payload.explanation_en;
    if (!hasAnswer(record) || data_index === undefined || custom_id === null || typeof text !== "string") continue;
    const system = systemOf(method, record.input_type ?? "", record.output_length ?? "");
    const cells = byError.get(data_index) ?? new Map<string, Answered>();
    byError.set(
      data_index,
      cells.has(system) ? cells : cells.set(system, { record, shown: { custom_id, system, text } }),
    );
  }
  return byError;
}

/** What is rated of the drawn learner errors: each method's explanation alone, and pairs that differ in one thing. */
function unitsOf(byError: ReadonlyMap<number, Cells>, choice: SheetChoice): [Unit[], Unit[]] {
  const all = [...byError.values()].flatMap((cells) => [...cells.values()].map(({ record }) => record));
  const inputs = distinct(all.map(({ input_type }) => input_type ?? ""));
  const lengths = distinct(all.map(({ output_length }) => output_length ?? ""));
  const there = distinct(all.map(({ method }) => method ?? ""));
  const methods = choice.methods?.map((method) => chosen("method", method, there)) ?? there;
  const input = chosen("input", choice.input, inputs);
  const length = chosen("length", choice.length, lengths);
  const wanted = methods.map((method) => systemOf(method, input, length));
  const whole = [...byError].filter(([, cells]) => wanted.every((system) => cells.has(system)));
  const [scores, pairs]: [Unit[], Unit[]] = [[], []];
  for (const [data_index, cells] of drawn(whole, choice))
    for (const method of methods) {
      const own = cells.get(systemOf(method, input, length)) as Answered;
      const unit = { data_index, sentence: own.record.formatted_sentence ?? "", method };
      scores.push({ ...unit, sheet: "scores", sides: [own.shown] });
      const others = [
        ...after(lengths, length).map((other) => [`${length} or ${other}`, systemOf(method, input, other)] as const),
        ...after(inputs, input).map((other) => [`${input} or ${other}`, systemOf(method, other, length)] as const),
      ];
      for (const [contrast, system] of others) {
        const other = cells.get(system);
        if (other) pairs.push({ ...unit, sheet: "pairs", contrast, sides: [own.shown, other.shown] });
      }
    }
  return [scores, pairs];
}

/** The learner errors that are rated, drawn by their index and the seed alone, in order of index. */
function drawn<T>(whole: readonly (readonly [number, T])[], { rows, seed }: SheetChoice): (readonly [number, T])[] {
  const ranked = whole.map((one) => ({ one, rank: keyedRng(seed, "ratings", one[0]).next() }));
  const first = ranked.sort((a, b) => a.rank - b.rank || a.one[0] - b.one[0]).slice(0, rows);
  return first.map(({ one }) => one).sort(([a], [b]) => a - b);
}

/** A rater's own order, sides and ids. The digits at an id's end tell a row from any other sheet's. */
function blinded(units: readonly Unit[], rater: string, seed: number): KeyLine[] {
  const sheet = units[0]?.sheet ?? "scores";
  const order = keyedRng(seed, "order", rater, sheet).shuffle(units);
  return order.map(({ sides, ...unit }, at) => {
    const ids = sides.map(({ custom_id }) => custom_id);
    const isTurned = sides.length === 2 && keyedRng(seed, "sides", rater, ...ids).next() < 0.5;
    const shown = isTurned ? [...sides].reverse() : [...sides];
    const mark = sha256(JSON.stringify([seed, rater, sheet, at, shown])).slice(0, 4);
    const id = `${rater}-${sheet === "scores" ? "s" : "p"}${String(at + 1).padStart(4, "0")}-${mark}`;
    return { id, rater, ...unit, shown, ...(sides.length === 2 && { first: isTurned ? 1 : 0 }) };
  });
}

function sheetText(sheet: SheetKind, lines: readonly KeyLine[]): string {
  const texts = textColumns(sheet);
  const rows = lines.map(({ id, sentence, shown }) => ({
    ...{ id, sentence },
    ...Object.fromEntries(texts.map((name, at) => [name, shown[at]?.text ?? ""])),
  }));
  return writeSheet(["id", "sentence", ...texts, ...scalesOf(sheet), "comment"], rows);
}

/** The columns of a sheet that hold explanations. */
export function textColumns(sheet: SheetKind): readonly string[] {
  return sheet === "scores" ? ["explanation"] : ["A", "B"];
}

function systemOf(method: string, input: string, length: string): string {
  return [method, input, length].join(", ");
}

function after(values: readonly string[], value: string): readonly string[] {
  return values.slice(values.indexOf(value) + 1);
}

function chosen(what: string, wanted: string | undefined, there: readonly string[]): string {
  const [first = ""] = there;
  if (wanted === undefined || there.includes(wanted)) return wanted ?? first;
  throw new StudyError(
    "config",
    `no explanation of the run has the ${what} "${wanted}"; there are ${there.join(", ")}`,
  );
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function nothing({ methods }: SheetChoice): StudyError {
  const named = methods === undefined ? "all methods" : methods.join(", ");
  return new StudyError("dataset", `no learner error has an explanation by ${named}; name fewer with --methods`);
}
