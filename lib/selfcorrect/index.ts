/**
 * selfcorrect, the study of asking again: traces of answers, a policy that decides, and what it was worth.
 *
 * @example
 * fillTemplate({ text: "Are you sure about <ANSWER>?" }, "41"); // "Are you sure about 41?"
 * @module
 */
export * from "./classify-choose.ts";
export { CONTEXT_KEYS, contextKey } from "./context.ts";
export * from "./evaluate.ts";
export * from "./failure-mode.ts";
export { mockAnswer, mockQuestions } from "./mock-questions.ts";
export * from "./ope.ts";
export * from "./policy.ts";
export * from "./prompts.ts";
export { type RebuiltRun, rebuildOf } from "./rebuild-run.ts";
export * from "./regret.ts";
export * from "./regret-contexts.ts";
export * from "./regret-reference.ts";
export * from "./report.ts";
export { scoreAnswer, scoringNames, scoringOf } from "./score.ts";
export * from "./score-hotpotqa.ts";
export * from "./simulate.ts";
export { actionsOf, ownTemplates, parseTemplates } from "./templates.ts";
export * from "./trace.ts";
export * from "./train-classifier.ts";
export * from "./types.ts";
