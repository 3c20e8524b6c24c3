import { keyedRng, type Rng } from "corrigenda/rng";

/** Texts of EFCAMDAT by level and by first language, and about how long a text of each is, in bytes. */
export const EFCAMDAT_LEVELS = { A1: 341_155, A2: 215_344, B1: 116_539, B2: 40_238, C1: 10_006 } as const;
export const EFCAMDAT_L1 = {
  ...{ Portuguese: 313_538, Mandarin: 129_588, Spanish: 64_763, Russian: 49_321, German: 41_422 },
  ...{ Italian: 35_428, French: 32_519, Arabic: 29_308, Japanese: 17_086, Turkish: 10_309 },
} as const;
export const EFCAMDAT_ROWS = 723_282;
const BYTES: Readonly<Record<string, number>> = { A1: 180, A2: 300, B1: 450, B2: 680, C1: 930 };

/** Different sentences of a level. */
const SENTENCES = 2_000;
/** Rows that are handed over at once. */
const ROWS = 500;
const HEADER = "writing_id,l1,cefr_level,text,text_corrected\n";

/**
 * A CSV of EFCAMDAT's shape, size and counts (all of them exact at 723,282 rows, in proportion below), for tests of
 * scale. Its texts are put together from word lists: no learner wrote them, and nothing about learners follows from them.
 */
export function* syntheticCsv(rows = EFCAMDAT_ROWS, seed = 0): Generator<string> {
  yield HEADER;
  const rng = keyedRng(seed, "synthetic");
  const [nextLevel, nextL1] = [dealer(EFCAMDAT_LEVELS, rows, rng), dealer(EFCAMDAT_L1, rows, rng)];
  const sentences = new Map(Object.keys(EFCAMDAT_LEVELS).map((level) => [level, sentencesOf(level, seed)]));
  let lines: string[] = [];
  for (let row = 1; row <= rows; row++) {
    const [level, l1] = [nextLevel(), nextL1()];
    const text = textOf(sentences.get(level) ?? [], (BYTES[level] ?? 0) * (0.5 + rng.next()), rng);
    lines.push(`synthetic-${row},${l1},${level},${cell(text)},${cell(text.replaceAll(" goed ", " went "))}\n`);
    if (lines.length === ROWS || row === rows) {
      yield lines.join("");
      lines = [];
    }
  }
}

/** Names in random order, each as often as its share of `rows` says. */
function dealer(counts: Readonly<Record<string, number>>, rows: number, rng: Rng): () => string {
  const names = Object.keys(counts);
  const left = largestRemainders(Object.values(counts), rows);
  let total = rows;
  return () => {
    let drawn = rng.int(total);
    let at = 0;
    while (drawn >= (left[at] ?? 0)) drawn -= left[at++] ?? 0;
    left[at] = (left[at] ?? 0) - 1;
    total -= 1;
    return names[at] ?? "";
  };
}

/** Shares of a total as whole numbers that add up to it. */
function largestRemainders(counts: readonly number[], total: number): number[] {
  const sum = counts.reduce((a, b) => a + b, 0);
  const exact = counts.map((count) => (count * total) / sum);
  const whole = exact.map(Math.floor);
  const order = exact.map((share, at) => ({ at, rest: share % 1 })).sort((a, b) => b.rest - a.rest);
  const missing = total - whole.reduce((a, b) => a + b, 0);
  for (const { at } of order.slice(0, missing)) whole[at] = (whole[at] ?? 0) + 1;
  return whole;
}

const WHO = [
  "I",
  "My friend",
  "She",
  "He",
  "My family",
  "The teacher",
  "We",
  "My brother Paulo",
  "A woman",
  "The people",
];
const DID = [
  "like",
  "goed to",
  "has visit",
  "want see",
  "don't likes",
  "was buying",
  "sended",
  "think about",
  "works in",
  "haven't",
];
const WHAT = [
  "a apple",
  "the big city",
  "informations",
  "an interesting book",
  "her naïve boss",
  "the “best” café",
  "many homeworks",
];
const WHERE = [
  "in London",
  "at the weekend",
  "since three years",
  "with my cousin",
  "in the beach 🙂",
  "every days",
  "last summer",
];
const LINKS = ["because", "although", "so", "and then", "but", "which is why", "when", "even if"];

function sentencesOf(level: string, seed: number): string[] {
  const rng = keyedRng(seed, "sentences", level);
  const clauses = "A1 A2 B1 B2 C1".indexOf(level) / 3;
  return Array.from({ length: SENTENCES }, () => {
    const clause = (): string => [WHO, DID, WHAT, WHERE].map((words) => rng.pick(words)).join(" ");
    const more = Array.from({ length: rng.int(clauses + 1) }, () => `${rng.pick(LINKS)} ${clause()}`);
    const said = rng.int(20) === 0 ? ', and she said "Yes!"' : rng.pick([".", ".", ".", "!", "?", "…"]);
    return [clause(), ...more].join(", ") + said;
  });
}

function textOf(sentences: readonly string[], bytes: number, rng: Rng): string {
  let text = rng.pick(sentences);
  while (text.length < bytes) text += (rng.int(6) === 0 ? "\n" : " ") + rng.pick(sentences);
  // What the source's writer would let through, now and then: the separator inside a text.
  return rng.int(1_000) === 0 ? `${text}\n\n\nBye,\nMaria` : text;
}

function cell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
