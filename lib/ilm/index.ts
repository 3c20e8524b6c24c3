/**
 * ilm, the study of infilling models per CEFR level: corpus, masked examples, their layout as tokens, six models compared.
 *
 * @example
 * splitSizes(723_282, [0.8, 0.1, 0.1]); // [578625, 72328, 72329]
 * maskClass("MaskPunctuation").open("Is it? Yes.")(pythonChance(0)).length; // 0
 * infillTokens(["word"]).names[50259]; // "<|infill_word|>"
 * modelId("C1", { fineTuned: true, documents: 1_000 }); // "all-to-C1-1000"
 * @module
 */
export * from "./compare.ts";
export { corpusBlocks, countDocuments } from "./corpus-blocks.ts";
export * from "./corpus-plan.ts";
export * from "./corpus-split.ts";
export { statisticsLines } from "./corpus-statistics.ts";
export { type Survey, survey } from "./corpus-survey.ts";
export * from "./corpus-synthetic.ts";
export { cleanText } from "./corpus-text.ts";
export { corpusWriter } from "./corpus-write.ts";
export { documentExamples, type LayoutOptions } from "./example-document.ts";
export * from "./example-file.ts";
export * from "./example-json.ts";
export { type Example, layout, padded, TARGET, TASKS, type Task } from "./example-layout.ts";
export { type Applied, applySpans, previewLines } from "./example-preview.ts";
export * from "./example-record.ts";
export { writeExamples } from "./example-write.ts";
export { MASK_CLASSES, type MaskClass, maskClass } from "./mask-classes.ts";
export * from "./mask-corpus.ts";
export * from "./mask-document.ts";
export { maskHierarchical, type Spans } from "./mask-hierarchical.ts";
export * from "./mask-report.ts";
export { structureReader } from "./mask-structure.ts";
export * from "./random-chance.ts";
export { permutation } from "./random-numpy.ts";
export { GPT2_TOKENS, type InfillTokens, infillTokens } from "./tokens-infill.ts";
