import type { ModelRequest, Prompt } from "corrigenda/provider";
import type { LabelingConfig } from "./config.ts";
import { itemId, type LabelingItem, numberOf } from "./items.ts";
import { type LabelingAnswer, parseAnswer } from "./parse.ts";
import { EXTRACTION_PROMPT, JUDGE_PROMPT, REASONING_PROMPT, REASONING_TEXT_FORM } from "./prompt-texts.ts";
import type { Mention } from "./records.ts";
import { type NamedSchema, outputSchemas } from "./schemas.ts";

export type LabelingPrompt = Prompt<LabelingItem, LabelingAnswer>;

/** What the config says of requests. */
export type RequestSettings = Pick<
  LabelingConfig,
  "MODEL" | "TEMPERATURE" | "EFFORT" | "MAX_OUTPUT_TOKENS" | "REASONING_REPLY"
>;

/** The prompts of all three processes in one: each item is asked and read by its own. */
export function labelingPrompt(settings: RequestSettings): LabelingPrompt {
  const schemas = outputSchemas();
  const base = {
    model: settings.MODEL,
    format: "chat",
    maxOutputTokens: settings.MAX_OUTPUT_TOKENS,
    ...(settings.TEMPERATURE !== null && { temperature: settings.TEMPERATURE }),
    ...(settings.EFFORT !== undefined && { effort: settings.EFFORT }),
  } as const;
  const isText = settings.REASONING_REPLY === "text";
  const systems = systemTexts(settings);
  const ask = (item: LabelingItem, schema: NamedSchema | undefined): ModelRequest => ({
    ...base,
    messages: [
      { role: "system", content: systems[item.process] },
      { role: "user", content: userText(item) },
    ],
    ...(schema && { schema }),
  });
  return {
    name: "labeling",
    id: itemId,
    request: (item) => ask(item, item.process === "reasoning" && isText ? undefined : schemas[item.process]),
    parse: parseAnswer,
  };
}

/** The instructions of each process, for hashes and records. */
export function systemTexts({ REASONING_REPLY }: Pick<LabelingConfig, "REASONING_REPLY">) {
  const reasoning = REASONING_REPLY === "text" ? `${REASONING_PROMPT}\n\n${REASONING_TEXT_FORM}` : REASONING_PROMPT;
  return { extraction: EXTRACTION_PROMPT, judge: JUDGE_PROMPT, reasoning };
}

function userText(item: LabelingItem): string {
  if (item.process === "extraction") return item.page.text;
  return JSON.stringify(item.process === "judge" ? judgeInput(item.mentions) : reasoningInput(item.mentions), null, 1);
}

/** What the judge sees: the mentions of a page by their groups. */
function judgeInput(mentions: readonly Mention[]) {
  const groups = [...new Set(mentions.map(({ group }) => group))];
  const numbered = mentions.map((mention, at) => ({ mention, id: numberOf(at) }));
  return {
    data_mentions: groups.map((group) => {
      const own = numbered.filter(({ mention }) => mention.group === group);
      return {
        mentioned_in: own[0]?.mention.mentioned_in ?? "",
        datasets: own.map(({ mention, id }) => {
          const { raw_name, harmonized_name, acronym, context, specificity, relevance, producer, data_type } = mention;
          return { id, raw_name, harmonized_name, acronym, context, specificity, relevance, producer, data_type };
        }),
      };
    }),
  };
}

/** What the reasoning sees: no earlier verdict and no classification, so that it has to find its own. */
function reasoningInput(mentions: readonly Mention[]) {
  const said = (value: string | null): string | null =>
    value === null || /^(none|null|n\/a)$/i.test(value) ? null : value;
  return {
    mentioned_in: mentions[0]?.mentioned_in ?? "",
    datasets: mentions.map(({ raw_name, harmonized_name, acronym, producer, year }, at) => ({
      id: numberOf(at),
      raw_name,
      harmonized_name: said(harmonized_name),
      acronym: said(acronym),
      producer: said(producer),
      year: said(year),
    })),
  };
}
