export * from "./train-base.ts";
export * from "./train-cut.ts";
export { scoredExamples, type TokenSetup, testExamples, trainingDocuments } from "./train-documents.ts";
export * from "./train-files.ts";
export * from "./train-flags.ts";
export { startingWeights } from "./train-start.ts";
