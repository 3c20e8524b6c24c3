export * from "./off-policy-estimators.ts";
export * from "./off-policy-model.ts";
export * from "./off-policy-tuned.ts";
export type { ClipOptions, LoggedAction, ModelledAction, OffPolicyOptions, PolicyValue } from "./off-policy-weights.ts";
