import { type JsonObject, parseJson } from "corrigenda/json";
import type { SimulatedRequest, Simulator } from "corrigenda/provider";
import type { Rng } from "corrigenda/rng";
import { sentences } from "corrigenda/text";
import { type Cue, contextOf, findCues } from "./cues.ts";
import { REASONING_PROMPT } from "./prompt-texts.ts";
import { type Entry, SCHEMA_NAMES } from "./schemas.ts";
import { simulatedJudge, simulatedReasoning } from "./simulate-verdicts.ts";

/** One reply in 200 is bad, so that the way of errors is walked in every longer run. */
const BAD_SHARE = 0.005;

/** How often the extraction goes wrong, by kind. Chosen to leave work for judge and reasoning; no model's rates. */
const RATES = { decoy: 0.35, missed: 0.12, context: 0.15, altered: 0.06 } as const;

/**
 * Answers labeling's own requests offline: it reads the page for what looks like a data set, and errs at a seeded rate. Its
 * answers say nothing about any model.
 */
export const simulateLabeling: Simulator = (request, rng) => {
  const [system, user] = [request.messages[0]?.content ?? "", request.messages.at(-1)?.content ?? ""];
  const answer = answerTo(request, system, user, rng);
  if (answer === undefined) return undefined;
  return rng.next() < BAD_SHARE ? answer.slice(0, Math.floor(answer.length * 0.6)) : answer;
};

function answerTo({ schemaName }: SimulatedRequest, system: string, user: string, rng: Rng): string | undefined {
  if (schemaName === SCHEMA_NAMES.extraction) return JSON.stringify(simulatedExtraction(user, rng));
  if (schemaName === SCHEMA_NAMES.judge) return JSON.stringify(simulatedJudge(inputOf(user), rng));
  const asSchema = schemaName === SCHEMA_NAMES.reasoning;
  if (!asSchema && !system.startsWith(REASONING_PROMPT)) return undefined;
  return simulatedReasoning(inputOf(user), rng, asSchema ? "schema" : "text");
}

function inputOf(user: string): JsonObject {
  const value = parseJson(user);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function simulatedExtraction(page: string, rng: Rng): { dataset: Entry[]; dataset_used: boolean } {
  const all = sentences(page);
  const entries = findCues(page).flatMap((cue): Entry[] => {
    const [chance, wrong, edited] = [rng.next(), rng.next(), rng.next()];
    if (cue.kind === "decoy" ? chance >= RATES.decoy : chance < RATES.missed) return [];
    const touched = all.filter(({ start, end }) => start < cue.end && cue.start < end);
    const [first, last] = [touched[0], touched.at(-1)];
    const sentence = first && last ? page.slice(first.start, last.end) : cue.text;
    const context = contextOf(sentence);
    return [
      {
        raw_name: cue.text.replace(/\s+/g, " "),
        harmonized_name: cue.kind === "named" || cue.kind === "decoy" ? plainName(cue) : null,
        acronym: cue.acronym,
        context: wrong < RATES.context ? rng.pick(["background", "supporting", "primary"] as const) : context,
        specificity: specificityOf(cue),
        relevance: context === "background" ? "indirectly_relevant" : "directly_relevant",
        mentioned_in: edited < RATES.altered ? altered(sentence, rng) : sentence,
        producer: null,
        data_type: typeOf(cue.text),
      },
    ];
  });
  return { dataset: entries, dataset_used: entries.length > 0 };
}

/** The name without its year and its acronym. */
function plainName({ text }: Cue): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/^(?:19|20)\d\d(?:[-–]\d{2,4})? /, "")
    .replace(/ ?\([^)]*\)$/, "");
}

function specificityOf({ kind, text }: Cue): Entry["specificity"] {
  if (kind !== "described") return "properly_named";
  return /^(?:survey|national|census)/.test(text) ? "vague_generic" : "descriptive_but_unnamed";
}

function typeOf(name: string): string {
  if (/survey|interview/i.test(name)) return "Survey";
  if (/census/i.test(name)) return "Census";
  return /cohort|panel|longitudinal/i.test(name) ? "Longitudinal data" : "Records";
}

/** A quote as models get it wrong: a word less, or a word of their own. */
function altered(sentence: string, rng: Rng): string {
  const words = sentence.split(/\s+/);
  if (words.length < 4) return `${sentence} indeed`;
  const at = 1 + rng.int(words.length - 2);
  const with_ = rng.next() < 0.5 ? [] : ["namely"];
  return [...words.slice(0, at), ...with_, ...words.slice(at + 1)].join(" ");
}
