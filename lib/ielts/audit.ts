// Written apart from what makes the files: own rounding, own reading, own comparing, so that one mistake is not made twice.
import { type Json, parseJson } from "corrigenda/json";

/** What the files of a run hold that they should not. All counts should be 0. */
export interface Audit {
  readonly train: number;
  readonly validation: number;
  readonly quotes: number;
  readonly spans: number;
  readonly faults: Readonly<Record<Fault, number>>;
  /** The first of each fault: "train.jsonl:3: …". */
  readonly places: readonly string[];
}

export const FAULTS = [
  "line is not JSON",
  "wrong messages",
  "answer is not JSON",
  "wrong criteria",
  "quote not in the essay",
  "wrong number of quotes",
  "span not in the essay",
  "type outside the five",
  "band off the grid",
  "mean is not the overall band",
  "wrong number of suggestions",
  "key that does not belong",
  "byte order mark",
  "question on both sides",
  "essay on both sides",
  "metadata disagrees",
] as const;
export type Fault = (typeof FAULTS)[number];

const NAMES = ["Task Response", "Coherence & Cohesion", "Lexical Resource", "Grammatical Range & Accuracy"];
const TYPES = ["grammar", "lexical", "coherence", "task", "other"];
/** Words in a row by which essays are compared, and the share of them that makes two essays one. */
const SHINGLE = 6;
const SHARED = 0.5;

type Thing = Readonly<Record<string, Json | undefined>>;
type Side = "train" | "validation";

/** Reads a run's files line by line. */
export function auditor(): {
  line(side: Side, number: number, text: string): void;
  /** @param metadata the parsed metadata.json */
  result(metadata: Json | undefined): Audit;
} {
  const faults = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  const places: string[] = [];
  const counts = { train: 0, validation: 0, quotes: 0, spans: 0 };
  const questions = new Map<string, Side>();
  const shingles = new Map<number, number>();
  const sizes: number[] = [];
  let marked: boolean | undefined;
  const say = (fault: Fault, place: string, more = ""): void => {
    faults[fault] += 1;
    if (faults[fault] === 1) places.push(`${place}: ${fault}${more === "" ? "" : `: ${more.slice(0, 80)}`}`);
  };
  const compare = (side: Side, place: string, question: string, essay: string): void => {
    const plain = wordsOf(question).join(" ");
    const before = questions.get(plain);
    if (plain !== "" && before !== undefined && before !== side) say("question on both sides", place, plain);
    questions.set(plain, before ?? side);
    const own = shinglesOf(essay);
    if (side === "train") {
      const me = sizes.push(own.size) - 1;
      for (const one of own) if (!shingles.has(one)) shingles.set(one, me);
      return;
    }
    const hits = new Map<number, number>();
    for (const one of own) {
      const other = shingles.get(one);
      if (other !== undefined) hits.set(other, (hits.get(other) ?? 0) + 1);
    }
    if ([...hits.values()].some((count) => count > SHARED * own.size)) say("essay on both sides", place);
  };
  return {
    line: (side, number, text) => {
      const place = `${side}.jsonl:${number}`;
      counts[side] += 1;
      const hasMark = text.charCodeAt(0) === 0xfeff;
      if (number === 1) marked ??= hasMark;
      if (hasMark !== (number === 1 && marked)) say("byte order mark", place);
      const { essay, question, answer } = readLine(text.replace(/^\uFEFF/, ""), (fault) => say(fault, place));
      if (answer === undefined || essay === undefined) return;
      compare(side, place, question ?? "", essay);
      auditAnswer(answer, essay, counts, (fault, more) => say(fault, place, more));
    },
    result: (metadata) => {
      const said = (metadata ?? {}) as Thing;
      const agree =
        said.train_examples === counts.train &&
        said.validation_examples === counts.validation &&
        said.total_examples === counts.train + counts.validation &&
        (marked ?? false) === (said.target === "azure" && counts.train > 0);
      if (!agree) say("metadata disagrees", "metadata.json");
      return { ...counts, faults, places };
    },
  };
}

function readLine(text: string, say: (fault: Fault) => void): { essay?: string; question?: string; answer?: Thing } {
  const value = parseJson(text) as Thing | undefined;
  if (value === undefined) {
    say("line is not JSON");
    return {};
  }
  const messages = (Array.isArray(value?.messages) ? value.messages : []) as readonly Thing[];
  const roles = messages.map((message) => `${message?.role}:${typeof message?.content}`).join(" ");
  if (roles !== "system:string user:string assistant:string" || Object.keys(value).join() !== "messages") {
    say("wrong messages");
    return {};
  }
  const user = String(messages[1]?.content);
  const parts = /^(?:Task 2 Question:\n([\s\S]*?)\n\n)?[^\n]*\n\nEssay:\n([\s\S]+)\n\n[^\n]*$/.exec(user);
  if (parts === null) {
    say("wrong messages");
    return {};
  }
  const answer = parseJson(String(messages[2]?.content)) as Thing | undefined;
  if (answer === undefined || typeof answer !== "object" || answer === null) {
    say("answer is not JSON");
    return {};
  }
  return { essay: parts[2] ?? "", question: parts[1] ?? "", answer };
}

function auditAnswer(
  answer: Thing,
  essay: string,
  counts: { quotes: number; spans: number },
  say: (fault: Fault, more?: string) => void,
): void {
  if (Object.keys(answer).sort().join() !== "overall,per_criterion") say("key that does not belong");
  const criteria = (Array.isArray(answer.per_criterion) ? answer.per_criterion : []) as readonly Thing[];
  if (criteria.map((one) => one?.name).join("|") !== NAMES.join("|")) {
    say("wrong criteria");
    return;
  }
  for (const one of criteria) {
    if (Object.keys(one).sort().join() !== "band,errors,evidence_quotes,name,suggestions")
      say("key that does not belong");
    const [quotes, errors, suggestions] = [listOf(one.evidence_quotes), listOf(one.errors), listOf(one.suggestions)];
    counts.quotes += quotes.length;
    counts.spans += errors.length;
    if (quotes.length < 1 || quotes.length > 3) say("wrong number of quotes");
    for (const quote of quotes) if (!stands(essay, quote)) say("quote not in the essay", String(quote));
    for (const error of errors as readonly Thing[]) {
      if (!stands(essay, error?.span)) say("span not in the essay", String(error?.span));
      if (!TYPES.includes(String(error?.type))) say("type outside the five", String(error?.type));
      if (typeof error?.fix !== "string" || error.fix === "") say("key that does not belong", "fix");
    }
    if (
      suggestions.length < 1 ||
      suggestions.length > 3 ||
      suggestions.some((text) => typeof text !== "string" || text === "")
    )
      say("wrong number of suggestions");
  }
  const bands = [...criteria.map(({ band }) => band), answer.overall];
  for (const band of bands)
    if (typeof band !== "number" || band < 0 || band > 9 || (band * 10) % 5 !== 0)
      say("band off the grid", String(band));
  // In quarters of half bands: the mean of four half bands is a whole number of eighths.
  const eighths = bands.slice(0, 4).reduce<number>((sum, band) => sum + Number(band) * 2, 0);
  const [halves, rest] = [Math.floor(eighths / 4), eighths % 4];
  if ((halves + (rest >= 2 ? 1 : 0)) / 2 !== answer.overall)
    say("mean is not the overall band", String(answer.overall));
}

function stands(essay: string, text: Json | undefined): boolean {
  return typeof text === "string" && text.trim() !== "" && text.length <= 1_000 && essay.indexOf(text) !== -1;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9\u00c0-\uffff]+/)
    .filter((word) => word !== "");
}

/** As numbers of 48 bits: texts would take gigabytes. */
function shinglesOf(text: string): Set<number> {
  const words = wordsOf(text);
  const found = new Set<number>();
  for (let at = 0; at + SHINGLE <= words.length; at++) {
    let [low, high] = [7, 11];
    for (const letter of Buffer.from(words.slice(at, at + SHINGLE).join(" "))) {
      low = (Math.imul(low, 33) + letter) >>> 0;
      high = (Math.imul(high, 37) ^ letter) & 0xffff;
    }
    found.add(high * 2 ** 32 + low);
  }
  return found;
}
