import type { SimulatedRequest, Simulator } from "corrigenda/provider";
import type { Rng } from "corrigenda/rng";
import { sentences } from "corrigenda/text";
import { CRITERIA, type Criterion } from "./criteria.ts";
import { type Counts, type Cue, countsOf, cuesOf } from "./cues.ts";
import { EVIDENCE_SCHEMA } from "./prompts.ts";
import { SCORE_SCHEMA } from "./score.ts";
import { simulateScore } from "./simulate-score.ts";

/**
 * How often an answer errs, in the ways that were counted in 400 published examples: 12 % of quotes and 10 % of spans
 * not verbatim (2 % of quotes like nothing in the essay), 95 % of error types outside the five.
 */
const RATES = { altered: 0.12, invented: 0.02, type: 0.5, spoiled: 0.006, extra: 0.03, hopeless: 0.015 } as const;
/** A second request is answered with more care. */
const CARE = 0.4;

const FREE_TYPES: readonly string[] = [
  ...["word choice", "clarity", "subject-verb agreement", "spelling", "article usage", "run-on sentence"],
  ...["informal language", "punctuation", "repetition", "transition", "overgeneralization", "Grammar"],
];

/** Examiner's answers that come from counting and rules: they say nothing about any model. */
export const simulateIelts: Simulator = (request, rng) => {
  if (request.schemaName === SCORE_SCHEMA) return simulateScore(request, rng);
  if (request.schemaName !== EVIDENCE_SCHEMA) return undefined;
  const asked = readRequest(request);
  if (asked === undefined) return undefined;
  const care = asked.again ? CARE : 1;
  const answer = JSON.stringify(answerTo(asked, care, rng));
  return rng.next() < RATES.spoiled * care ? spoil(answer, rng) : answer;
};

interface Asked {
  readonly essay: string;
  readonly criterion: Criterion;
  readonly band: number;
  readonly again: boolean;
}

function readRequest({ messages }: SimulatedRequest): Asked | undefined {
  const user = messages.at(-1)?.content ?? "";
  const [from, to] = [user.indexOf("<essay>\n"), user.lastIndexOf("\n</essay>")];
  const tail = /^\n<\/essay>\n\n(.+): band (\d\.\d)(.*)/s.exec(user.slice(Math.max(0, to)));
  const criterion = CRITERIA.find((name) => name === tail?.[1]);
  if (from < 0 || to < 0 || criterion === undefined) return undefined;
  return { essay: user.slice(from + 8, to), criterion, band: Number(tail?.[2]), again: tail?.[3] !== "" };
}

function answerTo({ essay, criterion, band }: Asked, care: number, rng: Rng): object {
  const parts = sentences(essay).map(({ start, end }) => essay.slice(start, end));
  const counts = countsOf(essay, parts.length);
  const chance = (rate: number): boolean => rng.next() < rate * care;
  const hopeless = chance(RATES.hopeless);
  const bend = (text: string): string => {
    if (hopeless || chance(RATES.invented)) return invent(criterion, counts);
    return chance(RATES.altered) ? alter(text, rng) : text;
  };
  const quotes = telling(criterion, parts, rng).map(bend);
  const cues = cuesFor(criterion, cuesOf(essay), band, rng);
  return {
    evidence_quotes: chance(RATES.extra) ? [...quotes, ...parts.slice(0, 3)] : quotes,
    errors: cues.map(({ span, type, fix }) => ({
      span: bend(span),
      type: chance(RATES.type) ? rng.pick(FREE_TYPES) : type,
      fix,
    })),
    suggestions: chance(RATES.extra / 6) ? [] : suggestions(criterion, band, counts),
  };
}

/** One to three passages that a reader would name for the criterion. */
function telling(criterion: Criterion, parts: readonly string[], rng: Rng): string[] {
  const usable = parts.filter((part) => part.length > 10 && part.length <= 400);
  const pool = usable.length > 0 ? usable : parts.map((part) => part.slice(0, 400));
  const marks: Readonly<Record<Criterion, RegExp>> = {
    "Task Response": /\b(?:I (?:believe|think|agree|disagree)|opinion|should|for example|conclusion)\b/i,
    "Coherence & Cohesion":
      /^(?:However|Moreover|Firstly|Secondly|Finally|In |On |Furthermore|Therefore|But|And|Also|So)\b/,
    "Lexical Resource": /\b\w{10,}\b/,
    "Grammatical Range & Accuracy": /\b(?:which|who|although|because|if|while|that)\b/i,
  };
  const marked = pool.filter((part) => marks[criterion].test(part));
  const chosen = rng.shuffle(marked.length > 0 ? marked : pool).slice(0, 1 + rng.int(3));
  return chosen.length > 0 ? chosen : pool.slice(0, 1);
}

const TYPE_OF: Readonly<Record<Criterion, Cue["type"]>> = {
  "Task Response": "task",
  "Coherence & Cohesion": "coherence",
  "Lexical Resource": "lexical",
  "Grammatical Range & Accuracy": "grammar",
};

/** Errors of the criterion's own kind; the lower the band, the more of them are named. */
function cuesFor(criterion: Criterion, cues: readonly Cue[], band: number, rng: Rng): Cue[] {
  const most = band >= 8 ? 1 : band >= 6 ? 2 : 3;
  return rng.shuffle(cues.filter(({ type }) => type === TYPE_OF[criterion])).slice(0, most);
}

function suggestions(criterion: Criterion, band: number, counts: Counts): string[] {
  const next = Math.min(9, band + 0.5).toFixed(1);
  const { words, paragraphs, connectives, variety, sentenceWords } = counts;
  const share = Math.round(variety * 100);
  switch (criterion) {
    case "Task Response":
      return [
        words < 250
          ? `Write at least 250 words: these are ${words}, too few to develop two ideas for band ${next}.`
          : `Give each main idea one concrete example and say what it proves, as band ${next} asks.`,
        "State your position in the introduction and come back to it in every paragraph.",
      ];
    case "Coherence & Cohesion":
      return [
        paragraphs < 4
          ? `Use four paragraphs or more instead of ${paragraphs}: one idea each, opened by a topic sentence.`
          : `Keep one idea to a paragraph and say in its first sentence which one.`,
        `Link sentences with references such as "this" and "such"; ${connectives} connectives in ${words} words ${connectives * 30 > words ? "are more than enough" : "leave room for more"}.`,
      ];
    case "Lexical Resource":
      return [
        `Replace words that come back again and again: ${share} % of your words are different ones; precise collocations lead to band ${next}.`,
      ];
    default:
      return [
        sentenceWords > 28
          ? `Cut long sentences: the average has ${Math.round(sentenceWords)} words, which costs accuracy.`
          : `Join short sentences with "although", "which" or "unless" to show the range of band ${next}.`,
        "Read each sentence once more for verb forms and articles only.",
      ];
  }
}

/** A passage as a careless copy: other quotation marks, other case, doubled spaces, a spelling put right, a word left out. */
function alter(text: string, rng: Rng): string {
  const words = text.split(" ");
  const place = rng.int(words.length);
  switch (rng.int(5)) {
    case 0:
      return `“${text.replace(/['’]/g, "‘")}”`;
    case 1:
      return text.toUpperCase() === text
        ? text.toLowerCase()
        : text[0]?.toLowerCase() + text.slice(1).replace(/[.!?]$/, "");
    case 2:
      return text.replace(/ /g, "  ");
    case 3:
      return words
        .map((word, at) => (at === place && word.length > 4 ? `${word.slice(0, -2)}${word.at(-1)}` : word))
        .join(" ");
    default:
      return words.length < 8 ? `${text} ` : `${words.slice(0, -2).join(" ")} ... ${words.at(-1)}`;
  }
}

function invent(criterion: Criterion, { words, paragraphs }: Counts): string {
  return `The candidate handles ${criterion.toLowerCase()} across ${paragraphs} paragraphs and ${words} words overall`;
}

/** JSON that breaks off, talk instead of JSON, a field that is not there. */
function spoil(answer: string, rng: Rng): string {
  const way = rng.int(3);
  if (way === 0) return answer.slice(0, Math.floor(answer.length * 0.6));
  return way === 1
    ? "I am sorry, the essay cannot be assessed as it stands."
    : answer.replace('"suggestions"', '"advice"');
}
