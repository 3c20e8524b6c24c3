export * from "./evaluate-only.ts";
export * from "./evaluate-run.ts";
export { documentLosses, type ScoreWith } from "./evaluate-score.ts";
export * from "./evaluate-write.ts";
export * from "./infill-generate.ts";
export * from "./infill-open.ts";
