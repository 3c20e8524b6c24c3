import type { Declaration } from "./types.ts";

/** The learner errors of data/sample, written for this project. */
export const sample: Declaration = {
  name: "sample",
  source: "data/sample, written for this project",
  licence: "CC0 1.0",
  mayLeaveMachine: true,
};
