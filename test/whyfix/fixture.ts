import { readFileSync } from "node:fs";
import type { ModelReply } from "corrigenda/provider";
import { type Cell, type Experiment, parseExperiment, type Row } from "corrigenda/whyfix";

/** The experiment that is shipped. */
export const experimentText = readFileSync("scripts/whyfix/experiment.yaml", "utf8");

export function shipped(): Experiment {
  return parseExperiment(experimentText, "experiment.yaml");
}

/** A row with every column. */
export function fullRow(changes: Partial<Row> = {}): Row {
  return {
    index: 12,
    learner_word: "made",
    editor_word: "took",
    learner_sentence: "I made a photo of the bridge.",
    editor_sentence: "I took a photo of the bridge.",
    formatted_sentence: "I {+took+}[-made-] a photo of the bridge.",
    sentence_in_dataset: "I made a photo of the bridge.",
    preceding_sentence: "We walked to the river.",
    following_sentence: "Then it rained.",
    text_in_dataset: "We walked to the river. I made a photo of the bridge. Then it rained.",
    data_source: "fce-dataset",
    note: "type=RV",
    lemmaWord_learner: "make",
    pos_learner: "verb",
    level_learner: "A1",
    definition_learner: "to create or produce something",
    examples_learner: ["She made a cake.", "They make shoes."],
    in_akl_learner: true,
    lemmaWord_editor: "take",
    pos_editor: "verb",
    level_editor: "unknown",
    definition_editor: "to do or perform something",
    examples_editor: ["Take a look."],
    in_akl_editor: false,
    error_type: "restricted collocations",
    collocations:
      "make|VERB|make photo|take photo|12|make->take:12|photo < Picture|3|1|40|5\nmake|VERB|make picture|take picture|9|make->take:9|picture < Picture|3|1|40|5",
    other_categories_formatted_json: JSON.stringify([
      { component_change_category: "make -> do (VERB) + Task", example_collocation: "make -> do homework" },
      { component_change_category: "make -> have (VERB) + Meal", example_collocation: "make -> have lunch" },
    ]),
    ...changes,
  };
}

/** A row with the columns that every reader gives, and nothing else. */
export function bareRow(changes: Partial<Row> = {}): Row {
  const { index, learner_word, editor_word, learner_sentence, editor_sentence, formatted_sentence } = fullRow();
  return {
    index,
    learner_word,
    editor_word,
    learner_sentence,
    editor_sentence,
    formatted_sentence,
    sentence_in_dataset: learner_sentence,
    preceding_sentence: "",
    following_sentence: "",
    text_in_dataset: learner_sentence,
    data_source: "longman-dictionary-of-common-errors",
    note: "",
    ...changes,
  };
}

export function cell(changes: Partial<Cell> = {}): Cell {
  return {
    dataset: "lg",
    sample_size: "fu",
    method: "BL",
    model: "fON",
    temp: "zero",
    input: "t",
    role: "l",
    length: "fifty",
    ...changes,
  };
}

export function reply(text: string, finish: ModelReply["finish"] = "stop"): ModelReply {
  return {
    text,
    model: "gpt-4.1-nano-2025-04-14",
    finish,
    usage: { input: 100, cached: 0, cacheWrite: 0, output: 50, reasoning: 0 },
  };
}

export const goodExplanation = {
  explanation_en: "We take photos.",
  explanation_zh_tw: "我們拍照。",
  example_en: ["She made a cake.", "She took a photo."],
  example_zh_tw: ["她做了蛋糕。", "她拍了照。"],
};
