import type { Rng } from "corrigenda/rng";
import type { Question, Scoring } from "./types.ts";

/** A question as the simulated model knows it. */
export interface Known {
  readonly question: Question;
  readonly scoring: Scoring;
}

/** What a simulated model says around its answer. No word here is an answer itself: no yes, no name. */
const SURE = [
  "Going through what is given one step at a time leads here.",
  "What is given settles it.",
  "Each step follows from the one before.",
];
const UNSURE = [
  "I think this is what follows, though I could not check every step.",
  "This is probably it, but part of what is given is unclear to me.",
  "I am unsure about one of the steps; this seems the most likely result.",
];
const OPENINGS = {
  first: [""],
  changed: [
    "I find a slip in what I said. ",
    "I come to a different result. ",
    "I went over it and have to change my answer. ",
  ],
  polished: ["Put more clearly: ", "In other words, and with the same result: ", "To say it better: "],
} as const;
const STAY = "I stay with it. ";

/** How often an answer is worded as unsure, and how often a sum in it does not add up: all that can be seen of a wrong one. */
const SIGNS = { right: { unsure: 0.15, fault: 0 }, wrong: { unsure: 0.6, fault: 0.3 } } as const;

export interface Manner {
  readonly opening: keyof typeof OPENINGS;
  readonly right: boolean;
  /** The reply before, if there is one. */
  readonly last?: string | undefined;
}

/** A reply whose final answer, by the data set's own rule, is the one given; undefined where no form of it is read so. */
export function reply(answer: string, manner: Manner, { question, scoring }: Known, rng: Rng): string | undefined {
  const { opening, right, last } = manner;
  const signs = SIGNS[right ? "right" : "wrong"];
  const unsure = rng.next() < signs.unsure;
  const lead = `${rng.pick(OPENINGS[opening])}${rng.pick(unsure ? UNSURE : SURE)}`;
  const sum = sumTo(answer, rng.next() < signs.fault, rng);
  return forms(answer, lead, sum, scoring)
    .map((form) => `${look(last)}${form}`)
    .concat(answer)
    .find((text) => reads(text, right, { question, scoring }));
}

/** The last reply once more, with the same answer. @param right whether that is the right one */
export function stay(last: string, right: boolean, known: Known): string {
  const text = `${look(last)}${STAY}${last.replace(LOOK, "").replace(STAY, "")}`;
  return reads(text, right, known) ? text : last;
}

const LOOK = /^Look (\d+): /;

/** Counted, so that no two requests of a trace are the same: equal requests get equal replies, and nothing would move. */
function look(last: string | undefined): string {
  return last === undefined ? "" : `Look ${Number(LOOK.exec(last)?.[1] ?? 0) + 1}: `;
}

/** A last step in GSM8K's calculator notation, for whole numbers. */
function sumTo(answer: string, isFault: boolean, rng: Rng): string {
  const value = Number(answer.replaceAll(",", ""));
  if (!Number.isSafeInteger(value) || value < 2) return "";
  const part = 1 + rng.int(Math.min(value - 1, 1_000_000));
  const other = value - part + (isFault ? 1 : 0);
  return `\n${part} + ${other} = <<${part}+${other}=${value}>>${value}`;
}

/** Replies in the forms that data sets ask for; the one that the instruction describes comes first. */
function forms(answer: string, lead: string, sum: string, { instruction }: Scoring): string[] {
  const ways: readonly (readonly [sign: string, text: string])[] = [
    ["####", `${lead}${sum}\n#### ${answer}`],
    ["nswer:", `${lead}${sum}\nAnswer: ${answer}`],
    ["Begin with", `${answer.slice(0, 1).toUpperCase()}${answer.slice(1)}. ${lead}`],
    ["", `${lead}${sum} The answer is ${answer}.`],
  ];
  const asked = ways.findIndex(([sign]) => instruction.includes(sign));
  return [...ways.slice(asked), ...ways.slice(0, asked)].map(([, text]) => text);
}

/** A wrong reply has to be readable: one that says nothing is wrong in another way. */
function reads(text: string, right: boolean, { question, scoring }: Known): boolean {
  return scoring.isCorrect(text, question.reference_answer) === right && (right || scoring.extract(text) !== undefined);
}

const OPPOSITE: Readonly<Record<string, string>> = { yes: "no", no: "yes", true: "false", false: "true" };

/** Wrong answers that somebody might give, the likeliest first. The same for the same question: they come up again. */
export function nearMisses(answer: string, { question, context = "" }: Question): string[] {
  const opposite = OPPOSITE[answer.toLowerCase()];
  if (opposite !== undefined) return [opposite];
  const number = Number(answer.replace(/[$,%\s]/g, ""));
  if (answer.trim() !== "" && Number.isFinite(number)) return numbersNear(number, question);
  const dated = answer.replace(/\d+/, (digits) => String(Number(digits) + 1));
  const entities = namesIn(context).concat(namesIn(question)).filter(differsFrom(answer));
  const found = [...new Set(dated === answer ? entities : [dated, ...entities])].slice(0, 6);
  return found.length > 0 ? found : ["something else", "it cannot be told"];
}

function numbersNear(number: number, question: string): string[] {
  const [a = 3, b = 7] = [...question.matchAll(/\d+(?:\.\d+)?/g)].map(([digits]) => Number(digits));
  const near = [number + 1, a + b, number * 2, number - 1, a * b, number + 10, Math.abs(a - b)];
  return [...new Set(near)].filter((one) => one !== number && Number.isFinite(one)).map(String);
}

/** Runs of words with a capital; the first word of a text has one by position and is left out. */
function namesIn(text: string): string[] {
  const runs = text.slice(0, 6_000).matchAll(/(?<=[^.!?\s] )\p{Lu}[\p{L}’'-]+(?: \p{Lu}[\p{L}’'-]+)*/gu);
  return [...runs].map(([run]) => run);
}

function differsFrom(answer: string): (name: string) => boolean {
  const own = answer.toLowerCase();
  return (name) => name.length > 2 && !own.includes(name.toLowerCase()) && !name.toLowerCase().includes(own);
}
