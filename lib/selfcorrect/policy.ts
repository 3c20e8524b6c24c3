export type { DrawingPolicy } from "./policy-algorithm.ts";
export { ALGORITHMS, createPolicy, frozenPolicy, RECOMMENDED, restorePolicy } from "./policy-create.ts";
export { PolicyOptions } from "./policy-options.ts";
