import { type JsonObject, sha256 } from "corrigenda/json";
import type { ModelRequest, Outcome, Prompt } from "corrigenda/provider";
import { z } from "zod";
import { sameLemma, sameWords } from "./correct-lemma.ts";
import type { Row } from "./data/index.ts";
import type { Experiment } from "./experiment.ts";
import { checkedReply, replyJson } from "./parse.ts";
import { failure, type RecordContext, tokensOf } from "./record.ts";
import type { Setup } from "./setup.ts";

/** A reply: the words that are wrong, the better ones, and the whole sentence. */
export const Correction = z.object({
  learner_word: z.string(),
  editor_word: z.string(),
  corrected_sentence: z.string().refine((text) => text.trim() !== "", "is empty"),
});
export type Correction = z.infer<typeof Correction>;

/** Name of the answer's schema, by which the simulator knows the request. */
export const CORRECTION_SCHEMA = "whyfix_correction";

/** A learner's sentence on its way to be corrected. */
export interface CorrectionItem {
  readonly row: Row;
  /** custom_id, such as lg_fu_12_Fix_fON_zero. */
  readonly id: string;
}

/** Tokens of an answer, for estimates: a sentence and two words. */
export const CORRECTION_TOKENS = { low: 30, mean: 80, high: 400 };

const TEXT = `A learner of English wrote the sentence below. One word or short phrase in it is not the right choice.

<sentence>
{sentence}
</sentence>

Find that word or phrase, and say what should stand in its place. Change nothing else.
Answer with the words as the learner wrote them, the words that should stand there, and the whole corrected sentence.`;

const FIELDS: Readonly<Record<keyof Correction, string>> = {
  learner_word: "The words of the sentence that are replaced, exactly as they stand there.",
  editor_word: "The words that replace them.",
  corrected_sentence: "The whole sentence with this one change.",
};

/** Proposes the editor's word from the learner's sentence alone: neither the word, nor its place, nor a neighbour is given. */
export function correctionPrompt(experiment: Experiment): Prompt<CorrectionItem, Correction> {
  const model = modelOf(experiment);
  const properties = Object.fromEntries(
    Object.entries(FIELDS).map(([field, description]): [string, JsonObject] => [
      field,
      { type: "string", description },
    ]),
  );
  const schema = {
    name: CORRECTION_SCHEMA,
    schema: { type: "object", properties, required: Object.keys(FIELDS), additionalProperties: false },
  };
  return {
    name: "whyfix correction",
    id: ({ id }) => id,
    request: ({ row }) => ({
      ...model,
      messages: [{ role: "user", content: TEXT.replace("{sentence}", () => row.learner_sentence) }],
      schema,
    }),
    parse: (reply, { id }) => checkedReply(Correction, replyJson(reply, id), id),
  };
}

/** The prompt by its text, for manifests. */
export function correctionHash(): { readonly name: string; readonly sha256: string } {
  return { name: "correction", sha256: sha256(TEXT) };
}

/** The experiment's model with its temperature or effort. On Azure it goes by its deployment. */
export function modelOf({ run, provider }: Experiment): Pick<ModelRequest, "model" | "temperature" | "effort"> {
  const model = provider.deployment ?? run.model.name;
  return run.model.kind === "gpt" ? { model, temperature: run.temp.value } : { model, effort: run.effort.value };
}

/** Every row once: the prompt does not depend on role, length or input. */
export function* correctionItems({ experiment: { run }, source, rows }: Setup): Generator<CorrectionItem> {
  const setting = run.model.kind === "gpt" ? run.temp.code : run.effort.code;
  for (const row of rows)
    yield { row, id: `${source.code}_${source.size}_${row.index}_Fix_${run.model.code}_${setting}` };
}

/** One answer beside what the editor did: a line of correct2.jsonl. */
export const CorrectionRecord = z.object({
  custom_id: z.string(),
  data_index: z.number(),
  learner_sentence: z.string(),
  editor_sentence: z.string(),
  learner_word: z.string(),
  editor_word: z.string(),
  /** The sentence as the data set has it: errors of one sentence belong together. */
  sentence_in_dataset: z.string(),
  /** Null where there is no answer that could be read. */
  proposed: Correction.nullable(),
  error: z.string().nullable(),
  reason: z.string().nullable(),
  /** The editor's word, the same but for its inflection, and the learner's word found. */
  exact: z.boolean(),
  lemma: z.boolean(),
  found: z.boolean(),
  provider: z.string(),
  returned_model: z.string().nullable(),
  usd: z.number().nullable(),
  tokens: z.object({ input: z.number(), cached: z.number(), output: z.number(), reasoning: z.number() }).nullable(),
});
export type CorrectionRecord = z.infer<typeof CorrectionRecord>;

/** The record of an outcome. What cannot be read counts as wrong everywhere. */
export function correctionRecord(
  { provider }: Pick<RecordContext, "provider">,
  outcome: Outcome<CorrectionItem, Correction>,
): CorrectionRecord {
  const { index, learner_sentence, editor_sentence, learner_word, editor_word, sentence_in_dataset } = outcome.row.row;
  const proposed = outcome.ok ? outcome.value : null;
  const failed = outcome.ok ? { error: null, reason: null } : failure(outcome.error);
  const word = proposed?.editor_word ?? "";
  const exact = sameWords(word, editor_word);
  return {
    custom_id: outcome.id,
    data_index: index,
    ...{ learner_sentence, editor_sentence, learner_word, editor_word, sentence_in_dataset },
    ...{ proposed, ...failed },
    ...{ exact, lemma: exact || sameLemma(word, editor_word) },
    found: sameWords(proposed?.learner_word ?? "", learner_word),
    provider,
    returned_model: outcome.reply?.model ?? null,
    usd: outcome.usd,
    tokens: outcome.reply === undefined ? null : tokensOf(outcome.reply.usage),
  };
}

/** The stage's table. */
export async function* correctionLines(
  context: Pick<RecordContext, "provider">,
  outcomes: AsyncIterable<Outcome<CorrectionItem, Correction>>,
): AsyncGenerator<string> {
  for await (const outcome of outcomes) yield JSON.stringify(correctionRecord(context, outcome));
}
