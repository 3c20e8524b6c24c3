import type { Declaration } from "./types.ts";

/** Arithmetic questions that the study selfcorrect makes up. */
export const mock: Declaration = {
  name: "mock",
  source: "arithmetic questions, made for this project",
  licence: "CC0 1.0",
  mayLeaveMachine: true,
};
