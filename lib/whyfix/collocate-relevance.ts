import { StudyError } from "corrigenda/error";
import { parseJson } from "corrigenda/json";
import type { ModelRequest, Outcome, Prompt, Simulator } from "corrigenda/provider";
import { z } from "zod";
import { isFunctionWord, words } from "./collocate-entry.ts";

const SCHEMA_NAME = "collocation_relevance";

/** Tokens of a reply: {"needed":true,"relevant":[1,2]}. */
export const RELEVANCE_TOKENS = { low: 10, mean: 18, high: 40 };

/** What was retrieved for a row: a line of retrieval.jsonl. */
export const Retrieved = z.object({
  index: z.int().nonnegative(),
  formatted_sentence: z.string(),
  /** What was searched for: "make a photo -> take a photo". */
  query: z.string(),
  candidates: z.array(
    z.object({
      /** Line of corpus.txt, from 0. */
      at: z.int().nonnegative(),
      text: z.string(),
      score: z.number(),
      dense: z.number(),
      bm25: z.number(),
    }),
  ),
});
export type Retrieved = z.infer<typeof Retrieved>;

/** Whether collocations help with a row at all, and which of the retrieved ones do. */
export interface Relevance {
  readonly needed: boolean;
  /** Numbers of candidates, from 1, in their order. */
  readonly relevant: readonly number[];
}

/** A line of relevance.jsonl. Where the check failed, `error` says why and nothing is relevant. */
export const RelevanceLine = z.object({
  index: z.int().nonnegative(),
  needed: z.boolean(),
  relevant: z.array(z.int().positive()),
  error: z.string().optional(),
});
export type RelevanceLine = z.infer<typeof RelevanceLine>;

const Reply = z.object({ needed: z.boolean(), relevant: z.array(z.int()) });

const INSTRUCTIONS = [
  "An editor corrected one word of a learner's sentence; the markers show it as [-learner's word-]{+editor's word+}.",
  "The list holds collocations of other learners and how they were corrected.",
  "Reply in JSON. needed: would it help to explain this correction if one saw how collocations like it were corrected?",
  "It would not where the word is wrong by itself, for its spelling or its meaning. relevant: the numbers of those in the",
  "list that show the same kind of correction; an empty list where none does, or where needed is false.",
].join("\n");

/** The check of one row: is retrieval needed, and which of the retrieved rows are relevant. One request a row. */
export function relevancePrompt(
  asked: Pick<ModelRequest, "model" | "temperature" | "effort">,
): Prompt<Retrieved, Relevance> {
  return {
    name: "whyfix relevance",
    id: ({ index }) => `relevance_${index}`,
    request: ({ formatted_sentence, query, candidates }) => {
      const list = candidates.map(({ text }, at) => `${at + 1}. ${text}`).join("\n");
      const content = `${INSTRUCTIONS}\n\n<sentence>\n${formatted_sentence}\n</sentence>\n\n<correction>\n${query}\n</correction>\n\n<list>\n${list}\n</list>`;
      return {
        ...asked,
        messages: [{ role: "user", content }],
        schema: {
          name: SCHEMA_NAME,
          schema: {
            type: "object",
            properties: {
              needed: { type: "boolean" },
              relevant: { type: "array", items: { type: "integer" } },
            },
            required: ["needed", "relevant"],
            additionalProperties: false,
          },
        },
      };
    },
    parse: ({ text, finish }, { index, candidates }) => {
      if (finish === "refusal" || finish === "length") throw fault(index, finish === "length" ? "cut off" : "refusal");
      const read = Reply.safeParse(parseJson(text.replace(/^\s*```(?:json)?\s*|\s*```\s*$/g, "")));
      if (!read.success) throw fault(index, "not JSON");
      const { needed, relevant } = read.data;
      if (relevant.some((at) => at < 1 || at > candidates.length)) throw fault(index, "a number outside the list");
      return { needed, relevant: needed ? [...new Set(relevant)].sort((a, b) => a - b) : [] };
    },
  };
}

/** The prompt's text, for its hash. */
export function relevanceText(): string {
  return INSTRUCTIONS;
}

/** The table's lines: one per row, in their order. */
export async function* relevanceLines(outcomes: AsyncIterable<Outcome<Retrieved, Relevance>>): AsyncGenerator<string> {
  for await (const outcome of outcomes) {
    const { index } = outcome.row;
    const line: RelevanceLine = outcome.ok
      ? { index, needed: outcome.value.needed, relevant: [...outcome.value.relevant] }
      : { index, needed: false, relevant: [], error: outcome.error.message };
    yield JSON.stringify(line);
  }
}

/** Answers offline by a rule: a candidate is relevant where both its sides share a content word with the correction's. */
export const simulateRelevance: Simulator = ({ schemaName, messages }) => {
  if (schemaName !== SCHEMA_NAME) return undefined;
  const prompt = messages.map(({ content }) => content).join("\n");
  const query = sides(/<correction>\n(.*)\n<\/correction>/.exec(prompt)?.[1] ?? "");
  const list = /<list>\n([\s\S]*)\n<\/list>/.exec(prompt)?.[1]?.split("\n") ?? [];
  const relevant = list.flatMap((line, at) => {
    const candidate = sides(line.replace(/^\d+\. /, ""));
    return candidate.every((side, i) => side.some((word) => query[i]?.includes(word))) ? [at + 1] : [];
  });
  return JSON.stringify({ needed: relevant.length > 0, relevant });
};

/** The words of both sides by which they are told apart from others: all but function words. */
function sides(text: string): readonly [string[], string[]] {
  const [error = "", correct = ""] = text.split(" -> ");
  const [left, right] = [words(error), words(correct)];
  // Of "make a photo -> take a photo" the component itself may be a function word ("do", "have"): it stands first.
  const content = (side: string[]): string[] => side.filter((word, at) => at === 0 || !isFunctionWord(word));
  return [content(left), content(right)];
}

function fault(index: number, reason: string): StudyError {
  return new StudyError("reply", `row ${index}: the relevance check's reply cannot be used: ${reason}`, {
    facts: { reason },
  });
}
