import type { Json, JsonObject } from "corrigenda/json";
import type { Rng } from "corrigenda/rng";
import { contextOf, findCues } from "./cues.ts";
import { isObject, text } from "./fields.ts";

const ORGANISATION =
  /\b(?:Organi[sz]ation|Institutes?|Bank|Ministry|Department|Cent(?:er|re)s?|Bureau|Commission|Agency|Administration)\b|^(?:Table|Figure)\b/;
const REPORT = /\b(?:Report|Act|Program(?:me)?|Project)\b/;
/** How often the judge finds a fault, sees one where none is, or leaves a mention out; how often the reasoning errs. */
const RATES = { caught: 0.7, rejected: 0.08, skipped: 0.01, erred: 0.05 } as const;

/** The judge: finds some of what is no data set, takes some data sets for none. */
export function simulatedJudge(input: JsonObject, rng: Rng): { verdicts: JsonObject[] } {
  const groups = listOf(input.data_mentions);
  const verdicts = groups.flatMap((group) =>
    listOf(group.datasets).flatMap((mention): JsonObject[] => {
      const [skip, chance] = [rng.next(), rng.next()];
      if (skip < RATES.skipped) return [];
      const { invalid_reason, note } = judged(String(mention.raw_name), chance);
      return [
        {
          ...{ id: mention.id, raw_name: mention.raw_name, note, valid: invalid_reason === null, invalid_reason },
          ...{ harmonized_name: mention.harmonized_name ?? null, acronym: mention.acronym ?? null },
          ...{ context: mention.context, specificity: mention.specificity, relevance: mention.relevance },
          ...{ producer: mention.producer ?? null, data_type: mention.data_type ?? null },
          year: yearOf(String(mention.raw_name)),
        },
      ];
    }),
  );
  return { verdicts };
}

function judged(name: string, chance: number): { invalid_reason: string | null; note: string | null } {
  const why = faultOf(name);
  if (why !== undefined) return { invalid_reason: chance < RATES.caught ? why : null, note: null };
  if (chance < RATES.rejected) return { invalid_reason: "It is not clear that records are meant.", note: null };
  return { invalid_reason: null, note: /^[a-z]/.test(name) ? "Needs clarification: which data are meant." : null };
}

function faultOf(name: string): string | undefined {
  if (ORGANISATION.test(name)) return "An organisation or a table is named, not a body of records.";
  return REPORT.test(name) ? "A report, law or programme is named, not a body of records." : undefined;
}

function yearOf(name: string): string | null {
  return /(?:19|20)\d\d(?:[-–](?:19|20)?\d\d)?/.exec(name)?.[0] ?? null;
}

/** The reasoning: decides anew from the sentences, and argues against itself. */
export function simulatedReasoning(input: JsonObject, rng: Rng, form: "schema" | "text"): string {
  const mentioned_in = text(input.mentioned_in) ?? "";
  const datasets = listOf(input.datasets).map((mention) => reasoned(mention, mentioned_in, rng.next()));
  const parts = argument(datasets);
  if (form === "schema") return JSON.stringify({ ...parts, datasets });
  const result = JSON.stringify(
    { mentioned_in, datasets, dataset_used: datasets.some(({ valid }) => valid === true) },
    null,
    2,
  );
  const told = Object.entries(parts).map(([title, said]) => `### ${title}\n\n${said}`);
  return `${told.join("\n\n")}\n\n<OUTPUTDATA>\`\`\`json\n${result}\n\`\`\`</OUTPUTDATA>`;
}

function reasoned(mention: JsonObject, mentioned_in: string, chance: number): JsonObject {
  const name = String(mention.raw_name);
  const flat = mentioned_in.replace(/[\s-]+/g, " ").toLowerCase();
  const has = (words: Json | undefined): boolean =>
    typeof words === "string" && flat.includes(words.replace(/[\s-]+/g, " ").toLowerCase());
  const why = has(name) ? faultOf(name) : "The name does not stand in the sentences.";
  const valid = chance < RATES.erred ? why !== undefined : why === undefined;
  const cue = findCues(name)[0];
  return {
    ...{ id: mention.id, raw_name: name },
    harmonized_name: has(mention.harmonized_name) ? mention.harmonized_name : null,
    ...{ acronym: mention.acronym ?? null, producer: mention.producer ?? null, year: mention.year ?? null },
    specificity: !valid ? null : cue?.kind === "described" ? "descriptive_but_unnamed" : "properly_named",
    context: valid ? contextOf(mentioned_in) : null,
    valid,
    invalid_reason: valid ? null : (why ?? "The sentences can be read as speaking of the organisation behind it."),
  };
}

function argument(datasets: readonly JsonObject[]) {
  const names = datasets.map(({ raw_name, valid }) => `"${raw_name}" is ${valid ? "valid" : "not valid"}`).join("; ");
  return {
    strategy: "[offline] Look for each name in the sentences, then ask whether records are meant.",
    rubric: "The name stands there; structured records are meant; the sentences speak of them as data.",
    analysis: `[offline] By these criteria ${names || "nothing is asked"}.`,
    alternatives: "The names could stand for the bodies behind the data, or for the data themselves.",
    devils_advocate:
      "[offline] Against this: a name alone does not show that records are meant. The words around it do.",
    conclusion: `After the review: ${names || "nothing"}.`,
  };
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}
