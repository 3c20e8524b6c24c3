/**
 * labeling, the study of which data sets a paper mentions: pages, three processes, evidence, the source's files.
 *
 * @example
 * documentKey("Übersicht 2020"); // "Ubersicht-2020-abdca217"
 * readId("reasoning", "a_b_0123abcd-pg-4"); // { document: "a_b", hash: "0123abcd", page: 4 }
 * @module
 */
export * from "./advance.ts";
export { choiceOf } from "./choice.ts";
export { LabelingConfig, MOST_REQUESTS } from "./config.ts";
export { consolidate, type Group, type Placed } from "./consolidate.ts";
export { type Cue, findCues } from "./cues.ts";
export * from "./documents.ts";
export * from "./evaluate.ts";
export * from "./finetune.ts";
export * from "./flags.ts";
export { itemId, type LabelingItem } from "./items.ts";
export { listedBatch } from "./listed.ts";
export { labelingMetrics } from "./metrics.ts";
export * from "./names.ts";
export { type OutputFile, outputFiles, requestFiles } from "./outputs.ts";
export { type LabelingAnswer, parseAnswer } from "./parse.ts";
export { type Prefilter, prefilter } from "./prefilter.ts";
export { labelingPrompt, systemTexts } from "./prompts.ts";
export * from "./records.ts";
export { type LabelingOutcome, ReplyRecord, replyLines } from "./replies.ts";
export * from "./review.ts";
export { extractionItems, laterItems } from "./rows.ts";
export { Entry, outputSchemas } from "./schemas.ts";
export { simulateLabeling } from "./simulate.ts";
export * from "./source.ts";
export * from "./study.ts";
