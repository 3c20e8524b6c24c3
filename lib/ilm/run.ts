export * from "./run-prepare.ts";
export * from "./run-train.ts";
