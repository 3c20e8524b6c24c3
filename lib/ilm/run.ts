export * from "./run-device.ts";
export * from "./run-plan.ts";
export * from "./run-prepare.ts";
export * from "./run-slurm.ts";
export * from "./run-train.ts";
export * from "./run-trial.ts";
export * from "./run-work.ts";
